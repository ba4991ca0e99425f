package object_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/vfs"
	"memgraphd/test/table"
)

// scripted puts objects one after the other, opens the store anew in between, and notes
// what was said to be there.
type scripted struct {
	fsys     *vfs.Mem
	location string
	acked    []string
}

func objects() []string {
	return []string{"log/1/a", "log/1/b", "log/2/a", "snapshots/1", "z"}
}

func dataOf(name string) string { return strings.Repeat(name+" ", 60*len(name)) }

// run puts each object at most tries times.
func (s *scripted) run(ctx context.Context, tries int) error {
	var store object.Store
	for i, name := range objects() {
		var err error
		for range tries {
			if store == nil {
				if store, err = object.Open(ctx, s.location, object.Options{FS: s.fsys, Now: clock}); err != nil {
					continue
				}
			}
			err = store.Put(ctx, name, -1, strings.NewReader(dataOf(name)))
			if err == nil || errors.Is(err, object.ErrExists) {
				s.acked = append(s.acked, name)
				err = nil
				break
			}
			if i%2 == 0 { // go on with the same store, or with a new one
				_ = store.Close()
				store = nil
			}
		}
		if err != nil {
			if store != nil {
				_ = store.Close()
			}
			return err
		}
		if i == 2 && store != nil {
			if err := store.Close(); err != nil {
				return err
			}
			store = nil
		}
	}
	return store.Close()
}

// judge looks that all is there that was acknowledged, that nothing is there by half, and
// that the rest can still be put.
func judge(t *testing.T, what string, disk *vfs.Mem, location string, acked []string) {
	t.Helper()
	s, err := object.Open(t.Context(), location, object.Options{FS: disk, Now: clock})
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	there := list(t, s, "")
	for _, name := range acked {
		if !slices.Contains(there, name) {
			t.Fatalf("%s: %s was put and is not there; there are %v", what, name, there)
		}
	}
	for _, name := range there {
		if got, err := get(t.Context(), s, name, 0); err != nil || got != dataOf(name) {
			t.Fatalf("%s: %s has %d bytes, %v", what, name, len(got), err)
		}
	}
	check(t, s.Close())
	rest := &scripted{fsys: disk, location: location}
	if err := rest.run(t.Context(), 1); err != nil {
		t.Fatalf("%s: afterwards: %v", what, err)
	}
	if len(rest.acked) != len(objects()) {
		t.Fatalf("%s: afterwards: %v", what, rest.acked)
	}
}

func TestCrashAtEveryOperation(t *testing.T) {
	for _, location := range []string{"/a/b/store", "/a/b/x.mgbackup"} {
		whole := &scripted{fsys: vfs.NewMem(1), location: location}
		check(t, whole.run(t.Context(), 1))
		total := whole.fsys.Ops()
		for n := uint64(1); n <= total; n += table.Step(uint64(1)) {
			s := &scripted{fsys: vfs.NewMem(n), location: location}
			s.fsys.CrashAt(n)
			if err := s.run(t.Context(), 1); err != nil && !errors.Is(err, vfs.ErrCrashed) {
				t.Fatalf("%s: operation %d: %v", location, n, err)
			}
			for _, model := range vfs.CrashModels() {
				judge(t, fmt.Sprintf("%s: operation %d of %d, %v", location, n, total, model), s.fsys.CrashClone(model), location, s.acked)
			}
		}
		t.Logf("%s: %d operations, %d crashes", location, total, total*uint64(len(vfs.CrashModels())))
	}
}

func TestErrorAtEveryOperation(t *testing.T) {
	for _, location := range []string{"/a/b/store", "/a/b/x.mgbackup"} {
		whole := &scripted{fsys: vfs.NewMem(1), location: location}
		check(t, whole.run(t.Context(), 1))
		total := whole.fsys.Ops()
		for n := uint64(1); n <= total; n += table.Step(uint64(1)) {
			for _, cause := range []error{syscall.EIO, syscall.ENOSPC} {
				s := &scripted{fsys: vfs.NewMem(n), location: location}
				s.fsys.FailAt(n, cause)
				err := s.run(t.Context(), 3)
				if err != nil && !errors.Is(err, cause) || err == nil && len(s.acked) != len(objects()) {
					t.Fatalf("%s: operation %d: %v, %v", location, n, err, s.acked)
				}
				for _, model := range []vfs.CrashModel{vfs.SyncedOnly, vfs.RandomBlocks} {
					judge(t, fmt.Sprintf("%s: %v at operation %d of %d, %v", location, cause, n, total, model), s.fsys.CrashClone(model), location, s.acked)
				}
			}
		}
	}
}

// TestArchiveFileDamaged flips each bit of the headers and cuts the file at each place.
func TestArchiveFileDamaged(t *testing.T) {
	const location = "/x.mgbackup"
	whole := &scripted{fsys: vfs.NewMem(1), location: location}
	check(t, whole.run(t.Context(), 1))
	data := must[[]byte](t)(vfs.ReadFile(whole.fsys, location, 1<<30))
	look := func(what string, disk *vfs.Mem, least int) {
		t.Helper()
		s, err := object.Open(t.Context(), location, object.Options{FS: disk})
		if err != nil {
			wantErr(t, err, object.ErrDamaged)
			return
		}
		if got := list(t, s, ""); len(got) < least {
			t.Errorf("%s: %d objects are left and nothing is said", what, len(got))
		}
	}
	lookAt := func(what string, changed []byte) {
		t.Helper()
		disk := vfs.NewMem(1)
		check(t, vfs.WriteFileSync(disk, location, changed))
		look(what, disk, len(objects()))
	}
	heads := []int{0}
	for _, name := range objects() {
		heads = append(heads, heads[len(heads)-1]+512+(len(dataOf(name))+511)/512*512)
	}
	for i, at := range heads[:len(objects())] {
		for bit := range int64(512 * 8) {
			bit += int64(at) * 8
			check(t, whole.fsys.FlipBit(location, bit))
			look(fmt.Sprintf("header %d, bit %d", i, bit), whole.fsys, len(objects()))
			check(t, whole.fsys.FlipBit(location, bit))
		}
		if i < len(objects())-1 { // the last one cannot be told from one that was never written
			changed := slices.Clone(data)
			clear(changed[at : at+512])
			lookAt(fmt.Sprintf("header %d cleared", i), changed)
		}
	}
	for n := 1; n < len(data); n += 509 {
		lookAt(fmt.Sprintf("cut at %d", n), data[:n])
	}
}
