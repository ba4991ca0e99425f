package frame

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
)

// Sizes of a frame.
const (
	// HeaderBytes is the size of what stands before the payload.
	HeaderBytes = 56
	// PayloadMax is the greatest length of a payload.
	PayloadMax = 16 << 20
	// Align is what every frame's offset is a multiple of.
	Align = 8
	// PartMax is the greatest number of a part.
	PartMax = 1<<16 - 1
)

const (
	// checksBytes is what the two checks take, ahead of what they check.
	checksBytes = 8
	flagLast    = 1
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Reasons why bytes are not a frame. ErrEnd is the proper end of what was written, and
// ErrShort means that the bytes end before the frame does.
var (
	ErrEnd     = errors.New("end of the frames")
	ErrShort   = errors.New("frame cut short")
	ErrHeader  = errors.New("frame header does not match its checksum")
	ErrRule    = errors.New("frame header breaks a rule of the format")
	ErrChain   = errors.New("frame does not match the chained checksum")
	ErrPadding = errors.New("frame is padded with other bytes than zero")
)

// Kind says what a frame holds.
type Kind uint8

// Header is what is known about a frame besides its payload.
type Header struct {
	Length   uint32
	Kind     Kind
	Last     bool
	Part     uint16
	Index    uint64
	Term     uint64
	Timeline uint32
	Wall     int64
	Synced   uint64
}

// Place is where a frame stands.
type Place struct {
	// Seed belongs to the segment.
	Seed uint32
	// Chain is that of the frame before.
	Chain uint32
	// Offset counts from the beginning of the segment, in multiples of Align.
	Offset int64
}

// Size returns how many bytes a frame with n bytes of payload takes.
func Size(n int) int64 { return (HeaderBytes + int64(n) + Align - 1) / Align * Align }

// Size returns how many bytes the frame takes.
func (h Header) Size() int64 { return Size(int(h.Length)) }

// Append writes a frame behind dst and returns the place after it. The payload's length
// goes into the header by itself.
func Append(dst []byte, at Place, h Header, payload []byte) ([]byte, Place) {
	if len(payload) > PayloadMax {
		panic(fmt.Sprintf("frame: payload of %d bytes, at most %d", len(payload), PayloadMax))
	}
	h.Length = uint32(len(payload))
	start, size := len(dst), int(h.Size())
	dst = slices.Grow(dst, size)[:start+size]
	raw := dst[start:]
	h.put((*[HeaderBytes]byte)(raw))
	copy(raw[HeaderBytes:], payload)
	clear(raw[HeaderBytes+len(payload):])
	chain := crc32.Update(at.Chain, castagnoli, raw[checksBytes:])
	binary.LittleEndian.PutUint32(raw[0:], headerCheck((*[HeaderBytes]byte)(raw), at))
	binary.LittleEndian.PutUint32(raw[4:], chain)
	return dst, Place{Seed: at.Seed, Chain: chain, Offset: at.Offset + h.Size()}
}

// ReadHeader reads a header and proves it by its own check. It says nothing about the
// payload or the chain. With ErrEnd src begins with a header of zeros.
func ReadHeader(src []byte, at Place) (Header, error) {
	if len(src) < HeaderBytes {
		return Header{}, ErrShort
	}
	raw := (*[HeaderBytes]byte)(src)
	if *raw == [HeaderBytes]byte{} {
		return Header{}, ErrEnd
	}
	if binary.LittleEndian.Uint32(raw[0:]) != headerCheck(raw, at) {
		return Header{}, ErrHeader
	}
	var h Header
	if !h.get(raw, at) {
		return Header{}, ErrRule
	}
	return h, nil
}

// Decode reads the frame at the beginning of src, proves all of it, and returns its
// payload, which is part of src, and the place after it.
func Decode(src []byte, at Place) (Header, []byte, Place, error) {
	h, err := ReadHeader(src, at)
	if err != nil {
		return Header{}, nil, at, err
	}
	if int64(len(src)) < h.Size() {
		return h, nil, at, ErrShort
	}
	end := HeaderBytes + int(h.Length)
	payload, pad := src[HeaderBytes:end:end], src[end:h.Size()]
	chain := crc32.Update(at.Chain, castagnoli, src[checksBytes:h.Size()])
	if binary.LittleEndian.Uint32(src[4:]) != chain {
		return h, nil, at, ErrChain
	}
	for _, b := range pad {
		if b != 0 {
			return h, nil, at, ErrPadding
		}
	}
	return h, payload, Place{Seed: at.Seed, Chain: chain, Offset: at.Offset + h.Size()}, nil
}

// put writes the fields, and zeros elsewhere.
func (h *Header) put(raw *[HeaderBytes]byte) {
	*raw = [HeaderBytes]byte{}
	le := binary.LittleEndian
	le.PutUint32(raw[8:], h.Length)
	raw[12] = byte(h.Kind)
	if h.Last {
		raw[13] = flagLast
	}
	le.PutUint16(raw[14:], h.Part)
	le.PutUint64(raw[16:], h.Index)
	le.PutUint64(raw[24:], h.Term)
	le.PutUint32(raw[32:], h.Timeline)
	le.PutUint64(raw[40:], uint64(h.Wall))
	le.PutUint64(raw[48:], h.Synced)
}

// get reads the fields and tells whether they keep the rules.
func (h *Header) get(raw *[HeaderBytes]byte, at Place) bool {
	le := binary.LittleEndian
	*h = Header{
		Length:   le.Uint32(raw[8:]),
		Kind:     Kind(raw[12]),
		Last:     raw[13] == flagLast,
		Part:     le.Uint16(raw[14:]),
		Index:    le.Uint64(raw[16:]),
		Term:     le.Uint64(raw[24:]),
		Timeline: le.Uint32(raw[32:]),
		Wall:     int64(le.Uint64(raw[40:])),
		Synced:   le.Uint64(raw[48:]),
	}
	return h.Length <= PayloadMax && raw[13] <= flagLast && le.Uint32(raw[36:]) == 0 &&
		h.Synced <= uint64(at.Offset)
}

func headerCheck(raw *[HeaderBytes]byte, at Place) uint32 {
	begin := at.Seed ^ uint32(at.Offset) ^ uint32(at.Offset>>32)
	return crc32.Update(begin, castagnoli, raw[checksBytes:])
}
