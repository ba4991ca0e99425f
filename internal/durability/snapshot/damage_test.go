package snapshot_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/test/table"
)

func TestEveryBitFlipIsFound(t *testing.T) {
	fsys, path, data := small(t)
	for bit := range int64(len(data)) * 8 {
		must[bool](t)(true, fsys.FlipBit(path, bit))
		err := snapshot.Verify(t.Context(), fsys, path, 1)
		var damaged *snapshot.DamagedError
		if !errors.As(err, &damaged) {
			t.Fatalf("bit %d of byte %d flipped: got %v", bit%8, bit/8, err)
		}
		if bit%800 == 0 && (damaged.File != path || !strings.Contains(err.Error(), "is damaged at byte")) {
			t.Fatal(err)
		}
		must[bool](t)(true, fsys.FlipBit(path, bit))
	}
	t.Logf("%d bits flipped, all found", len(data)*8)
	must[bool](t)(true, snapshot.Verify(t.Context(), fsys, path, 1))
}

// TestLoadFindsFlippedBits loads damaged snapshots without verifying them before: a load
// checks what it reads.
func TestLoadFindsFlippedBits(t *testing.T) {
	fsys, path, data := small(t)
	load := func() error {
		f, err := snapshot.Open(fsys, path)
		if err != nil {
			return err
		}
		store := storage.New(storage.Options{})
		return errors.Join(f.Fill(t.Context(), store, 2, nil), f.Close(), store.Close())
	}
	for bit := int64(0); bit < int64(len(data))*8; bit += 13 {
		must[bool](t)(true, fsys.FlipBit(path, bit))
		var damaged *snapshot.DamagedError
		if err := load(); !errors.As(err, &damaged) {
			t.Fatalf("bit %d of byte %d flipped: got %v", bit%8, bit/8, err)
		}
		must[bool](t)(true, fsys.FlipBit(path, bit))
	}
	must[bool](t)(true, load())
}

func TestEveryCutAndAdditionIsFound(t *testing.T) {
	fsys, path, data := small(t)
	check := func(what string, content []byte) {
		t.Helper()
		must[bool](t)(true, vfs.WriteFileSync(fsys, path, content))
		var damaged *snapshot.DamagedError
		if err := snapshot.Verify(t.Context(), fsys, path, 1); !errors.As(err, &damaged) {
			t.Fatalf("%s: got %v", what, err)
		}
	}
	for n := range data {
		check(fmt.Sprintf("cut to %d bytes", n), data[:n])
	}
	check("a byte added", append(slices.Clone(data), 0))
	check("written twice", append(slices.Clone(data), data...))
	check("zeros", make([]byte, len(data)))
	for at := 0; at+1024 <= len(data); at += 512 {
		content := slices.Clone(data)
		copy(content[at:], data[at+512:at+1024])
		copy(content[at+512:], data[at:at+512])
		if !bytes.Equal(content, data) {
			check(fmt.Sprintf("sectors at %d swapped", at), content)
		}
		content = slices.Clone(data)
		clear(content[at : at+512])
		check(fmt.Sprintf("sector at %d zeroed", at), content)
	}
}

func TestBlocksOfTwoSnapshotsDoNotMix(t *testing.T) {
	fsys := newFS(t)
	s := randomStore(t, 5, 8)
	a := read(t, fsys, must[snapshot.Info](t)(snapshot.Create(t.Context(), options(fsys, s))).Path)
	must[change.Index](t)(s.PutEntry(t.Context(), change.Entry{Kind: "user", Name: "bob", Data: []byte{9, 9}}))
	info := must[snapshot.Info](t)(snapshot.Create(t.Context(), options(fsys, s)))
	b := read(t, fsys, info.Path)
	for at := 0; at < min(len(a), len(b)); at += 64 {
		mixed := append(slices.Clone(a[:at]), b[min(at, len(b)):]...)
		if bytes.Equal(mixed, a) || bytes.Equal(mixed, b) {
			continue
		}
		must[bool](t)(true, vfs.WriteFileSync(fsys, info.Path, mixed))
		if err := snapshot.Verify(t.Context(), fsys, info.Path, 1); err == nil {
			t.Fatalf("a mix of two snapshots at byte %d is accepted", at)
		}
	}
}

func TestFailuresLeaveNothingBehind(t *testing.T) {
	s := randomStore(t, 11, 60)
	probe := newFS(t)
	before := probe.Ops()
	must[snapshot.Info](t)(snapshot.Create(t.Context(), options(probe, s)))
	ops := probe.Ops() - before
	for _, failure := range []error{syscall.EIO, syscall.ENOSPC, &vfs.ShortWriteError{Bytes: 7, Err: syscall.ENOSPC}} {
		for n := uint64(1); n <= ops; n += table.Step(uint64(1)) {
			fsys := newFS(t)
			o := options(fsys, s)
			o.Workers = 1
			fsys.FailAt(before+n, failure)
			info, err := snapshot.Create(t.Context(), o)
			fsys.FailAt(0, nil)
			names := must[[]string](t)(fsys.List("snapshots"))
			if err == nil {
				must[bool](t)(true, snapshot.Verify(t.Context(), fsys.CrashClone(vfs.SyncedOnly), info.Path, 1))
				continue
			}
			for _, name := range names {
				if !strings.HasPrefix(name, snapshot.TempPrefix) {
					must[bool](t)(true, snapshot.Verify(t.Context(), fsys, filepath.Join("snapshots", name), 1))
				}
			}
		}
	}
}
