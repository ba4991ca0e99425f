package archive

import (
	"cmp"
	"slices"
)

// span is the range [from, to) of the bytes of a segment that one piece holds.
type span struct{ from, to int64 }

func (s span) bytes() int64 { return s.to - s.from }

// within tells whether a span is covered by another one.
func (s span) within(other span) bool { return other.from <= s.from && s.to <= other.to }

// coverage is the pieces of one segment that are in the repository, by from and then by to.
type coverage struct{ pieces []span }

func (c *coverage) add(s span) {
	at, found := slices.BinarySearchFunc(c.pieces, s, compareSpans)
	if !found {
		c.pieces = slices.Insert(c.pieces, at, s)
	}
}

func (c *coverage) remove(s span) {
	if at, found := slices.BinarySearchFunc(c.pieces, s, compareSpans); found {
		c.pieces = slices.Delete(c.pieces, at, at+1)
	}
}

func compareSpans(a, b span) int {
	return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
}

// chain returns the pieces by which a reader gets from the beginning as far as there is no
// gap: at each place the one that reaches furthest.
func (c *coverage) chain() []span {
	var chain []span
	var end int64
	for i := 0; i < len(c.pieces); {
		best := span{}
		for ; i < len(c.pieces) && c.pieces[i].from <= end; i++ {
			if c.pieces[i].to > best.to {
				best = c.pieces[i]
			}
		}
		if best.to <= end {
			break
		}
		chain = append(chain, best)
		end = best.to
	}
	return chain
}

// end returns up to where the beginning of the segment is in the repository.
func (c *coverage) end() int64 {
	chain := c.chain()
	if len(chain) == 0 {
		return 0
	}
	return chain[len(chain)-1].to
}

// covered returns the pieces that another one makes superfluous.
func (c *coverage) covered(by span) []span {
	var out []span
	for _, s := range c.pieces {
		if s != by && s.within(by) {
			out = append(out, s)
		}
	}
	return out
}

const (
	piecesMax = 64 // of an open segment, before the newest are put together
	growth    = 4  // a piece stays alone while it is that many times larger than those behind it
)

// merge returns what to send again as one piece; ok is false where nothing is to be. size is
// that of a sealed segment, 0 while it is open.
func (c *coverage) merge(size int64) (s span, ok bool) {
	chain := c.chain()
	if len(chain) == 0 {
		return span{}, false
	}
	end := chain[len(chain)-1].to
	if size > 0 {
		whole := span{to: size}
		return whole, end == size && len(c.pieces) > 1
	}
	if len(chain) <= piecesMax {
		return span{}, false
	}
	at := len(chain) - 2
	for at > 0 && chain[at-1].bytes() < growth*(end-chain[at].from) {
		at--
	}
	return span{from: chain[at].from, to: end}, true
}
