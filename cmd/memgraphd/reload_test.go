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

// reloading is a server whose configuration is changed.
type reloading struct {
	*started
	t    *testing.T
	dir  string // of its files
	read int    // of the log
}

func startReloading(t *testing.T, flags string) *reloading {
	t.Helper()
	r := &reloading{t: t, dir: t.TempDir()}
	r.write(flags)
	r.started = start(t, filepath.Join(r.dir, "data"), "--log-file="+r.log(), "--also-log-to-stderr", "--flag-file="+r.conf())
	return r
}

func (r *reloading) conf() string { return filepath.Join(r.dir, "conf") }

func (r *reloading) log() string { return filepath.Join(r.dir, "log") }

// write writes the flag file.
func (r *reloading) write(flags string) {
	r.t.Helper()
	if err := os.WriteFile(r.conf(), []byte(flags), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// reload has the flag file read anew and returns what the log gets, without times and levels.
func (r *reloading) reload() string {
	r.t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		r.t.Fatal(err)
	}
	for limit := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		text := readFile(r.t, r.log())
		if added := string(text[r.read:]); strings.Contains(added, "read anew") {
			r.read = len(text)
			return strings.ReplaceAll(heads.ReplaceAllString(added, ""), r.dir, "$DIR")
		}
		if time.Now().After(limit) {
			r.t.Fatalf("nothing was read anew:\n%s", text)
		}
	}
}

// reloaded are parts of what the log says of the second configuration.
var reloaded = []string{
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
}

// TestReload changes the configuration of a running server.
func TestReload(t *testing.T) {
	t.Parallel()
	s := startReloading(t, "--log-level=WARNING\n--bolt-max-connections=10\n--storage-snapshot-interval-sec=300\n")
	if got := s.reload(); !strings.HasSuffix(got, "\nthe configuration was read anew\n") || strings.Contains(got, "changed") {
		t.Errorf("nothing has changed, and the log has %s", got)
	}
	const statements = "--timezone=Asia/Tokyo\n--hops-limit-partial-results=false\n--storage-access-timeout-sec=2\n" +
		"--aws-secret-key=hush\n--file-download-conn-timeout-sec=4\n"
	s.write("--log-level=DEBUG\n--bolt-max-connections=20\n--query-memory-limit=64\n--memory-limit=4096\n--bolt-port=1\n" +
		"--query-execution-timeout-sec=7\n--bolt-cert-file=" + s.conf() + "\n--bolt-key-file=" + s.conf() + "\n" + statements)
	got := s.reload()
	for _, want := range reloaded {
		if !strings.Contains(got, want) {
			t.Errorf("the log does not say %s:\n%s", want, got)
		}
	}
	if out, errs, _ := s.statements(t, "RETURN datetime().timezone AS zone;", "--output-format=csv"); out != "zone\nAsia/Tokyo\n" {
		t.Errorf("the time zone is not in force: %s%s", out, errs)
	}
	s.write("--log-level=LOUD\n--bolt-max-connections=5\n")
	if got := s.reload(); !strings.Contains(got, "the configuration is not read anew") || !strings.Contains(got, "log-level") {
		t.Errorf("a mistake in the configuration is not told:\n%s", got)
	}
	s.write("--log-level=ERROR\n--bolt-max-connections=20\n--query-memory-limit=64\n--memory-limit=4096\n" +
		"--query-execution-timeout-sec=7\n--storage-wal-enabled=false\n" + statements)
	want := "--storage-wal-enabled is off: a crash loses every commit since the last snapshot ($DIR/conf:6)\n" +
		`changed: --log-level=ERROR {"from": "$DIR/conf:1"}` + "\n" +
		`--storage-wal-enabled=false takes effect at the next start {"from": "$DIR/conf:6"}` + "\n" +
		"the configuration was read anew\n"
	if got := s.reload(); got != want {
		t.Errorf("the log has\n%s\nand not\n%s", got, want)
	}
	if code := s.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("exit %d", code)
	}
}
