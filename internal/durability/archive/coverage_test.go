package archive

import (
	"math/rand/v2"
	"testing"
)

// furthest is what chain computes, byte by byte.
func furthest(pieces []span) int64 {
	for end := int64(0); ; {
		best := end
		for _, p := range pieces {
			if p.from <= end {
				best = max(best, p.to)
			}
		}
		if best == end {
			return end
		}
		end = best
	}
}

func TestCoverageReachesAsFarAsItsPieces(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		var c coverage
		var pieces []span
		for range random.IntN(12) {
			from := random.Int64N(30)
			s := span{from, from + 1 + random.Int64N(10)}
			pieces = append(pieces, s)
			c.add(s)
			c.add(s)
			if random.IntN(5) == 0 {
				gone := pieces[random.IntN(len(pieces))]
				c.remove(gone)
				kept := pieces[:0]
				for _, p := range pieces {
					if p != gone {
						kept = append(kept, p)
					}
				}
				pieces = kept
			}
		}
		end := int64(0)
		for _, p := range c.chain() {
			if p.from > end || p.to <= end {
				t.Fatalf("%v: the chain has %v behind %d", pieces, p, end)
			}
			end = p.to
		}
		if want := furthest(pieces); end != want || c.end() != want {
			t.Fatalf("%v: the end is %d, want %d", pieces, end, want)
		}
	}
}

// TestPiecesStayFew sends many small pieces, as an open segment does that is written slowly.
func TestPiecesStayFew(t *testing.T) {
	t.Parallel()
	var c coverage
	random := rand.New(rand.NewPCG(5, 6))
	end, again := int64(0), int64(0)
	for range 50_000 {
		s := span{end, end + 56 + random.Int64N(400)}
		c.add(s)
		end = s.to
		merged, due := c.merge(0)
		if !due {
			continue
		}
		if merged.to != end {
			t.Fatalf("%v is put together, the end is %d", merged, end)
		}
		again += merged.bytes()
		c.add(merged)
		for _, p := range c.covered(merged) {
			c.remove(p)
		}
		if len(c.pieces) > piecesMax || c.end() != end {
			t.Fatalf("%d pieces up to %d, want %d", len(c.pieces), c.end(), end)
		}
	}
	if again > 12*end {
		t.Fatalf("%d bytes were sent again for %d", again, end)
	}
	c.add(span{from: 7, to: 9}) // one whose answer was lost
	whole, due := c.merge(end)
	if !due || whole != (span{to: end}) {
		t.Fatalf("a sealed segment becomes %v, %t", whole, due)
	}
	c.add(whole)
	for _, p := range c.covered(whole) {
		c.remove(p)
	}
	if _, due = c.merge(end); due || len(c.pieces) != 1 {
		t.Fatalf("%v is left", c.pieces)
	}
	if _, due = c.merge(end + 56); due {
		t.Fatal("a segment is put together that is not all there")
	}
}
