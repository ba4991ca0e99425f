package e2e

import (
	little "encoding/binary"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"

	"memgraphd/test/harness"
)

// nodesEach is how many nodes each of the three parts of a damaged database has.
const nodesEach = 50

// prepare makes a data directory with two snapshots and a log that goes on after them, left by kill -9.
func prepare(t *testing.T, flags ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	s, d := start(t, dir, flags...)
	query(t, d, "CREATE INDEX ON :N(i)")
	for part := range 3 {
		for i := range nodesEach {
			query(t, d, fmt.Sprintf("CREATE (:N {i: %d, text: 'node of part %d'})", part*nodesEach+i, part))
		}
		if part < 2 {
			query(t, d, "LOCK DATA DIRECTORY") // seals the segment of the log
			query(t, d, "CREATE SNAPSHOT")
			query(t, d, "UNLOCK DATA DIRECTORY") // removes what may go
		}
	}
	s.Kill()
	return dir
}

// damaged is one way to break a data directory.
type damaged struct {
	name  string
	flags []string
	harm  func(t *testing.T, dir string)
	// parts of what the server says; an empty list: it starts, and all nodes are there.
	says []string
	// warns is what a server that starts says in its log.
	warns []string
}

// files returns the files that match, in the order of their names.
func files(t *testing.T, dir, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(found) == 0 {
		t.Fatalf("no %s in %s: %v", pattern, dir, err)
	}
	return found
}

func last(names []string) string { return names[len(names)-1] }

// edit changes the bytes of a file.
func edit(t *testing.T, name string, change func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, change(b), 0o600); err != nil {
		t.Fatal(err)
	}
}

func flip(at int) func([]byte) []byte {
	return func(b []byte) []byte {
		b[at] ^= 0x10
		return b
	}
}

func remove(t *testing.T, name string) {
	t.Helper()
	if err := os.RemoveAll(name); err != nil {
		t.Fatal(err)
	}
}

// newerSnapshot makes the header of a snapshot that of a later version.
func newerSnapshot(b []byte) []byte {
	little.LittleEndian.PutUint32(b[8:], 9)
	little.LittleEndian.PutUint64(b[64:], xxhash.Sum64(b[:64]))
	return b
}

// newerLog makes the header of a log segment that of a later version.
func newerLog(b []byte) []byte {
	little.LittleEndian.PutUint32(b[8:], 9)
	little.LittleEndian.PutUint32(b[60:], crc32.Checksum(b[:60], crc32.MakeTable(crc32.Castagnoli)))
	return b
}

// end returns the offset behind the last byte of a log segment that is not zero.
func end(b []byte) int { return len(strings.TrimRight(string(b), "\x00")) }

// Where snapshots and segments of the log are in a data directory.
const snapshotFiles, logFiles = "snapshots/*.snap", "wal/*.wal"

// damages are all that is done to a data directory.
func damages() []damaged {
	return slices.Concat(damagesOfSnapshots(), damagesOfLogs(), damagesOfOthers())
}

func damagesOfSnapshots() []damaged {
	few := []string{"--storage-snapshot-retention-count=1"}
	return []damaged{
		{
			name: "snapshot of a newer version",
			harm: func(t *testing.T, dir string) {
				t.Helper()
				edit(t, last(files(t, dir, snapshotFiles)), newerSnapshot)
			},
			says: []string{".snap was written by a newer version: format 9, this server reads up to 4", "start the version that wrote it"},
		},
		{
			name: "newest snapshot damaged, the older one and the log are good",
			harm: func(t *testing.T, dir string) {
				t.Helper()
				edit(t, last(files(t, dir, snapshotFiles)), flip(200))
			},
			warns: []string{"quarantine"},
		},
		{
			name: "newest snapshot cut",
			harm: func(t *testing.T, dir string) {
				t.Helper()
				edit(t, last(files(t, dir, snapshotFiles)), func(b []byte) []byte { return b[:len(b)/2] })
			},
			warns: []string{"quarantine"},
		},
		{
			name: "all snapshots damaged, the whole log is there",
			harm: func(t *testing.T, dir string) {
				t.Helper()
				for _, name := range files(t, dir, snapshotFiles) {
					edit(t, name, flip(200))
				}
			},
			warns: []string{"quarantine"},
		},
		{
			name: "only snapshot damaged", flags: few,
			harm: func(t *testing.T, dir string) {
				t.Helper()
				edit(t, last(files(t, dir, snapshotFiles)), flip(200))
			},
			says: []string{".snap is damaged at byte ", "backup"},
		},
		{
			name: "only snapshot empty", flags: few,
			harm: func(t *testing.T, dir string) {
				t.Helper()
				edit(t, last(files(t, dir, snapshotFiles)), func([]byte) []byte { return nil })
			},
			says: []string{".snap is damaged at byte ", "backup"},
		},
		{
			name: "only snapshot missing", flags: few,
			harm: func(t *testing.T, dir string) {
				t.Helper()
				remove(t, last(files(t, dir, snapshotFiles)))
			},
			says: []string{"commits 1 to ", " are missing", "backup"},
		},
	}
}

func damagesOfLogs() []damaged {
	return []damaged{
		{
			name: "log of a newer version",
			harm: func(t *testing.T, dir string) {
				t.Helper()
				edit(t, last(files(t, dir, logFiles)), newerLog)
			},
			says: []string{".wal was written by a newer version: format 9, this server reads up to 1", "start the version that wrote it"},
		},
		{
			name: "byte of the log changed",
			harm: func(t *testing.T, dir string) {
				t.Helper()
				edit(t, last(files(t, dir, logFiles)), func(b []byte) []byte { return flip(end(b) / 2)(b) })
			},
			says: []string{"log is damaged: ", ".wal at offset ", "commits at risk", "nothing was changed", "backup"},
		},
		{
			name: "piece of the log zeroed",
			harm: func(t *testing.T, dir string) {
				t.Helper()
				edit(t, last(files(t, dir, logFiles)), func(b []byte) []byte {
					clear(b[end(b)/2 : end(b)/2+512])
					return b
				})
			},
			says: []string{"log is damaged: ", ".wal at offset ", "backup"},
		},
		{
			name: "log missing",
			harm: func(t *testing.T, dir string) {
				t.Helper()
				remove(t, filepath.Join(dir, "wal"))
			},
			says: []string{"log is missing", "backup"},
		},
		{
			name: "middle segment of the log missing",
			harm: func(t *testing.T, dir string) {
				t.Helper()
				remove(t, files(t, dir, logFiles)[1])
				remove(t, last(files(t, dir, snapshotFiles)))
			},
			says: []string{"a file is missing or was exchanged", "commits at risk: from 52", "backup"},
		},
		{
			name: "last segment of the log missing",
			harm: func(t *testing.T, dir string) {
				t.Helper()
				remove(t, last(files(t, dir, logFiles)))
			},
			says: []string{"backup"},
		},
		{
			name: "torn last write",
			harm: func(t *testing.T, dir string) {
				t.Helper()
				edit(t, last(files(t, dir, logFiles)), func(b []byte) []byte {
					copy(b[end(b)+7:], "half of a record that was never acknowledged")
					return b
				})
			},
			warns: []string{"torn"},
		},
	}
}

func damagesOfOthers() []damaged {
	return []damaged{
		{name: "none", harm: func(*testing.T, string) {}},
		{
			name: "identity missing",
			harm: func(t *testing.T, dir string) {
				t.Helper()
				remove(t, filepath.Join(dir, "database.json"))
			},
			says: []string{"database.json", "backup"},
		},
		{
			name: "identity damaged",
			harm: func(t *testing.T, dir string) {
				t.Helper()
				edit(t, filepath.Join(dir, "database.json"), flip(20))
			},
			says: []string{"database.json", "is damaged", "backup"},
		},
		{
			name: "log of another database",
			harm: func(t *testing.T, dir string) {
				t.Helper()
				other := prepare(t)
				remove(t, filepath.Join(dir, "wal"))
				if err := os.CopyFS(filepath.Join(dir, "wal"), os.DirFS(filepath.Join(other, "wal"))); err != nil {
					t.Fatal(err)
				}
			},
			says: []string{"belongs to database", "choose another data directory"},
		},
	}
}

// eachDamaged does each damage to a directory of its own.
func eachDamaged(t *testing.T, all []damaged, check func(t *testing.T, dir string, c damaged)) {
	t.Helper()
	made := map[string]string{}
	for _, c := range all {
		key := fmt.Sprint(c.flags)
		if made[key] == "" {
			made[key] = prepare(t, c.flags...)
		}
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			if err := os.CopyFS(dir, os.DirFS(made[key])); err != nil {
				t.Fatal(err)
			}
			c.harm(t, dir)
			check(t, dir, c)
		})
	}
}

// TestDamage starts servers on data directories that something has happened to. Either all
// data is there, or the server says what is wrong and changes nothing.
func TestDamage(t *testing.T) {
	t.Parallel()
	eachDamaged(t, damages(), func(t *testing.T, dir string, c damaged) {
		t.Helper()
		if c.says == nil {
			startsWhole(t, dir, c)
			return
		}
		before := fingerprint(t, dir)
		for range 2 {
			code, text := refused(t, dir)
			if code != 78 {
				t.Errorf("exit %d", code)
			}
			for _, part := range append(c.says, dir) {
				if !strings.Contains(text, part) {
					t.Errorf("it does not say %q:\n%s", part, text)
				}
			}
			if after := fingerprint(t, dir); after != before {
				t.Errorf("the directory was changed from\n%s\nto\n%s", before, after)
			}
		}
	})
}

func startsWhole(t *testing.T, dir string, c damaged) {
	t.Helper()
	for range 2 {
		s, d := start(t, dir)
		if n := count(t, d, "MATCH (n:N) WHERE n.text STARTS WITH 'node of part ' RETURN count(DISTINCT n.i)"); n != 3*nodesEach {
			t.Errorf("%d nodes, want %d", n, 3*nodesEach)
		}
		if n := len(query(t, d, "SHOW INDEX INFO")); n != 1 {
			t.Errorf("%d indexes, want 1", n)
		}
		for _, part := range c.warns {
			if !strings.Contains(s.Log(), part) {
				t.Errorf("it does not say %q:\n%s", part, s.Log())
			}
		}
		c.warns = nil // the second start finds nothing wrong any more
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	}
}

// fingerprint lists the files in a directory, with checksums; the lock that a start leaves is not part of it.
func fingerprint(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == ".lock" {
			return err
		}
		content, err := os.ReadFile(name)
		fmt.Fprintf(&b, "%s %d %08x\n", name, len(content), crc32.ChecksumIEEE(content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestForeignDirectory starts on directories that are not of this server.
func TestForeignDirectory(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files []string
		says  []string // empty: it starts
	}{
		"empty":              {nil, nil},
		"new file system":    {[]string{"lost+found/"}, nil},
		"Memgraph":           {[]string{"snapshots/20240101000000000000_timestamp_5", "wal/20240101000000000000_current", "auth/", "settings/"}, []string{"Memgraph", "DUMP DATABASE"}},
		"somebody's files":   {[]string{"letter.txt"}, []string{"letter.txt", "choose another data directory"}},
		"log without a name": {[]string{"wal/00000000000000000001.wal"}, []string{"database.json is missing", "backup"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			for _, f := range c.files {
				path := filepath.Join(dir, f)
				if strings.HasSuffix(f, "/") {
					if err := os.MkdirAll(path, 0o700); err != nil {
						t.Fatal(err)
					}
					continue
				}
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte("MGsn what it holds"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if c.says == nil {
				s, err := harness.Start(binary, dir)
				if err != nil {
					t.Fatal(err)
				}
				s.Kill()
				return
			}
			before := fingerprint(t, dir)
			code, text := refused(t, dir)
			if code != 78 {
				t.Errorf("exit %d", code)
			}
			for _, part := range append(c.says, dir) {
				if !strings.Contains(text, part) {
					t.Errorf("it does not say %q:\n%s", part, text)
				}
			}
			if after := fingerprint(t, dir); after != before {
				t.Errorf("the directory was changed from\n%s\nto\n%s", before, after)
			}
		})
	}
}
