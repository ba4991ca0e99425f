package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"

	"memgraphd/internal/config"
)

// TestLogSettings changes the level and the places of the log while lines are written.
func TestLogSettings(t *testing.T) {
	var stderr bytes.Buffer
	name := filepath.Join(t.TempDir(), "log")
	l, err := openLogs(config.Log{File: name, Level: "WARNING"}, &stderr)
	if err != nil {
		t.Fatal(err)
	}
	say := func(what string) {
		l.lines.Debug(what + " debug")
		l.lines.Info(what + " info")
		l.lines.Warn(what + " warning")
		l.notices.Info(what + " notice")
	}
	say("first")
	l.level.SetLevel(zapLevel("INFO"))
	l.toStderr.Store(true)
	say("second")
	l.level.SetLevel(zapLevel("CRITICAL"))
	l.toStderr.Store(false)
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
	t.Setenv("JOURNAL_STREAM", "8:1")
	var stderr bytes.Buffer
	l, err := openLogs(config.Log{Level: "DEBUG"}, &stderr)
	if err != nil {
		t.Fatal(err)
	}
	l.lines.With(zap.Int("commit", 7)).Warn("full", zap.String("disk", "a"))
	l.lines.Debug("empty")
	if want := "<4>full {\"commit\": 7, \"disk\": \"a\"}\n<7>empty\n"; stderr.String() != want {
		t.Errorf("%q, and not %q", stderr.String(), want)
	}
}
