package wal

import (
	"errors"
	"fmt"
	"slices"

	"memgraphd/internal/durability/frame"
)

// HeaderBytes is the size of what stands before the frames of a segment.
const HeaderBytes = headerBytes

// Prover proves the bytes of one segment as they go by, from its first one on: the header,
// every frame, and that each follows the one before it. So what is copied out of a log is
// known to be good, and what was put together from copies too.
//
// It holds at most one frame. The zeros behind the frames are not for it: they are damage.
type Prover struct {
	name     string
	first    uint64
	database [16]byte

	begun  bool
	header header
	place  frame.Place
	rest   []byte // the beginning of a frame that is not whole yet
	parts  bool   // a record has begun and not ended
	logged uint64
	sealed bool
	link   uint32 // chain of the last frame but the seal
	run    Run
	err    error
}

// Run is what a Prover has met between two calls of Next.
type Run struct {
	From, To int64 // bytes [From, To): the frames that are whole
	// First and Last are the indexes of the records that end there, and FirstWall and
	// LastWall their times, microseconds since 1970-01-01 UTC. First is 0 where there are none.
	First, Last         uint64
	FirstWall, LastWall int64
	Chain               uint32 // at To
	Link                uint32 // chain that the header of the next segment names: that before the seal
	Whole               bool   // no record has begun before To and ends behind it
	Sealed              bool   // To is the end of the segment
}

// NewProver returns a Prover for the segment that begins with an index; name is for errors.
// A database of zeros means: any.
func NewProver(name string, first uint64, database [16]byte) *Prover {
	return &Prover{name: name, first: first, database: database}
}

// Write proves what follows. It fails with a *DamageError, a *VersionError or a
// *ForeignError, and then always.
func (p *Prover) Write(data []byte) (int, error) {
	if p.err == nil {
		p.err = p.take(data)
	}
	if p.err != nil {
		return 0, p.err
	}
	return len(data), nil
}

// Next returns what was met since the last call of Next.
func (p *Prover) Next() Run {
	run := p.run
	run.To, run.Chain, run.Link, run.Whole, run.Sealed = p.place.Offset, p.place.Chain, p.link, !p.parts, p.sealed
	p.run = Run{From: p.place.Offset}
	return run
}

// Clone returns a Prover that goes on from where this one is.
func (p *Prover) Clone() *Prover {
	c := *p
	c.rest = slices.Clone(p.rest)
	return &c
}

// Before returns the chain that the segment goes on from: that at the end of the one before
// it. It is 0 until the header was read.
func (p *Prover) Before() uint32 { return p.header.chain }

// Database returns the database that the header names.
func (p *Prover) Database() [16]byte { return p.header.database }

// Loose returns how many bytes were written behind the last whole frame.
func (p *Prover) Loose() int { return len(p.rest) }

func (p *Prover) take(data []byte) error {
	if len(p.rest) > 0 {
		p.rest = append(p.rest, data...)
		data = p.rest
	}
	if !p.begun {
		if len(data) < headerBytes {
			p.keep(data)
			return nil
		}
		if err := p.begin(data[:headerBytes]); err != nil {
			return err
		}
		data = data[headerBytes:]
	}
	for len(data) > 0 {
		h, _, next, err := frame.Decode(data, p.place)
		if errors.Is(err, frame.ErrShort) {
			break
		}
		if errors.Is(err, frame.ErrEnd) {
			return p.damage("zeros where a frame should be")
		}
		if err != nil {
			return p.damage(err.Error())
		}
		if err := p.accept(h, next); err != nil {
			return err
		}
		data = data[h.Size():]
	}
	p.keep(data)
	return nil
}

// keep holds what is not whole yet.
func (p *Prover) keep(data []byte) { p.rest = append(p.rest[:0], data...) }

// begin reads the header.
func (p *Prover) begin(raw []byte) error {
	h, err := decodeHeader(raw)
	if version, ok := errors.AsType[*VersionError](err); ok {
		version.File = p.name
		return version
	}
	switch {
	case err != nil:
		return p.damage(err.Error())
	case h.first != p.first:
		return p.damage(fmt.Sprintf("the segment is named for commit %d and begins with %d", p.first, h.first))
	case p.database != [16]byte{} && h.database != p.database:
		return &ForeignError{File: p.name, Reason: fmt.Sprintf(
			"belongs to database %s, not to %s", uuidText(h.database), uuidText(p.database))}
	}
	p.begun, p.header, p.place, p.link, p.logged = true, h, h.place(), h.chain, h.first-1
	return nil
}

// accept checks what a good frame says.
func (p *Prover) accept(h frame.Header, next frame.Place) error {
	switch {
	case p.sealed:
		return p.damage("a frame behind the end of the segment")
	case h.Kind == 0, h.Kind > kindClose:
		return p.damage(fmt.Sprintf("a frame of the unknown kind %d", h.Kind))
	case h.Kind > KindMax && (p.parts || h.Part != 0 || !h.Last):
		return p.damage("a frame of the log itself where none may be")
	case h.Kind > KindMax:
		p.sealed = h.Kind == kindSeal
	case p.parts != (h.Part > 0):
		return p.damage("the parts of a record are out of order")
	case h.Index <= p.logged:
		return p.damage(fmt.Sprintf("commit %d after %d", h.Index, p.logged))
	}
	p.place = next
	if !p.sealed {
		p.link = next.Chain
	}
	if h.Kind > KindMax {
		return nil
	}
	if p.parts = !h.Last; p.parts {
		return nil
	}
	p.logged = h.Index
	if p.run.First == 0 {
		p.run.First, p.run.FirstWall = h.Index, h.Wall
	}
	p.run.Last, p.run.LastWall = h.Index, h.Wall
	return nil
}

func (p *Prover) damage(reason string) *DamageError {
	return &DamageError{File: p.name, Offset: p.place.Offset, First: p.logged + 1, Reason: reason}
}
