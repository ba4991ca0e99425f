package snapshot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// footerMax bounds the footer that a Prover holds: that of an image of some terabytes.
const footerMax = 256 << 20

// Prover proves the bytes of a snapshot file as they go by, from the first to the last, as
// Open and Verify do with a file. So damage is found while a file is copied.
type Prover struct {
	name string

	state  proverState
	want   int    // bytes of what is being collected
	rest   []byte // of them, those that came
	at     int64  // offset of rest
	raw    []byte // the header
	header Header

	blocks  []blockHeader
	left    uint32 // bytes of the payload that are still to come
	payload *xxhash.Digest
	footer  int64 // offset
	length  int
	err     error
}

// proverState is what comes next in the file.
type proverState uint8

const (
	proveHeader proverState = iota
	proveMark
	proveBlock
	provePayload
	proveFooterSize
	proveFooter
	proveTail
	proveEnd
)

// NewProver returns a Prover; name is for errors.
func NewProver(name string) *Prover {
	return &Prover{name: name, want: headerBytes, payload: xxhash.New()}
}

// Write proves what follows. It fails with a *DamagedError or a *NewerFormatError, and
// then always.
func (p *Prover) Write(data []byte) (int, error) {
	n := len(data)
	for p.err == nil && len(data) > 0 {
		if p.state == provePayload {
			data = p.hash(data)
			continue
		}
		part := data[:min(len(data), p.want-len(p.rest))]
		p.rest, data = append(p.rest, part...), data[len(part):]
		if len(p.rest) == p.want {
			p.err = p.step()
		}
	}
	if p.err != nil {
		return 0, p.err
	}
	return n, nil
}

// Header returns what the image is of; it is known when the header has gone by.
func (p *Prover) Header() Header { return p.header }

// Finish says whether all of a good snapshot has gone by.
func (p *Prover) Finish() error {
	if p.err == nil && p.state != proveEnd {
		return p.damaged(p.at+int64(len(p.rest)), errors.New("it is cut off"))
	}
	return p.err
}

// hash takes bytes of a payload.
func (p *Prover) hash(data []byte) []byte {
	part := data[:min(uint64(len(data)), uint64(p.left))]
	writeHash(p.payload, part)
	p.left -= uint32(len(part))
	p.at += int64(len(part))
	if p.left == 0 {
		p.err = p.endPayload()
	}
	return data[len(part):]
}

func (p *Prover) endPayload() error {
	block := p.blocks[len(p.blocks)-1]
	if p.payload.Sum64() != block.payload {
		return p.damaged(block.offset+blockBytes, errors.New("the checksum of the block does not fit"))
	}
	p.state, p.want = proveMark, 4
	return nil
}

// step takes what was collected.
func (p *Prover) step() error {
	var err error
	at := p.at
	switch p.state {
	case proveHeader:
		err = p.takeHeader()
	case proveMark:
		return p.takeMark()
	case proveBlock:
		err = p.takeBlock()
	case proveFooterSize:
		return p.takeFooterSize()
	case proveFooter:
		err = p.takeFooter()
	case proveTail:
		err = p.takeTail()
	case provePayload, proveEnd:
		err = errors.New("something was added to its end")
	}
	if newer, ok := errors.AsType[*NewerFormatError](err); ok {
		return newer
	}
	if err != nil {
		return p.damaged(at, err)
	}
	return nil
}

// next begins to collect what follows.
func (p *Prover) next(state proverState, want int) {
	p.at += int64(len(p.rest))
	p.rest = p.rest[:0]
	p.state, p.want = state, want
}

func (p *Prover) takeHeader() (err error) {
	if string(p.rest[:8]) != headerMagic {
		return errors.New("it does not begin as a snapshot does")
	}
	if p.header, err = parseHeader(p.rest); err != nil {
		return err
	}
	if p.header.Format > Format {
		return &NewerFormatError{File: p.name, Format: p.header.Format}
	}
	if p.header.Format == 0 {
		return errors.New("unknown format 0")
	}
	p.raw = slices.Clone(p.rest)
	p.next(proveMark, 4)
	return nil
}

// takeMark tells a block from the footer.
func (p *Prover) takeMark() error {
	if string(p.rest) == footerMagic {
		p.state, p.want = proveFooterSize, 8
		return nil
	}
	p.state, p.want = proveBlock, blockBytes
	return nil
}

func (p *Prover) takeBlock() error {
	h, err := parseBlock(p.rest)
	if err != nil {
		return err
	}
	if h.sequence != uint32(len(p.blocks)) {
		return errors.New("the block does not follow the one before")
	}
	h.offset = p.at
	p.blocks = append(p.blocks, h)
	p.payload.Reset()
	p.left = h.length
	p.next(provePayload, 0)
	if h.length == 0 {
		return p.endPayload()
	}
	return nil
}

func (p *Prover) takeFooterSize() error {
	blocks := binary.LittleEndian.Uint32(p.rest[4:])
	size := footerBytes + int64(blocks)*tableEntryBytes
	if uint64(blocks) != uint64(len(p.blocks)) || size > footerMax {
		return p.damaged(p.at, fmt.Errorf("the footer is of %d blocks, and there are %d", blocks, len(p.blocks)))
	}
	p.state, p.want = proveFooter, int(size)
	return nil
}

func (p *Prover) takeFooter() error {
	f, err := parseFooter(p.rest, p.raw)
	if err != nil {
		return err
	}
	if !slices.Equal(f.blocks, p.blocks) {
		return errors.New("the table names other blocks than there are")
	}
	p.footer, p.length = p.at, len(p.rest)
	p.next(proveTail, tailBytes)
	return nil
}

func (p *Prover) takeTail() error {
	if string(p.rest) != string(appendTail(nil, p.footer, p.length)) {
		return errors.New("the tail does not fit")
	}
	p.next(proveEnd, 1)
	return nil
}

func (p *Prover) damaged(offset int64, reason error) error {
	return &DamagedError{File: p.name, Offset: offset, Reason: reason.Error()}
}
