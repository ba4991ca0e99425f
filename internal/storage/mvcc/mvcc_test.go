package mvcc

import (
	"testing"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/memory"
)

func TestLogKeepsOrder(t *testing.T) {
	a := arena.New(memory.New("test", 0))
	for _, n := range []int{0, 1, 7, 8, 9, 2000, 10_000} {
		var l Log
		for i := range n {
			need := l.Need()
			before := a.Used()
			l.Append(a, &Record{ID: uint32(i), Kind: NodeImage})
			if a.Used()-before < need || need == 0 && a.Used() != before {
				t.Fatalf("record %d: needed %d, took %d", i, need, a.Used()-before)
			}
		}
		for i := range n {
			if r, ref := l.Record(a, i); r.ID != uint32(i) || At(a, ref) != r {
				t.Fatalf("record %d of %d is %d", i, n, r.ID)
			}
		}
		l.Free(a)
		if a.Used() != 0 {
			t.Fatalf("%d bytes left", a.Used())
		}
	}
}

func TestOldest(t *testing.T) {
	var v Views
	v.Init()
	first := v.Open()
	stamp := v.Tick()
	if v.Oldest() >= stamp {
		t.Fatal("an open view was overlooked")
	}
	var more []Opened
	for range 500 {
		more = append(more, v.Open())
	}
	v.Close(first)
	if v.Oldest() < stamp {
		t.Fatal("a view opened later holds the past")
	}
	later := v.Tick()
	for i, o := range more {
		if v.Oldest() >= later {
			t.Fatalf("view %d was overlooked", i)
		}
		v.Close(o)
	}
	if v.Oldest() < later || v.Active() != 0 {
		t.Fatal("closed views hold the past")
	}
}

func TestSees(t *testing.T) {
	var s Slots
	s.Init(memory.New("test", 0))
	mine, other := s.Take(), s.Take()
	view := View{ReadTS: 10, Self: mine}
	for _, c := range []struct {
		slot Slot
		o    Outcome
		want bool
	}{
		{mine, Running, true},
		{other, Running, false},
		{other, Committing, false},
		{other, Aborted, false},
		{other, 10, true},
		{other, 11, false},
	} {
		s.Set(c.slot, c.o)
		if s.Sees(view, c.slot) != c.want {
			t.Errorf("slot %d with outcome %x", c.slot, c.o)
		}
	}
	s.Give(mine)
	s.Give(other)
	if s.InUse() != 0 {
		t.Error("slots left")
	}
}

func BenchmarkOpenClose(b *testing.B) {
	var v Views
	v.Init()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			v.Close(v.Open())
		}
	})
}
