package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/buffer"
	"go.uber.org/zap/zapcore"

	"memgraphd/internal/config"
)

// logs are the two loggers of the server: lines obeys --log-level, notices is for the lines about starting and
// stopping, which are always written.
type logs struct {
	lines   *zap.Logger
	notices *zap.Logger
	file    *logFile // nil without --log-file

	level    zap.AtomicLevel // of lines; notices are at least at INFO
	toStderr atomic.Bool     // standard error has the lines too when there is a file
}

// levelTrace is one step below zap's least level.
const levelTrace = zapcore.DebugLevel - 1

// openLogs opens what --log-file and --log-level ask for.
func openLogs(c config.Log, stderr io.Writer) (*logs, error) {
	l := &logs{level: zap.NewAtomicLevelAt(zapLevel(c.Level))}
	l.toStderr.Store(c.AlsoToStderr || c.File == "")
	var lines, notices []zapcore.Core
	add := func(encoder zapcore.Encoder, w io.Writer, open func() bool) {
		sink := zapcore.Lock(zapcore.AddSync(w))
		lines = append(lines, zapcore.NewCore(encoder, sink, zap.LevelEnablerFunc(func(at zapcore.Level) bool {
			return at >= l.level.Level() && open()
		})))
		notices = append(notices, zapcore.NewCore(encoder, sink, zap.LevelEnablerFunc(func(at zapcore.Level) bool {
			return at >= min(l.level.Level(), zapcore.InfoLevel) && open()
		})))
	}
	if c.File != "" {
		file, err := openLogFile(c.File)
		if err != nil {
			return nil, exit(exitLogFile, fmt.Errorf("--log-file: %w", err))
		}
		l.file = file
		add(textEncoder(), file, func() bool { return true })
	}
	encoder := textEncoder()
	if os.Getenv("JOURNAL_STREAM") != "" {
		encoder = journalEncoder()
	}
	add(encoder, stderr, l.toStderr.Load)
	l.lines, l.notices = zap.New(zapcore.NewTee(lines...)), zap.New(zapcore.NewTee(notices...))
	return l, nil
}

func zapLevel(name string) zapcore.Level {
	switch name {
	case "TRACE":
		return levelTrace
	case "DEBUG":
		return zapcore.DebugLevel
	case "INFO":
		return zapcore.InfoLevel
	case "ERROR":
		return zapcore.ErrorLevel
	case "CRITICAL":
		return zapcore.DPanicLevel
	}
	return zapcore.WarnLevel
}

// textEncoder writes lines for people: [time] [level] text {fields}.
func textEncoder() zapcore.Encoder {
	return zapcore.NewConsoleEncoder(zapcore.EncoderConfig{
		TimeKey: "time", LevelKey: "level", MessageKey: "message", NameKey: "name", ConsoleSeparator: " ",
		EncodeTime: func(t time.Time, e zapcore.PrimitiveArrayEncoder) {
			e.AppendString(t.Format("[2006-01-02 15:04:05.000]"))
		},
		EncodeLevel:    func(l zapcore.Level, e zapcore.PrimitiveArrayEncoder) { e.AppendString("[" + levelName(l) + "]") },
		EncodeDuration: zapcore.StringDurationEncoder,
	})
}

// journalEncoder writes lines as systemd's journal reads them: a priority, and no time, which it has itself.
func journalEncoder() zapcore.Encoder {
	return prioritized{zapcore.NewConsoleEncoder(zapcore.EncoderConfig{
		MessageKey: "message", ConsoleSeparator: " ", EncodeDuration: zapcore.StringDurationEncoder,
	})}
}

// prioritized puts the priority before each line, and nothing between: the journal would show it.
type prioritized struct{ zapcore.Encoder }

// EncodeEntry writes a line.
func (p prioritized) EncodeEntry(e zapcore.Entry, fields []zapcore.Field) (*buffer.Buffer, error) {
	e.Message = fmt.Sprintf("<%d>%s", journalPriority(e.Level), e.Message)
	return p.Encoder.EncodeEntry(e, fields)
}

// Clone makes an encoder for a logger with more fields.
func (p prioritized) Clone() zapcore.Encoder { return prioritized{p.Encoder.Clone()} }

// levelName names a level as Memgraph's logs do.
func levelName(l zapcore.Level) string {
	switch {
	case l < zapcore.DebugLevel:
		return "trace"
	case l > zapcore.ErrorLevel:
		return "critical"
	case l == zapcore.WarnLevel:
		return "warning"
	}
	return l.String()
}

// journalPriority is the syslog priority of a level.
func journalPriority(l zapcore.Level) int {
	switch {
	case l < zapcore.InfoLevel:
		return 7
	case l == zapcore.InfoLevel:
		return 6
	case l == zapcore.WarnLevel:
		return 4
	case l == zapcore.ErrorLevel:
		return 3
	}
	return 2
}

// reopen opens the log file anew, after logrotate has renamed it.
func (l *logs) reopen() error {
	if l.file == nil {
		return nil
	}
	return l.file.reopen()
}

// logFile appends to a file that can be opened anew while lines are written.
type logFile struct {
	name string
	mu   sync.Mutex
	file *os.File
}

func openLogFile(name string) (*logFile, error) {
	f := &logFile{name: name}
	return f, f.reopen()
}

func (f *logFile) reopen() error {
	file, err := os.OpenFile(f.name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	old := f.file
	f.file = file
	if old != nil {
		return old.Close()
	}
	return nil
}

// Write appends a line.
func (f *logFile) Write(line []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.file.Write(line)
}
