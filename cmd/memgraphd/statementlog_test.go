package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestStatementLog has the log as JSON, asks for statements by settings, and finds them asked for after a restart too.
func TestStatementLog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "memgraph.log")
	begin := func() *started {
		return start(t, filepath.Join(dir, "data"), "--log-file="+name, "--also-log-to-stderr", "--log-format=json", "--log-level=CRITICAL")
	}
	s := begin()
	if _, errs, code := s.statements(t, "RETURN 1 AS before; SET DATABASE SETTING 'log.min_duration_ms' TO '0'; SET DATABASE SETTING 'log.failed_queries' TO 'true';"); code != 0 {
		t.Fatal(errs)
	}
	if code := s.stop(t, syscall.SIGTERM); code != 0 {
		t.Fatalf("exit %d", code)
	}
	s = begin()
	if _, errs, code := s.statements(t, "MATCH (after) RETURN after; RETRN;"); code != 1 {
		t.Fatal(errs)
	}
	if code := s.stop(t, syscall.SIGTERM); code != 0 {
		t.Fatalf("exit %d", code)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var slow, failed []string
	for line := range strings.Lines(string(text)) {
		var l struct {
			Level, Message, Query, Error, Session, Address string
			Time                                           time.Time
			Plan                                           []string
			Duration                                       *float64 `json:"duration_ms"`
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil || l.Level == "" || l.Message == "" || time.Since(l.Time) > time.Hour {
			t.Errorf("%s: %v", line, err)
		}
		switch l.Message {
		case "[slow-query]":
			slow = append(slow, l.Query)
			if strings.HasPrefix(l.Query, "MATCH") && (len(l.Plan) < 2 || l.Duration == nil || l.Session == "" || l.Address == "") {
				t.Error(line)
			}
		case "[failed-query]":
			failed = append(failed, l.Query+" "+l.Error)
		}
	}
	all := strings.Join(slow, "; ")
	if strings.Contains(all, "before") || !strings.Contains(all, "MATCH (after) RETURN after") || strings.Join(failed, "; ") != "RETRN UnexpectedSyntax" {
		t.Errorf("slow: %s\nfailed: %s", all, failed)
	}
}
