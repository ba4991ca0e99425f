package mvcc

import (
	"fmt"
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

func TestWatch(t *testing.T) {
	var v Views
	v.Init()
	var w Watch
	state := func(want string) {
		t.Helper()
		watched, open := w.Watched()
		if got := fmt.Sprint(watched, open); got != want {
			t.Fatalf("watched, open: %s, not %s", got, want)
		}
	}
	state("false false")
	if w.Oldest(&v) != 1 {
		t.Fatal("nobody is open")
	}
	state("false false")
	place := v.Place()
	old := v.OpenAt(place)
	v.Tick()
	young := v.Open()
	if w.Oldest(&v) != old.Stamp() {
		t.Fatal("not the oldest")
	}
	state("true true")
	v.Close(young)
	state("true true")
	v.Close(old)
	state("true false")
	again := v.OpenAt(place) // the same slot, a later moment
	state("true false")
	if w.Oldest(&v) != again.Stamp() {
		t.Fatal("not the oldest")
	}
	state("true true")
	v.Close(again)
	state("true false")

	// More than there are slots.
	var open []Opened
	for range 2000 {
		open = append(open, v.Open())
	}
	v.Tick()
	for _, o := range open {
		if o.slot != nil {
			v.Close(o)
		}
	}
	for _, o := range open {
		if o.slot != nil {
			continue
		}
		if w.Oldest(&v) == v.Tick()-1 {
			t.Fatal("an open view was overlooked")
		}
		state("true true")
		v.Close(o)
		state("true false")
	}
	if w.Oldest(&v) != v.Tick()-1 {
		t.Fatal("nobody is open")
	}
	state("false false")
}

// TestPlaces opens views in the first places that are given out, beside others that fill the
// slots: none is overlooked.
func TestPlaces(t *testing.T) {
	for others := range 2 * placeTries {
		var v Views
		v.Init()
		for range len(v.slots) {
			place := v.Place()
			var open []Opened
			for range others { // those with the same place find the slots behind it
				open = append(open, v.OpenAt(place))
				v.Tick()
			}
			for _, o := range open {
				if v.Oldest() != o.Stamp() {
					t.Fatal("an open view was overlooked")
				}
				v.Close(o)
			}
		}
	}
}
