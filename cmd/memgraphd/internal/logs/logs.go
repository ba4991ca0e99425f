// Package logs has the loggers of the server: where their lines go, in which form, and what changes while it runs.
package logs

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"memgraphd/cmd/memgraphd/internal/exit"
	"memgraphd/internal/config"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/logfile"
)

// Logs are the two loggers of the server: Lines obeys --log-level, Notices is for what is always written: the lines
// about starting and stopping, and those about statements that somebody has asked for.
type Logs struct {
	Lines   *zap.Logger
	Notices *zap.Logger
	file    *logfile.File // nil without --log-file
	early   error         // what is to be said of the files as soon as there are loggers

	level    zap.AtomicLevel // of Lines; Notices are at least at INFO
	toStderr atomic.Bool     // standard error has the lines too when there is a file
}

// levelTrace is one step below zap's least level.
const levelTrace = zapcore.DebugLevel - 1

// Open opens what the flags of the log ask for.
func Open(c config.Log, stderr io.Writer) (*Logs, error) {
	l := &Logs{level: zap.NewAtomicLevelAt(zapLevel(c.Level))}
	l.toStderr.Store(c.AlsoToStderr || c.File == "")
	var lines, notices []zapcore.Core
	add := func(as form, sink zapcore.WriteSyncer, open func() bool) {
		encoder := as.encoder()
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
			return nil, exit.With(exit.LogFile, fmt.Errorf("--log-file: %w", err))
		}
		l.file = file
		add(form{json: c.JSON}, zapcore.AddSync(file), func() bool { return true }) // it locks itself, and may complain
	}
	add(form{json: c.JSON, journal: toJournal(stderr)}, zapcore.Lock(zapcore.AddSync(stderr)), l.toStderr.Load)
	l.Lines, l.Notices = zap.New(zapcore.NewTee(lines...)), zap.New(zapcore.NewTee(notices...))
	if l.early != nil {
		l.complain(l.early)
	}
	return l, nil
}

// SetLevel changes what Lines obeys to one of the names of --log-level.
func (l *Logs) SetLevel(name string) { l.level.SetLevel(zapLevel(name)) }

// SetToStderr says whether standard error has the lines too; it always has where there is no file.
func (l *Logs) SetToStderr(too bool) { l.toStderr.Store(too || l.file == nil) }

// complain says what went wrong with other files than the one that is written, as soon as there is a log.
func (l *Logs) complain(err error) {
	if l.Notices == nil {
		l.early = err
		return
	}
	l.Notices.Error("the log files are not all in order", zap.Error(err))
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

// Reopen goes on in whatever has the log file's name now, after another program has renamed it.
func (l *Logs) Reopen() error {
	if l.file == nil {
		return nil
	}
	return l.file.Reopen()
}
