package object

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"time"
)

// Format is the version of sealed objects that this version writes; it reads all up to it.
const Format = 1

const (
	magicHead   = "MGDOBJ\x00\x00"
	magicTail   = "MGDOBJND"
	headFixed   = 188
	headCheck   = 4
	headMax     = headFixed + nameMax + headCheck
	tailBytes   = 64
	digestBytes = 32
)

// Kind says what is in a sealed object.
type Kind uint8

// The kinds of sealed objects.
const (
	// KindSnapshot is a whole snapshot file.
	KindSnapshot Kind = 1
	// KindPiece is a range of the bytes of a segment of the log.
	KindPiece Kind = 2
)

// String names the kind.
func (k Kind) String() string {
	switch k {
	case KindSnapshot:
		return "snapshot"
	case KindPiece:
		return "piece"
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Compression says how a payload is compressed.
type Compression uint8

// The ways of compression. The zero value of an option stands for zstd.
const (
	CompressionDefault Compression = iota // zstd
	CompressionNone
	CompressionZstd
)

// String names the compression.
func (c Compression) String() string {
	switch c {
	case CompressionNone:
		return "none"
	case CompressionDefault, CompressionZstd:
		return "zstd"
	}
	return fmt.Sprintf("compression(%d)", uint8(c))
}

// KeyID tells keys apart; it is zero where nothing is encrypted.
type KeyID [16]byte

// String writes the id as hexadecimal digits.
func (k KeyID) String() string { return hex.EncodeToString(k[:]) }

// Header says what a sealed object holds. Name, Compression and Key are set by Seal.
type Header struct {
	Name     string
	Kind     Kind
	Database [16]byte
	Timeline uint32

	Segment  uint64 // piece: first commit of the segment, as its name has it
	From, To int64  // range of the file's bytes; a snapshot is [0, size)

	FirstCommit, LastCommit uint64    // piece: whole commits in it; 0: none
	FirstTime, LastTime     time.Time // piece: their times; zero: none

	Index   uint64    // snapshot: the commit that it holds
	Created time.Time // when the snapshot was made, or the piece was sealed

	Compression Compression
	Key         KeyID // zero: not encrypted
}

// RawBytes returns how many bytes the payload has when it is unpacked.
func (h *Header) RawBytes() int64 { return h.To - h.From }

func micros(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return uint64(t.UnixMicro())
}

func instant(n uint64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(n)).UTC()
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (h *Header) check() error {
	switch {
	case h.Kind != KindSnapshot && h.Kind != KindPiece:
		return fmt.Errorf("the kind is %d", h.Kind)
	case h.From < 0 || h.To < h.From:
		return fmt.Errorf("the range is [%d, %d)", h.From, h.To)
	case h.Kind == KindSnapshot && h.From != 0:
		return fmt.Errorf("a snapshot begins at %d", h.From)
	}
	return CheckName(h.Name)
}

func (h *Header) encode() []byte {
	raw := make([]byte, headFixed, headMax)
	le := binary.LittleEndian
	copy(raw, magicHead)
	le.PutUint32(raw[8:], Format)
	raw[12] = byte(h.Kind)
	if h.Compression != CompressionNone {
		raw[13] = 1
	}
	if h.Key != (KeyID{}) {
		raw[14] = 1
	}
	copy(raw[16:], h.Database[:])
	le.PutUint32(raw[32:], h.Timeline)
	le.PutUint64(raw[40:], h.Segment)
	le.PutUint64(raw[48:], uint64(h.From))
	le.PutUint64(raw[56:], uint64(h.To))
	le.PutUint64(raw[64:], h.FirstCommit)
	le.PutUint64(raw[72:], h.LastCommit)
	le.PutUint64(raw[80:], micros(h.FirstTime))
	le.PutUint64(raw[88:], micros(h.LastTime))
	le.PutUint64(raw[96:], h.Index)
	le.PutUint64(raw[104:], micros(h.Created))
	copy(raw[112:], h.Key[:])
	le.PutUint16(raw[128:], uint16(len(h.Name)))
	raw = append(raw, h.Name...)
	return le.AppendUint32(raw, crc32.Checksum(raw, castagnoli))
}

var (
	errCut        = errors.New("it ends early: it was cut")
	errHeadMagic  = errors.New("it does not begin as a sealed object does")
	errHeadCheck  = errors.New("its header does not match its checksum")
	errHeadRule   = errors.New("its header breaks a rule of the format")
	errHeadLength = errors.New("its header has a name that is too long")
)

// readHead reads a header and returns it with its bytes. Errors of r come back as they
// are, but for the end.
func readHead(r io.Reader) (Header, []byte, error) {
	raw := make([]byte, headFixed, headMax)
	if err := readWhole(r, raw); err != nil {
		return Header{}, nil, err
	}
	le := binary.LittleEndian
	if string(raw[:8]) != magicHead {
		return Header{}, nil, errHeadMagic
	}
	if v := le.Uint32(raw[8:]); v > Format {
		return Header{}, nil, &NewerFormatError{Format: v, Known: Format}
	}
	length := int(le.Uint16(raw[128:]))
	if length > nameMax {
		return Header{}, nil, errHeadLength
	}
	raw = raw[:headFixed+length+headCheck]
	if err := readWhole(r, raw[headFixed:]); err != nil {
		return Header{}, nil, err
	}
	body := raw[:headFixed+length]
	if crc32.Checksum(body, castagnoli) != le.Uint32(raw[len(body):]) {
		return Header{}, nil, errHeadCheck
	}
	h := decodeHead(body)
	if h.check() != nil || string(h.encode()) != string(raw) {
		return Header{}, nil, errHeadRule
	}
	return h, raw, nil
}

func decodeHead(raw []byte) Header {
	le := binary.LittleEndian
	h := Header{
		Name:        string(raw[headFixed:]),
		Kind:        Kind(raw[12]),
		Timeline:    le.Uint32(raw[32:]),
		Segment:     le.Uint64(raw[40:]),
		From:        int64(le.Uint64(raw[48:])),
		To:          int64(le.Uint64(raw[56:])),
		FirstCommit: le.Uint64(raw[64:]),
		LastCommit:  le.Uint64(raw[72:]),
		FirstTime:   instant(le.Uint64(raw[80:])),
		LastTime:    instant(le.Uint64(raw[88:])),
		Index:       le.Uint64(raw[96:]),
		Created:     instant(le.Uint64(raw[104:])),
		Compression: CompressionNone,
	}
	if raw[13] == 1 {
		h.Compression = CompressionZstd
	}
	copy(h.Database[:], raw[16:])
	copy(h.Key[:], raw[112:])
	return h
}

// readWhole fills p; where r ends before that it is errCut.
func readWhole(r io.Reader, p []byte) error {
	_, err := io.ReadFull(r, p)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errCut
	}
	return err
}
