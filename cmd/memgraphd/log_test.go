package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
