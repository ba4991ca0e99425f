package logs

import (
	"fmt"
	"io"
	"os"
	"syscall"

	"go.uber.org/zap/buffer"
	"go.uber.org/zap/zapcore"
)

// form is how lines are written.
type form struct {
	json    bool
	journal bool // systemd's journal reads them
}

// encoder returns what writes lines in a form.
func (f form) encoder() zapcore.Encoder {
	c := zapcore.EncoderConfig{
		TimeKey: "time", LevelKey: "level", MessageKey: "message", NameKey: "name", ConsoleSeparator: " ",
		EncodeDuration: zapcore.StringDurationEncoder,
	}
	if f.json {
		c.EncodeTime = zapcore.TimeEncoderOfLayout("2006-01-02T15:04:05.000Z07:00")
		c.EncodeLevel = func(l zapcore.Level, e zapcore.PrimitiveArrayEncoder) { e.AppendString(levelName(l)) }
	} else {
		c.EncodeTime = zapcore.TimeEncoderOfLayout("[2006-01-02 15:04:05.000]")
		c.EncodeLevel = func(l zapcore.Level, e zapcore.PrimitiveArrayEncoder) { e.AppendString("[" + levelName(l) + "]") }
	}
	if f.journal { // which has the time itself, and the level as a priority
		c.TimeKey = ""
		if !f.json {
			c.LevelKey = ""
		}
	}
	encoder := zapcore.NewConsoleEncoder
	if f.json {
		encoder = zapcore.NewJSONEncoder
	}
	if f.journal {
		return prioritized{Encoder: encoder(c), pool: buffer.NewPool()}
	}
	return encoder(c)
}

// prioritized puts the priority before each line, and nothing between: the journal would show it.
type prioritized struct {
	zapcore.Encoder
	pool buffer.Pool
}

// EncodeEntry writes a line.
func (p prioritized) EncodeEntry(e zapcore.Entry, fields []zapcore.Field) (*buffer.Buffer, error) {
	text, err := p.Encoder.EncodeEntry(e, fields)
	if err != nil {
		return nil, err
	}
	defer text.Free()
	line := p.pool.Get()
	line.AppendString(fmt.Sprintf("<%d>", journalPriority(e.Level)))
	_, err = line.Write(text.Bytes())
	return line, err
}

// Clone makes an encoder for a logger with more fields.
func (p prioritized) Clone() zapcore.Encoder {
	return prioritized{Encoder: p.Encoder.Clone(), pool: p.pool}
}

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

// toJournal tells whether the journal reads what is written to w. JOURNAL_STREAM names its socket; programs that were
// started by others inherit the name, and have another standard error.
func toJournal(w io.Writer) bool {
	stream := os.Getenv("JOURNAL_STREAM")
	file, ok := w.(*os.File)
	if stream == "" || !ok {
		return false
	}
	info, err := file.Stat()
	if err != nil {
		return false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && stream == fmt.Sprintf("%d:%d", st.Dev, st.Ino)
}
