package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
)

// offered finds the last good commit in the words of a refused start.
var offered = regexp.MustCompile(`start once with --storage-accept-loss-after=(\d+)`)

// eachRefused damages a directory in each way that a start refuses.
func eachRefused(t *testing.T, check func(t *testing.T, dir string, c damaged)) {
	t.Helper()
	eachDamaged(t, slices.DeleteFunc(damages(), func(c damaged) bool { return c.says == nil }), check)
}

// recoveryInfo returns one line of SHOW RECOVERY INFO, "" where there is none.
func recoveryInfo(t *testing.T, d neo4j.DriverWithContext, name string) string {
	t.Helper()
	for _, row := range query(t, d, "SHOW RECOVERY INFO") {
		if row.Values[0] == name {
			return fmt.Sprint(row.Values[1])
		}
	}
	return ""
}

// TestLossIsAccepted starts on damaged directories with the last good commit that the
// refused start has named. Every node was made by a commit of its own, after one for the
// index, so that the commit says how many there are.
func TestLossIsAccepted(t *testing.T) {
	t.Parallel()
	accepted := 0
	eachRefused(t, func(t *testing.T, dir string, _ damaged) {
		t.Helper()
		before := fingerprint(t, dir)
		_, text := refused(t, dir)
		found := offered.FindStringSubmatch(text)
		if found == nil {
			if !strings.Contains(text, "newer version") && !strings.Contains(text, "choose another data directory") {
				t.Fatalf("no way out is named:\n%s", text)
			}
			if code, _ := refused(t, dir, "--storage-accept-loss-after=0"); code != 78 || fingerprint(t, dir) != before {
				t.Fatalf("exit %d", code)
			}
			return
		}
		accepted++
		after, err := strconv.Atoi(found[1])
		if err != nil {
			t.Fatal(err)
		}
		if code, again := refused(t, dir, fmt.Sprintf("--storage-accept-loss-after=%d", after+1)); code != 78 || !strings.Contains(again, found[0]) {
			t.Errorf("exit %d:\n%s", code, again)
		}
		if fingerprint(t, dir) != before {
			t.Fatal("a refused start has changed the directory")
		}
		flag := "--storage-accept-loss-after=" + found[1]
		s, d := start(t, dir, flag)
		want := int64(max(after-1, 0))
		if n := count(t, d, "MATCH (n:N) RETURN count(n)"); n != want {
			t.Errorf("%d nodes, want %d", n, want)
		}
		if got := recoveryInfo(t, d, "outcome"); got != "recovered with loss" {
			t.Errorf("outcome %q", got)
		}
		kept := recoveryInfo(t, d, "files_kept_in")
		if list, err := os.ReadFile(filepath.Join(kept, "WHAT-WAS-GIVEN-UP.txt")); err != nil || !strings.Contains(string(list), flag) {
			t.Errorf("%v\n%s", err, list)
		}
		if !strings.Contains(s.Log(), "given up, as --storage-accept-loss-after says") {
			t.Errorf("the log says\n%s", s.Log())
		}
		query(t, d, "CREATE (:N {i: -1})")
		s.Kill()
		for _, flags := range [][]string{nil, {flag}} {
			s, d = start(t, dir, flags...)
			if n := count(t, d, "MATCH (n:N) RETURN count(n)"); n != want+1 {
				t.Errorf("%d nodes after the next start, want %d", n, want+1)
			}
			if flags != nil && !strings.Contains(s.Log(), "--storage-accept-loss-after had no effect") {
				t.Errorf("the log says\n%s", s.Log())
			}
			if err := s.Stop(); err != nil {
				t.Error(err)
			}
		}
	})
	if accepted < 8 {
		t.Errorf("only %d cases had a last good commit", accepted)
	}
}

// TestBrokenServer starts on damaged directories without data. Statements about the server
// answer, all others say why not, and nothing is changed.
func TestBrokenServer(t *testing.T) {
	t.Parallel()
	eachRefused(t, func(t *testing.T, dir string, c damaged) {
		t.Helper()
		before := fingerprint(t, dir)
		s, d := start(t, dir, "--storage-allow-recovery-failure")
		if rows := query(t, d, "SHOW DATABASES"); rows[0].Values[2] != "broken" {
			t.Errorf("health %v", rows[0].Values)
		}
		if got := info(t, d, "health"); got != "broken" {
			t.Errorf("health %q", got)
		}
		if got := recoveryInfo(t, d, "outcome"); got != "broken" {
			t.Errorf("outcome %q", got)
		}
		for _, statement := range []string{"SHOW CONFIG", "SHOW VERSION", "SHOW TRANSACTIONS", "DATA DIRECTORY LOCK STATUS", "FREE MEMORY"} {
			query(t, d, statement)
		}
		for _, statement := range []string{"MATCH (n) RETURN n", "CREATE (:N)", "CREATE SNAPSHOT", "CREATE INDEX ON :N(i)", "SHOW SNAPSHOTS", "RETURN 1"} {
			_, err := harness.Query(t.Context(), d, statement, nil)
			wantFailure(t, err, "Neo.DatabaseError.Database.UnableToStartDatabase", append(c.says[:1:1], "SHOW RECOVERY INFO")...)
		}
		if !strings.Contains(s.Log(), "started without data") {
			t.Errorf("the log says\n%s", s.Log())
		}
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
		if after := fingerprint(t, dir); after != before {
			t.Errorf("the directory was changed from\n%s\nto\n%s", before, after)
		}
	})
}

// TestBrokenServerIsNotTheDefault starts a whole directory with the flag: nothing differs.
func TestBrokenServerIsNotTheDefault(t *testing.T) {
	t.Parallel()
	dir := prepare(t)
	_, d := start(t, dir, "--storage-allow-recovery-failure")
	if n := count(t, d, "MATCH (n:N) RETURN count(n)"); n != 3*nodesEach {
		t.Errorf("%d nodes", n)
	}
	for name, want := range map[string]string{"outcome": "recovered", "last_commit": "151", "stopped_in_good_order": "false"} {
		if got := recoveryInfo(t, d, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if n, err := strconv.Atoi(recoveryInfo(t, d, "log_commits")); err != nil || n != nodesEach {
		t.Errorf("%d commits of the log, %v", n, err)
	}
	if got := recoveryInfo(t, d, "duration_sec"); got == "" {
		t.Error("no duration")
	}
}
