package wal_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
)

// contents returns the durable bytes of a segment.
func contents(tb testing.TB, fsys vfs.FS, s wal.SegmentInfo) []byte {
	tb.Helper()
	data, err := vfs.ReadFile(fsys, s.Name, 1<<30)
	must(tb, err)
	return data[:s.End]
}

func TestProverProvesWhatIsDurable(t *testing.T) {
	t.Parallel()
	m := newMem(t)
	o := options(m)
	l := open(t, o)
	for index := uint64(1); index <= 60; index += 3 {
		appendAll(t, l, index, index+2)
		first, end := l.Durable()
		segments, err := l.Segments()
		must(t, err)
		if last := segments[len(segments)-1]; last.First != first || last.End != end {
			t.Fatalf("open segment %d is durable up to %d, and %+v", first, end, last)
		}
		next := uint64(1)
		for i, s := range segments {
			p := wal.NewProver(s.Name, s.First, database)
			_, err := p.Write(contents(t, m, s))
			must(t, err)
			run := p.Next()
			if run.To != s.End || !run.Whole || p.Loose() != 0 || run.First != next || run.Last != s.Last || run.Sealed != s.Sealed {
				t.Fatalf("segment %+v: %+v", s, run)
			}
			if run.FirstWall != int64(run.First)*1000 || run.LastWall != int64(run.Last)*1000 {
				t.Fatalf("times of %+v", run)
			}
			if next = run.Last + 1; i == len(segments)-1 && run.Last != index+2 {
				t.Fatalf("the durable bytes end with commit %d of %d", run.Last, index+2)
			}
		}
	}
	must(t, l.Close())
	before, err := l.Segments()
	must(t, err)
	_, end, err := scan(o, 1)
	must(t, err)
	for i, s := range end.Segments {
		if s.End != before[i].End {
			t.Fatalf("a start reads segment %d up to %d, the log had written %d bytes", s.First, s.End, before[i].End)
		}
	}
}

func TestProverTakesAnyPortions(t *testing.T) {
	t.Parallel()
	m := newMem(t)
	o := options(m)
	o.SegmentBytes = 1 << 20
	l := open(t, o)
	appendAll(t, l, 1, 50)
	w, err := l.Enqueue(wal.Record{Kind: wal.KindCommit, Index: 51, Payload: make([]byte, 20<<20)})
	must(t, err)
	must(t, w.Wait())
	must(t, l.Close())
	segments, err := l.Segments()
	must(t, err)
	random := rand.New(rand.NewPCG(7, 7))
	for _, s := range segments {
		data := contents(t, m, s)
		p := wal.NewProver(s.Name, s.First, [16]byte{})
		last := uint64(0)
		for at := int64(0); len(data) > 0; {
			n := min(1+random.IntN(1<<(1+random.IntN(20))), len(data))
			_, err := p.Write(data[:n])
			must(t, err)
			data = data[n:]
			run := p.Next()
			if run.From != at || run.First != 0 && run.First != last+1 && last != 0 {
				t.Fatalf("run %+v behind offset %d and commit %d", run, at, last)
			}
			at, last = run.To, max(last, run.Last)
		}
		if p.Loose() != 0 || last != s.Last || p.Database() != database {
			t.Fatalf("segment %+v: %d loose bytes behind commit %d", s, p.Loose(), last)
		}
	}
}

func TestProverFindsEachWrongBit(t *testing.T) {
	t.Parallel()
	m := newMem(t)
	o := options(m)
	l := open(t, o)
	appendAll(t, l, 1, 20)
	must(t, l.Close())
	segments, err := l.Segments()
	must(t, err)
	s := segments[0]
	for bit := range s.End * 8 {
		data := contents(t, m, s)
		data[bit/8] ^= 1 << (bit % 8)
		p := wal.NewProver(s.Name, s.First, database)
		_, err = p.Write(data)
		_, damage := errors.AsType[*wal.DamageError](err)
		_, version := errors.AsType[*wal.VersionError](err)
		_, foreign := errors.AsType[*wal.ForeignError](err)
		if !damage && !version && !foreign && p.Loose() == 0 {
			t.Fatalf("bit %d of %d: %v", bit, s.End*8, err)
		}
		if _, again := p.Write(nil); err != nil && again == nil {
			t.Fatal("damage was forgotten")
		}
	}
	p := wal.NewProver(s.Name, s.First, [16]byte{9})
	_, err = p.Write(contents(t, m, s))
	if _, foreign := errors.AsType[*wal.ForeignError](err); !foreign {
		t.Fatalf("another database: %v", err)
	}
	p = wal.NewProver(s.Name, s.First, database)
	_, err = p.Write(append(contents(t, m, s), make([]byte, 64)...))
	if _, damage := errors.AsType[*wal.DamageError](err); !damage {
		t.Fatalf("zeros behind the end: %v", err)
	}
}
