package logs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/config"
)

// TestLogSettings changes the level and the places of the log while lines are written.
func TestLogSettings(t *testing.T) {
	var stderr bytes.Buffer
	name := filepath.Join(t.TempDir(), "log")
	l, err := Open(config.Log{File: name, Level: "WARNING"}, &stderr)
	if err != nil {
		t.Fatal(err)
	}
	say := func(what string) {
		l.Lines.Debug(what + " debug")
		l.Lines.Info(what + " info")
		l.Lines.Warn(what + " warning")
		l.Notices.Info(what + " notice")
	}
	say("first")
	l.SetLevel("INFO")
	l.SetToStderr(true)
	say("second")
	l.SetLevel("CRITICAL")
	l.SetToStderr(false)
	say("third")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	const both = "second info,second warning,second notice"
	if got := messages(string(text)); got != "first warning,first notice,"+both+",third notice" {
		t.Errorf("the file has %s", got)
	}
	if got := messages(stderr.String()); got != both {
		t.Errorf("standard error has %s", got)
	}
}

// messages returns the messages of a log with commas between.
func messages(log string) string {
	var found []string
	for line := range strings.Lines(times.ReplaceAllString(log, "")) {
		_, message, _ := strings.Cut(strings.TrimSpace(line), "] ")
		found = append(found, message)
	}
	return strings.Join(found, ",")
}

// TestJournal writes lines as the journal reads them: a priority right before the text.
func TestJournal(t *testing.T) {
	stderr, err := os.Create(filepath.Join(t.TempDir(), "journal"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stderr.Close() }()
	info, err := stderr.Stat()
	if err != nil {
		t.Fatal(err)
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		t.Fatal("this is another system")
	}
	for _, c := range []struct {
		stream string
		json   bool
		want   string
	}{
		{fmt.Sprintf("%d:%d", st.Dev, st.Ino), false, "<4>full {\"commit\": 7, \"disk\": \"a\"}\n<7>empty\n"},
		{
			fmt.Sprintf("%d:%d", st.Dev, st.Ino), true,
			"<4>{\"level\":\"warning\",\"message\":\"full\",\"commit\":7,\"disk\":\"a\"}\n<7>{\"level\":\"debug\",\"message\":\"empty\"}\n",
		},
		{"8:1", false, "[warning] full {\"commit\": 7, \"disk\": \"a\"}\n[debug] empty\n"}, // that of another program
		{
			"", true,
			"{\"level\":\"warning\",\"message\":\"full\",\"commit\":7,\"disk\":\"a\"}\n{\"level\":\"debug\",\"message\":\"empty\"}\n",
		},
	} {
		t.Setenv("JOURNAL_STREAM", c.stream)
		if err := stderr.Truncate(0); err != nil {
			t.Fatal(err)
		}
		if _, err := stderr.Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		l, err := Open(config.Log{Level: "DEBUG", JSON: c.json}, stderr)
		if err != nil {
			t.Fatal(err)
		}
		l.Lines.With(zap.Int("commit", 7)).Warn("full", zap.String("disk", "a"))
		l.Lines.Debug("empty")
		text, err := os.ReadFile(stderr.Name())
		if err != nil {
			t.Fatal(err)
		}
		got := times.ReplaceAllString(string(text), "")
		if got = jsonTimes.ReplaceAllString(got, ""); got != c.want {
			t.Errorf("%q, and not %q", got, c.want)
		}
	}
}

// times are the times at the beginning of lines of text.
var times = regexp.MustCompile(`(?m)^\[[-0-9]+ [0-9:.]+\] `)

// jsonTimes are the times in lines of JSON.
var jsonTimes = regexp.MustCompile(`"time":"[-0-9T:.]+(Z|[-+][0-9:]+)",`)

// TestLogFiles begins the log file anew by size, keeps its mode, and leaves a pipe alone.
func TestLogFiles(t *testing.T) {
	dir := t.TempDir()
	l, err := Open(config.Log{File: filepath.Join(dir, "memgraph.log"), Level: "INFO", FileBytesMax: 200, Daily: true}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		l.Lines.Info("a line of some length, of which few go into a file")
		time.Sleep(time.Millisecond) // the names have milliseconds
	}
	names, err := filepath.Glob(filepath.Join(dir, "memgraph-2*Z.log"))
	if err != nil || len(names) < 5 || len(names) > 10 {
		t.Error(names, err)
	}
	lines := 0
	for _, name := range append(names, filepath.Join(dir, "memgraph.log")) {
		text, missing := os.ReadFile(name)
		if missing != nil {
			t.Fatal(missing)
		}
		lines += strings.Count(string(text), "a line of some length")
		if info, gone := os.Stat(name); gone != nil || info.Mode().Perm()&0o137 != 0 {
			t.Error(info, gone)
		}
	}
	if lines != 20 {
		t.Errorf("%d lines are there", lines)
	}
	link := filepath.Join(dir, "link.log")
	if err = errors.Join(os.WriteFile(filepath.Join(dir, "target"), nil, 0o600), os.Symlink("target", link)); err != nil {
		t.Fatal(err)
	}
	if l, err = Open(config.Log{File: link, Level: "INFO", FileBytesMax: 10}, io.Discard); err != nil {
		t.Fatal(err)
	}
	l.Lines.Info("one")
	l.Lines.Info("two")
	if text, err := os.ReadFile(filepath.Join(dir, "target")); err != nil || messages(string(text)) != "one,two" {
		t.Error(string(text), err)
	}
	if _, err := Open(config.Log{File: filepath.Join(dir, "none", "log")}, io.Discard); err == nil {
		t.Error("there is no such directory")
	}
}
