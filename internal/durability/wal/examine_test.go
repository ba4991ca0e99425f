package wal_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"memgraphd/internal/durability/wal"
)

// TestExamine looks at each segment of a log by itself, and at one under another name.
func TestExamine(t *testing.T) {
	m, list := fourSegments(t)
	var chain uint32
	for i, s := range list {
		next := s.First
		got, err := wal.Examine(m, s.Name, func(r wal.Record) error {
			if !sameRecord(r, record(next)) {
				t.Errorf("record %d: %+v", next, r)
			}
			next++
			return nil
		})
		must(t, err)
		newest := i == len(list)-1
		if got.First != s.First || got.Last != s.Last || got.Database != database || got.Sealed == newest || got.Clean != newest || got.Tail != nil {
			t.Errorf("segment %d: %+v", i, got)
		}
		if got.ChainBefore != chain || got.Records != int64(s.Last-s.First+1) || got.Used <= 64 || got.Used > got.Bytes {
			t.Errorf("segment %d: %+v, chain before %d", i, got, chain)
		}
		chain = got.Chain
	}
	must(t, m.Rename(list[1].Name, "/db/copy"))
	got, err := wal.Examine(m, "/db/copy", nil)
	if err != nil || got.First != list[1].First {
		t.Errorf("%+v, %v", got, err)
	}
	must(t, m.FlipBit("/db/copy", 3*8))
	if _, err = wal.Examine(m, "/db/copy", nil); !errors.As(err, new(*wal.DamageError)) {
		t.Errorf("a damaged magic: %v", err)
	}
	stop := errors.New("stop")
	if _, err = wal.Examine(m, list[0].Name, func(wal.Record) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("a failing caller: %v", err)
	}
}

// TestLeftovers flips every byte of a segment, one after the other, and expects every
// record that the byte does not belong to; but for the header, without which there is
// nothing. A record that is told as proven is as it was written.
func TestLeftovers(t *testing.T) {
	m, list := fourSegments(t)
	s := list[1]
	size, err := m.Stat(s.Name)
	must(t, err)
	for offset := range size.Size {
		must(t, m.FlipBit(s.Name, offset*8))
		proven, others := 0, 0
		must(t, wal.Leftovers(m, s.Name, 0, func(r wal.Record, good bool) error {
			switch {
			case good && !sameRecord(r, record(r.Index)):
				return fmt.Errorf("record %d is told as proven and is another", r.Index)
			case good:
				proven++
			default:
				others++
			}
			return nil
		}))
		all := int(s.Last - s.First + 1)
		// A damaged header of a frame hides it, and leaves the one behind it unproven.
		if want := all - 2; offset >= 64 && (proven < want || proven+others < all-1 || proven+others > all) || offset < 64 && proven > 0 {
			t.Errorf("offset %d: %d proven and %d others of %d", offset, proven, others, all)
		}
		must(t, m.FlipBit(s.Name, offset*8))
	}
}

// TestLeftoversOfParts reads a record of several frames, whole and without one of them.
func TestLeftoversOfParts(t *testing.T) {
	m := newMem(t)
	l := open(t, options(m))
	large := record(2)
	large.Payload = bytes.Repeat([]byte("0123456789"), 4<<20)
	for _, r := range []wal.Record{record(1), large, record(3)} {
		w, err := l.Enqueue(r)
		must(t, err)
		must(t, w.Wait())
	}
	must(t, l.Close())
	for _, s := range segmentsOf(t, m) {
		if s.First > 2 || s.Last < 2 {
			continue
		}
		count := func() (n, size int) {
			must(t, wal.Leftovers(m, s.Name, 1, func(r wal.Record, _ bool) error {
				if r.Index == 2 {
					n, size = n+1, len(r.Payload)
				}
				return nil
			}))
			return n, size
		}
		if n, size := count(); n != 1 || size != len(large.Payload) {
			t.Errorf("whole: %d records of %d bytes", n, size)
		}
		info, err := m.Stat(s.Name)
		must(t, err)
		if info.Size < 34<<20 {
			t.Fatalf("the segment has %d bytes", info.Size)
		}
		must(t, m.FlipBit(s.Name, (64+56+16<<20+8)*8)) // the header of the second part, or near it
		if n, _ := count(); n > 1 {
			t.Errorf("cut: %d records", n)
		}
	}
}
