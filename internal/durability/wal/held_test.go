package wal_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"

	"memgraphd/internal/durability/vfs"
)

// TestHeldRotation begins segments while files are held: none of them may be a spare
// that was there before.
func TestHeldRotation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMem(t)
		o := options(m)
		o.SpareMax = 2
		l := open(t, o)
		appendAll(t, l, 1, 40) // asks for spares
		synctest.Wait()        // they are zeroed and ready
		spares, err := m.List(dir + "/spare")
		must(t, err)
		if len(spares) == 0 {
			t.Fatal("no spare was made")
		}
		l.Hold(true)
		m.Inject(func(op vfs.Op) error {
			for _, name := range spares {
				if op.Kind.Mutates() && strings.HasSuffix(op.Name, "/spare/"+name) {
					t.Errorf("%v", op)
				}
			}
			return nil
		})
		for index := uint64(41); index < 60; index++ {
			appendAll(t, l, index, index)
			must(t, l.Rotate(background()))
		}
		m.Inject(nil)
		l.Hold(false)
		must(t, l.Close())
		wantRecords(t, o, 1, 59)
	})
}

// TestHeldSpareOfAFormerStart holds files while a spare of the former start waits to be
// zeroed: it has to wait until they are given back.
func TestHeldSpareOfAFormerStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMem(t)
		o := options(m)
		l := open(t, o)
		appendAll(t, l, 1, 5)
		must(t, l.Close())
		spare := dir + "/spare/7.spare"
		must(t, vfs.WriteFileSync(m, spare, []byte("old")))
		o.SpareMax = 1
		l = open(t, o)
		l.Hold(true)
		m.Inject(func(op vfs.Op) error {
			if op.Kind.Mutates() && strings.HasSuffix(op.Name, "/7.spare") {
				t.Errorf("%v", op)
			}
			return nil
		})
		for index := uint64(6); index < 40; index++ {
			appendAll(t, l, index, index)
		}
		synctest.Wait() // for what works beside the log
		m.Inject(nil)
		l.Hold(false)
		must(t, l.Close())
	})
}

// TestIdleStartsDoNotGrow opens and closes a log that nobody writes to.
func TestIdleStartsDoNotGrow(t *testing.T) {
	m := newMem(t)
	o := options(m)
	l := open(t, o)
	appendAll(t, l, 1, 5)
	must(t, l.Close())
	name := segmentsOf(t, m)[0].Name
	want, err := vfs.ReadFile(m, name, 1<<20)
	must(t, err)
	for range 5 {
		must(t, open(t, o).Close())
	}
	got, err := vfs.ReadFile(m, name, 1<<20)
	must(t, err)
	if !bytes.Equal(bytes.TrimRight(got, "\x00"), bytes.TrimRight(want, "\x00")) {
		t.Errorf("the log was %d bytes, and is %d", len(want), len(got))
	}
}
