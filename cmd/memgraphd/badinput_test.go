package main

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"memgraphd/cmd/memgraphd/internal/exit"
)

// damage is what happened to one file of a stopped server, and what the next start says of it.
type damage struct {
	name   string
	file   string // a pattern; the last one that fits
	change func([]byte) []byte
	others []string // files to take away
	want   []string // words of the message, * for the name of the file
}

// damages are of a directory with two commits of many nodes, a snapshot between them, and a node :Last.
var damages = []damage{
	{"damaged log", "wal/*.wal", func(b []byte) []byte {
		b[bytes.LastIndex(b, []byte("Last"))] ^= 1
		return b
	}, nil, []string{"*", "offset"}},
	{"newer log", "wal/*.wal", func(b []byte) []byte {
		binary.LittleEndian.PutUint32(b[8:], 99)
		binary.LittleEndian.PutUint32(b[60:], crc32.Checksum(b[:60], crc32.MakeTable(crc32.Castagnoli)))
		return b
	}, nil, []string{"*", "newer version", "99"}},
	{"damaged snapshot", "snapshots/*.snap", func(b []byte) []byte {
		b[len(b)/2] ^= 1
		return b
	}, []string{"wal"}, []string{"*"}},
	{"damaged identity", "database.json", func(b []byte) []byte { return b[:len(b)/2] }, nil, []string{"*"}},
	{"missing log", "database.json", func(b []byte) []byte { return b }, []string{"wal"}, []string{"wal"}},
}

// do damages a directory and returns the name of the file.
func (d damage) do(t *testing.T, dir string) string {
	t.Helper()
	for _, other := range d.others {
		if err := os.RemoveAll(filepath.Join(dir, other)); err != nil {
			t.Fatal(err)
		}
	}
	names, err := filepath.Glob(filepath.Join(dir, d.file))
	if err != nil || len(names) == 0 {
		t.Fatalf("no file %s: %v", d.file, err)
	}
	name := names[len(names)-1]
	if err := os.WriteFile(name, d.change(readFile(t, name)), 0o600); err != nil {
		t.Fatal(err)
	}
	return filepath.Base(name)
}

// TestDamage changes files of a stopped server and expects the next start to refuse them by name.
func TestDamage(t *testing.T) {
	whole := t.TempDir()
	s := start(t, whole, "--storage-snapshot-on-exit=false")
	if _, errs, code := s.statements(t, "UNWIND range(1, 1000) AS i CREATE (:N {i: i}); CREATE SNAPSHOT; UNWIND range(1, 1000) AS i CREATE (:M {i: i}); CREATE (:Last);"); code != 0 {
		t.Fatal(errs)
	}
	if code := s.stop(t, syscall.SIGTERM); code != 0 {
		t.Fatalf("exit %d", code)
	}
	for _, d := range damages {
		t.Run(d.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			file := d.do(t, dir)
			cmd := command(t, t.TempDir(), "--bolt-address=127.0.0.1", "--bolt-port=0", "--data-directory="+dir)
			out, err := cmd.CombinedOutput()
			if err == nil || cmd.ProcessState.ExitCode() != exit.Config {
				t.Errorf("%v, exit %d", err, cmd.ProcessState.ExitCode())
			}
			for _, word := range append(d.want, "memgraphd: ") {
				if word = strings.ReplaceAll(word, "*", file); !strings.Contains(string(out), word) {
					t.Errorf("the message does not name %s:\n%s", word, out)
				}
			}
			t.Logf("%s", out)
		})
	}
}

// TestForeign starts on Memgraph's own files.
func TestForeign(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"snapshots/20260101000000000000_timestamp_1", "wal/20260101000000000000_current", ".lock"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("MGsn\x1d"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := command(t, t.TempDir(), "--bolt-address=127.0.0.1", "--bolt-port=0", "--data-directory="+dir)
	out, err := cmd.CombinedOutput()
	if err == nil || cmd.ProcessState.ExitCode() != exit.Config || !strings.Contains(string(out), "Memgraph") {
		t.Errorf("%v, exit %d\n%s", err, cmd.ProcessState.ExitCode(), out)
	}
}
