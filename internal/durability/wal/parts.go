package wal

import "memgraphd/internal/durability/frame"

// parts joins the frames of one record. Its memory is bounded by what was read.
type parts struct {
	open  bool
	first frame.Header
	count int
	data  []byte
	place frame.Place // of the first part
	chain uint32      // before the first part
}

// follows tells whether a frame is the next part of the open record, or begins one.
func (p *parts) follows(h frame.Header) bool {
	if !p.open {
		return h.Part == 0
	}
	want := p.first
	want.Length, want.Last, want.Part, want.Synced = h.Length, h.Last, h.Part, h.Synced
	return h == want && int(h.Part) == p.count
}

// add takes the next part and returns the record once it is whole.
func (p *parts) add(h frame.Header, payload []byte, at frame.Place, chain uint32) (Record, bool) {
	if !p.open {
		*p = parts{first: h, place: at, chain: chain, data: p.data[:0]}
	}
	p.count++
	p.open = !h.Last
	if !h.Last || p.count > 1 {
		p.data = append(p.data, payload...)
		payload = p.data
	}
	return Record{
		Kind: h.Kind, Index: h.Index, Term: h.Term, Timeline: h.Timeline, Wall: h.Wall, Payload: payload,
	}, h.Last
}
