// Package museum keeps the ways in which durability was or could be broken. Each exhibit
// takes one line of the product away, in a build of its own, and names the test that must
// then fail: so it is known of each test what it would find.
package museum

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"memgraphd/test/table"
)

const root = "../.."

// exhibit is a bug: a text in a file of the product, and what stands for it.
type exhibit struct {
	name     string
	file     string
	old, new string
	pkg, run string // whose tests must fail
}

const (
	durable  = "./internal/durability"
	wal      = "./internal/durability/wal"
	crashAll = "TestCrashAtEveryOperation"
	failAll  = "TestErrorAtEveryOperation"
)

var exhibits = []exhibit{ //nolint:gochecknoglobals // a table
	{
		"a commit is acknowledged before the log is synced", "internal/durability/wal/flight.go",
		"err := f.seg.lane(lane).SyncData()", "err := error(nil)", durable, crashAll,
	},
	{
		"the same, seen in the system calls of the server", "internal/durability/wal/flight.go",
		"err := f.seg.lane(lane).SyncData()", "err := error(nil)", "./test/crash", "TestOrder$",
	},
	{
		"a sync of data does nothing", "internal/durability/vfs/sys_linux.go",
		"return retryInterrupted(func() error { return unix.Fdatasync(int(f.Fd())) })", "return nil", "./test/crash", "TestOrder$",
	},
	{
		"a failed sync is tried again and trusted", "internal/durability/wal/flight.go",
		"err := f.seg.lane(lane).SyncData()", "err := f.seg.lane(lane).SyncData()\n\tif err != nil {\n\t\terr = f.seg.lane(lane).SyncData()\n\t}",
		durable, failAll,
	},
	{
		"a batch is acknowledged while the one ahead of it is being synced", "internal/durability/wal/flight.go",
		"\t\t<-f.former.done\n", "", wal, "InTheAir",
	},
	{
		"a batch is acknowledged behind one whose sync has failed", "internal/durability/wal/flight.go",
		"err = w.poisoned()\n\t}", "err = nil\n\t}", wal, "InTheAir",
	},
	{
		"a commit is visible before its old versions are queued for the collector", "internal/storage/collector.go",
		"\tc.queueMu.Lock()\n\tdefer c.queueMu.Unlock()\n\tlast.Store(settled[len(settled)-1].index)\n",
		"\tlast.Store(settled[len(settled)-1].index)\n\tc.queueMu.Lock()\n\tdefer c.queueMu.Unlock()\n",
		"./internal/storage", "TestVisibleCommitsAreQueued",
	},
	{
		"the slot of a dead relationship keeps its start node until its state is gone", "internal/storage/collector.go",
		"s.edges.hide(graph.EdgeID(r.ID))", "_ = graph.NoEdge", "./internal/storage", "TestDeadEdgeHasNoSource",
	},
	{
		"two batches are synced through one open file, which hears of a failure once", "internal/durability/wal/segment.go",
		"return s.second", "return s.file", wal, "InTheAir",
	},
	{
		"the name of a segment is not synced", "internal/durability/wal/rotate.go",
		"if err := w.o.FS.SyncDir(w.o.Dir); err != nil {", "if err := error(nil); err != nil {", durable, crashAll,
	},
	{
		"a segment gets its name before its header is synced", "internal/durability/wal/rotate.go",
		"if err := s.file.SyncData(); err != nil {", "if err := error(nil); err != nil {", durable, crashAll,
	},
	{
		"a failed write is not taken back", "internal/durability/wal/segment.go",
		"if err := s.zero(from, dirty); err != nil {", "if err := error(nil); err != nil {", wal, "TestFailAtEveryOperation",
	},
	{
		"a failed write is taken back, and that is not synced", "internal/durability/wal/segment.go",
		"if err := s.file.SyncData(); err != nil {\n\t\treturn err\n\t}\n\ts.synced.Store(s.written)\n\treturn nil\n}\n\n// zero",
		"s.synced.Store(s.written)\n\treturn nil\n}\n\n// zero", wal, "TestTakenBack",
	},
	{
		"the name of a new version of the identity is not synced", "internal/durability/recovery/identity.go",
		"if err := fsys.SyncDir(dir); err != nil {", "if err := error(nil); err != nil {", durable, "TestIdentitySurvives",
	},
	{
		"a close stands next to the last record, and one block takes both", "internal/durability/wal/segment.go",
		"make([]byte, distanceBytes))", "nil)", wal, "TestBlocks|TestEvery",
	},
	{
		"a closed log is closed again at each stop and grows", "internal/durability/wal/writer.go",
		"if !w.closed || w.poisoned() != nil {", "if true {", wal, "TestIdle",
	},
	{
		"a spare becomes a segment while files are held", "internal/durability/wal/spare.go",
		"if len(s.ready) > 0 && !s.held.Load() {", "if len(s.ready) > 0 {", wal, "Held",
	},
	{
		"the torn end of a log stays behind the new records", "internal/durability/wal/segment.go",
		"if report != nil {", "if report != nil && report.Bytes < 0 {", wal, "TestCrash|TestEvery",
	},
	{
		"the log is cut off behind a commit that the oldest snapshot needs", "internal/durability/retention/retention.go",
		"p.Before = p.Oldest + 1", "p.Before = p.Oldest + 3", "./internal/durability/retention", ".",
	},
	{
		"superfluous snapshots stay after the one on exit", "internal/durability/manager.go",
		"m.giveBack(ctx) // or", "// or", durable, "TestSnapshotsOnExit",
	},
	{
		"a snapshot gets its name before it is synced", "internal/durability/snapshot/write.go",
		"if err := w.f.Sync(); err != nil {", "if err := error(nil); err != nil {", durable, crashAll,
	},
	{
		"the name of a snapshot is not synced before the log is cut", "internal/durability/snapshot/write.go",
		"if err := o.FS.SyncDir(o.Dir); err != nil {", "if err := error(nil); err != nil {", durable, crashAll,
	},
	{
		"the file of a new identity that a crash left stops the start", "internal/durability/recovery/layout.go",
		"case name == identityTemp || name == retention.LockName+\".tmp\":", "case name == retention.LockName+\".tmp\":", durable, crashAll,
	},
	{
		"the folder above a new data directory is not synced", "internal/durability/manager.go",
		"if err := o.FS.SyncDir(dir); errors.Is(err, fs.ErrPermission) {", "if err := error(nil); dir == \"\" || errors.Is(err, fs.ErrPermission) {", durable, crashAll,
	},
	{
		"LOCK DATA DIRECTORY is not durable", "internal/durability/retention/lock.go",
		"\tif err := fsys.SyncDir(dir); err != nil {\n\t\treturn LockInfo{}, fmt.Errorf(", "\tif err := error(nil); err != nil {\n\t\treturn LockInfo{}, fmt.Errorf(",
		durable, "TestCrash$",
	},
	{
		"retention deletes while the directory is locked", "internal/durability/retention.go",
		"if m.broken != nil || m.lockInfo().Locked {", "if m.broken != nil {", durable, "Lock",
	},
	{
		"a snapshot that falls due during LOCK DATA DIRECTORY is written while it is locked", "internal/durability/snapshots.go",
		"if m.lockInfo().Locked { // since", "if m.lockInfo().Since.Year() < 0 { // since", durable, "TestTickDuringLock",
	},
	{
		"a scan takes what does not fit for the end of the log", "internal/durability/wal/scan.go",
		"\t\t\tdamaged = true", "\t\t\tdamaged = false", wal, "TestSweepBits",
	},
}

// TestMuseum sees that each bug is found by the test that is there for it. It builds the
// product once for each.
func TestMuseum(t *testing.T) {
	began := time.Now()
	row := table.Row{Test: "R19", What: "bug museum: reverted fixes that their tests find"}
	for _, e := range exhibits {
		t.Run(e.name, func(t *testing.T) {
			row.States++
			out, err := e.test(t)
			switch {
			case err != nil && strings.Contains(out, "--- FAIL"):
				row.Detected++
			case err == nil:
				row.Undetected++
				t.Errorf("%s of %s does not find it", e.run, e.pkg)
			default:
				row.Undetected++
				t.Errorf("it does not build: %v\n%.2000s", err, out)
			}
		})
	}
	row.Took = time.Since(began)
	table.Add(t, row)
}

// source returns the file that the bug is put into, in which its text must stand once.
func (e exhibit) source(t *testing.T) (path, text string) {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(root, e.file))
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(source), e.old); n != 1 {
		t.Errorf("%s has %d places with %q, want one: the exhibit does not fit the product any more", e.file, n, e.old)
	}
	return path, string(source)
}

// TestFit looks whether each bug can still be put in.
func TestFit(t *testing.T) {
	for _, e := range exhibits {
		e.source(t)
	}
}

// test builds the product with the bug and runs the tests that must fail.
func (e exhibit) test(t *testing.T) (out string, err error) {
	t.Helper()
	path, source := e.source(t)
	changed := filepath.Join(t.TempDir(), filepath.Base(path))
	if err = os.WriteFile(changed, []byte(strings.Replace(source, e.old, e.new, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "overlay.json")
	if err = os.WriteFile(name, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-vet=off", "-timeout=10m", "-run", e.run, e.pkg)
	c.Dir = root
	// The server has to be built with the bug as well.
	c.Env = append(os.Environ(), "GOFLAGS="+os.Getenv("GOFLAGS")+" -overlay="+name, "MEMGRAPHD_BINARY=", "MEMGRAPHD_TABLE=",
		"MEMGRAPHD_SEED=", "MEMGRAPHD_CRASH_SEEDS=1", "MEMGRAPHD_CRASH_HISTORIES=60")
	if e.run == failAll {
		c.Env = append(c.Env, "MEMGRAPHD_CRASH_SCRIPT=changes")
	}
	all, err := c.CombinedOutput()
	return string(all), err
}
