package storage

import (
	"math/rand/v2"
	"testing"
)

// TestEndings compares the queue with a list.
func TestEndings(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var q endings
	var want []*ending
	for round := range 200 {
		grow := round%2 == 0 // until it is about empty again
		for range rnd.IntN(3 * endingsKept) {
			if rnd.IntN(8) == 0 == grow && len(want) > 0 {
				want = want[1:]
				q.pop()
			} else if grow || rnd.IntN(8) == 0 {
				e := &ending{}
				want = append(want, e)
				q.push(e)
			}
			if len(want) == 0 && q.first() != nil || len(want) > 0 && q.first() != want[0] {
				t.Fatalf("round %d: not the oldest of %d", round, len(want))
			}
		}
		if n := len(q.list) - q.next; n != len(want) {
			t.Fatalf("round %d: %d, want %d", round, n, len(want))
		}
	}
	for range want {
		q.pop()
	}
	if q.first() != nil || cap(q.list) > endingsKept {
		t.Fatalf("memory for %d endings is kept", cap(q.list))
	}
	e := &ending{}
	if n := testing.AllocsPerRun(1000, func() { q.push(e); q.pop() }); n > 0.1 {
		t.Errorf("%f allocations", n)
	}
}
