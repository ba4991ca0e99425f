package main

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"memgraphd/internal/config"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/logfile"
)

// logs are the two loggers of the server: lines obeys --log-level, notices is for what is always written: the lines
// about starting and stopping, and those about statements that somebody has asked for.
type logs struct {
	lines   *zap.Logger
	notices *zap.Logger
	file    *logfile.File // nil without --log-file
	early   error         // what is to be said of the files as soon as there are loggers

	level    zap.AtomicLevel // of lines; notices are at least at INFO
	toStderr atomic.Bool     // standard error has the lines too when there is a file
}

// levelTrace is one step below zap's least level.
const levelTrace = zapcore.DebugLevel - 1

// openLogs opens what the flags of the log ask for.
func openLogs(c config.Log, stderr io.Writer) (*logs, error) {
	l := &logs{level: zap.NewAtomicLevelAt(zapLevel(c.Level))}
	l.toStderr.Store(c.AlsoToStderr || c.File == "")
	var lines, notices []zapcore.Core
	add := func(form logForm, sink zapcore.WriteSyncer, open func() bool) {
		encoder := form.encoder()
		lines = append(lines, zapcore.NewCore(encoder, sink, zap.LevelEnablerFunc(func(at zapcore.Level) bool {
			return at >= l.level.Level() && open()
		})))
		notices = append(notices, zapcore.NewCore(encoder, sink, zap.LevelEnablerFunc(func(at zapcore.Level) bool {
			return at >= min(l.level.Level(), zapcore.InfoLevel) && open()
		})))
	}
	if c.File != "" {
		file, err := openLogFile(c, l.complain)
		if err != nil {
			return nil, exit(exitLogFile, fmt.Errorf("--log-file: %w", err))
		}
		l.file = file
		add(logForm{json: c.JSON}, zapcore.AddSync(file), func() bool { return true }) // it locks itself, and may complain
	}
	add(logForm{json: c.JSON, journal: toJournal(stderr)}, zapcore.Lock(zapcore.AddSync(stderr)), l.toStderr.Load)
	l.lines, l.notices = zap.New(zapcore.NewTee(lines...)), zap.New(zapcore.NewTee(notices...))
	if l.early != nil {
		l.complain(l.early)
	}
	return l, nil
}

// complain says what went wrong with other files than the one that is written, as soon as there is a log.
func (l *logs) complain(err error) {
	if l.notices == nil {
		l.early = err
		return
	}
	l.notices.Error("the log files are not all in order", zap.Error(err))
}

// openLogFile opens --log-file.
func openLogFile(c config.Log, complain func(error)) (*logfile.File, error) {
	return logfile.Open(logfile.Options{
		FS: vfs.OS(), Open: appendTo, Name: c.File, Now: time.Now,
		BytesMax: c.FileBytesMax, Daily: c.Daily, AgeMax: c.FormerAgeMax, FormerBytesMax: c.FormerBytesMax,
		Complain: complain,
	})
}

// appendTo opens a file so that whatever is written goes to its end, even where others write to it too.
func appendTo(name string) (logfile.Opened, error) {
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640)
	if err != nil {
		return logfile.Opened{}, err
	}
	o := logfile.Opened{WriteCloser: file}
	if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() {
		o.Regular, o.Size, o.Written = true, info.Size(), info.ModTime()
	}
	return o, nil
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

// reopen goes on in whatever has the log file's name now, after another program has renamed it.
func (l *logs) reopen() error {
	if l.file == nil {
		return nil
	}
	return l.file.Reopen()
}
