package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// heads are the times and levels at the beginning of lines of the log.
var heads = regexp.MustCompile(`(?m)^\[[-0-9]+ [0-9:.]+\] \[\w+\] `)

// TestReload changes the configuration of a running server.
func TestReload(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	conf, log := filepath.Join(dir, "conf"), filepath.Join(dir, "log")
	write := func(flags string) {
		t.Helper()
		if err := os.WriteFile(conf, []byte(flags), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("--log-level=WARNING\n--bolt-max-connections=10\n--storage-snapshot-interval-sec=300\n")
	s := start(t, filepath.Join(dir, "data"), "--log-file="+log, "--also-log-to-stderr", "--flag-file="+conf)
	read := 0 // of the log
	// reload returns the lines that the log gets.
	reload := func() string {
		t.Helper()
		if err := s.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		for limit := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
			text, err := os.ReadFile(log)
			if err != nil {
				t.Fatal(err)
			}
			if added := string(text[read:]); strings.Contains(added, "read anew") {
				read = len(text)
				return strings.ReplaceAll(strings.ReplaceAll(strings.TrimSuffix(heads.ReplaceAllString(added, ""), "\n"), "\n", ","), dir, "$DIR")
			}
			if time.Now().After(limit) {
				t.Fatalf("nothing was read anew:\n%s", text)
			}
		}
	}
	expect := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("the log has\n%s\nand not\n%s", strings.ReplaceAll(got, ",", "\n"), strings.ReplaceAll(want, ",", "\n"))
		}
	}

	if got := reload(); !strings.HasSuffix(got, ",the configuration was read anew") || strings.Contains(got, "changed") {
		t.Errorf("nothing has changed, and the log has %s", got)
	}
	const statements = "--timezone=Asia/Tokyo\n--hops-limit-partial-results=false\n--storage-access-timeout-sec=2\n" +
		"--aws-secret-key=hush\n--file-download-conn-timeout-sec=4\n"
	write("--log-level=DEBUG\n--bolt-max-connections=20\n--query-memory-limit=64\n--memory-limit=4096\n--bolt-port=1\n" +
		"--query-execution-timeout-sec=7\n--bolt-cert-file=" + conf + "\n--bolt-key-file=" + conf + "\n" + statements)
	got := reload()
	for _, want := range []string{
		`changed: --log-level=DEBUG {"from": "$DIR/conf:1"}`,
		`changed: --bolt-max-connections=20 {"from": "$DIR/conf:2"}`,
		`changed: --query-memory-limit=64 `,
		`changed: --memory-limit=4096 `,
		`changed: --query-execution-timeout-sec=7 `,
		`changed: --timezone=Asia/Tokyo {"from": "$DIR/conf:9"}`,
		`changed: --hops-limit-partial-results=false `,
		`changed: --storage-access-timeout-sec=2 `,
		`changed: --aws-secret-key=****** {"from": "$DIR/conf:12"}`,
		`changed: --file-download-conn-timeout-sec=4 `,
		`changed: --storage-snapshot-interval-sec=300 {"from": "default"}`,
		`--bolt-port=1 takes effect at the next start {"from": "$DIR/conf:5"}`,
		`not changed {"flags": ["bolt-cert-file", "bolt-key-file"], "error": "TLS is turned on and off by a restart"}`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the log does not say %s:\n%s", want, got)
		}
	}
	if out, errs, _ := s.statements(t, "RETURN datetime().timezone AS zone;", "--output-format=csv"); out != "zone\nAsia/Tokyo\n" {
		t.Errorf("the time zone is not in force: %s%s", out, errs)
	}
	write("--log-level=LOUD\n--bolt-max-connections=5\n")
	if got := reload(); !strings.Contains(got, "the configuration is not read anew") || !strings.Contains(got, "log-level") {
		t.Errorf("a mistake in the configuration is not told:\n%s", got)
	}
	write("--log-level=ERROR\n--bolt-max-connections=20\n--query-memory-limit=64\n--memory-limit=4096\n" +
		"--query-execution-timeout-sec=7\n--storage-wal-enabled=false\n" + statements)
	expect(reload(), "--storage-wal-enabled is off: a crash loses every commit since the last snapshot ($DIR/conf:6),"+
		`changed: --log-level=ERROR {"from": "$DIR/conf:1"},`+
		`--storage-wal-enabled=false takes effect at the next start {"from": "$DIR/conf:6"},`+
		"the configuration was read anew")
	if code := s.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("exit %d", code)
	}
}
