package wal_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"memgraphd/internal/durability/vfs"
	"memgraphd/test/table"
)

// TestClosedInGoodOrderOnAFullDisk fills the disk after any number of blocks: records fail,
// later ones are taken as far as there is room, and Close still finds its own.
func TestClosedInGoodOrderOnAFullDisk(t *testing.T) {
	for _, spares := range []int{-1, 1} {
		for blocks := range 60 {
			m := newMem(t)
			o := options(m)
			o.SpareMax = spares
			o.SegmentBytes = 8 << 10
			l := open(t, o)
			appendAll(t, l, 1, 3)
			m.SetQuota(m.Used() + int64(blocks)*4096)
			var acked []uint64
			failed := 0
			for index := uint64(4); failed < 20; index++ {
				w, err := l.Enqueue(record(index))
				must(t, err)
				if err := w.Wait(); err != nil {
					wantErr(t, err, syscall.ENOSPC)
					failed++
					continue
				}
				acked = append(acked, index)
			}
			must(t, l.State().Err)
			if err := l.Close(); err != nil {
				t.Fatalf("%d blocks: %v", blocks, err)
			}
			records, end, err := scan(o, 1)
			must(t, err)
			if !end.Clean || len(records) != 3+len(acked) {
				t.Fatalf("%d blocks: %d records of %d, clean is %t", blocks, len(records), 3+len(acked), end.Clean)
			}
		}
	}
}

// TestRotateNeedsNoMoreThanASegmentsBeginning rotates with the room of two blocks and a name.
func TestRotateNeedsNoMoreThanASegmentsBeginning(t *testing.T) {
	m := newMem(t)
	o := options(m)
	l := open(t, o)
	appendAll(t, l, 1, 3)
	m.SetQuota(m.Used())
	wantErr(t, l.Rotate(background()), syscall.ENOSPC)
	m.SetQuota(m.Used() + 2*4096)
	must(t, l.Rotate(background()))
	must(t, l.Close())
	if end := wantRecords(t, o, 1, 3); !end.Clean {
		t.Fatal("not clean")
	}
}

// TestRemoveIsTriedAgain fails each operation of a Remove: the next one does the rest, and
// no file is left over.
func TestRemoveIsTriedAgain(t *testing.T) {
	for _, spares := range []int{-1, 1} {
		for n := uint64(1); ; n += table.Step(uint64(1)) {
			m := newMem(t)
			o := options(m)
			o.SpareMax = spares
			l := open(t, o)
			appendAll(t, l, 1, 60)
			m.FailAt(m.Ops()+n, syscall.EIO)
			before := m.Ops()
			err := l.Remove(40)
			done := m.Ops()-before < n
			m.FailAt(0, nil)
			if done {
				must(t, err)
			}
			if err != nil {
				must(t, l.Remove(40))
			}
			segments, err := l.Segments()
			must(t, err)
			if segments[0].Last < 40 {
				t.Fatalf("operation %d: segment %+v is left", n, segments[0])
			}
			appendAll(t, l, 61, 100)
			must(t, l.Close())
			wantRecords(t, o, segments[0].First, 100)
			wantNoMoreFiles(t, m, spares)
			if done {
				break
			}
		}
	}
}

func wantNoMoreFiles(t *testing.T, m *vfs.Mem, spares int) {
	t.Helper()
	names, err := m.List(filepath.Join(dir, "spare"))
	must(t, err)
	if spares < 0 && len(names) > 0 || len(names) > 2 { // one may be zeroed while another comes
		t.Fatalf("spares %v", names)
	}
}
