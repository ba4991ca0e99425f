package snapshot

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cespare/xxhash/v2"

	"memgraphd/internal/storage/change"
)

// Sizes and marks of the file; see the package comment.
const (
	headerBytes     = 72
	blockBytes      = 48
	footerBytes     = 64 // without the table
	tableEntryBytes = 8 + blockBytes
	tailBytes       = 32

	headerMagic = "MGDSNAP\x00"
	blockMagic  = "MGBK"
	footerMagic = "MGFT"
	tailMagic   = "MGDSNEND"
)

// blockKind says what a block holds.
type blockKind uint8

const (
	kindNames   blockKind = 1
	kindNodes   blockKind = 2
	kindEdges   blockKind = 3
	kindEntries blockKind = 4
	kindOut     blockKind = 5 // from format 4 on, in place of kindEdges
	kindIn      blockKind = 6
	kindExtras  blockKind = 7
)

// Header says what an image is of.
type Header struct {
	Format   uint32
	Database [16]byte
	Index    change.Index
	Term     uint64
	Timeline uint32
	Wall     int64 // microseconds since 1970-01-01 UTC
}

func (h Header) append(dst []byte) []byte {
	start := len(dst)
	dst = append(dst, headerMagic...)
	dst = binary.LittleEndian.AppendUint32(dst, h.Format)
	dst = binary.LittleEndian.AppendUint32(dst, headerBytes)
	dst = append(dst, h.Database[:]...)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(h.Index))
	dst = binary.LittleEndian.AppendUint64(dst, h.Term)
	dst = binary.LittleEndian.AppendUint32(dst, h.Timeline)
	dst = binary.LittleEndian.AppendUint32(dst, 0)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(h.Wall))
	return binary.LittleEndian.AppendUint64(dst, xxhash.Sum64(dst[start:]))
}

// parseHeader reads a header whose format is known to be ours.
func parseHeader(b []byte) (Header, error) {
	if err := checkHash(b); err != nil {
		return Header{}, err
	}
	if binary.LittleEndian.Uint32(b[12:]) != headerBytes || binary.LittleEndian.Uint32(b[52:]) != 0 {
		return Header{}, errors.New("unknown layout of the header")
	}
	h := Header{
		Format:   binary.LittleEndian.Uint32(b[8:]),
		Index:    change.Index(binary.LittleEndian.Uint64(b[32:])),
		Term:     binary.LittleEndian.Uint64(b[40:]),
		Timeline: binary.LittleEndian.Uint32(b[48:]),
		Wall:     int64(binary.LittleEndian.Uint64(b[56:])),
	}
	copy(h.Database[:], b[16:])
	return h, nil
}

// blockHeader describes a block; offset is its place in the file, which only the table names.
type blockHeader struct {
	offset   int64
	kind     blockKind
	sequence uint32
	count    uint32
	length   uint32
	first    uint64
	payload  uint64
}

func (b blockHeader) append(dst []byte) []byte {
	start := len(dst)
	dst = append(dst, blockMagic...)
	dst = append(dst, byte(b.kind), 0, 0, 0)
	dst = binary.LittleEndian.AppendUint32(dst, b.sequence)
	dst = binary.LittleEndian.AppendUint32(dst, b.count)
	dst = binary.LittleEndian.AppendUint32(dst, b.length)
	dst = binary.LittleEndian.AppendUint32(dst, b.length)
	dst = binary.LittleEndian.AppendUint64(dst, b.first)
	dst = binary.LittleEndian.AppendUint64(dst, b.payload)
	return binary.LittleEndian.AppendUint64(dst, xxhash.Sum64(dst[start:]))
}

// parseBlock reads a block header; the offset is left to the caller.
func parseBlock(b []byte) (blockHeader, error) {
	if string(b[:4]) != blockMagic {
		return blockHeader{}, errors.New("no block begins here")
	}
	if err := checkHash(b[:blockBytes]); err != nil {
		return blockHeader{}, err
	}
	h := blockHeader{
		kind:     blockKind(b[4]),
		sequence: binary.LittleEndian.Uint32(b[8:]),
		count:    binary.LittleEndian.Uint32(b[12:]),
		length:   binary.LittleEndian.Uint32(b[16:]),
		first:    binary.LittleEndian.Uint64(b[24:]),
		payload:  binary.LittleEndian.Uint64(b[32:]),
	}
	if h.kind < kindNames || h.kind > kindExtras {
		return h, fmt.Errorf("unknown kind of block %d", h.kind)
	}
	if b[5] != 0 || b[6] != 0 || b[7] != 0 || binary.LittleEndian.Uint32(b[20:]) != h.length {
		return h, errors.New("unknown encoding of a block")
	}
	return h, nil
}

// Counts are the totals of an image.
type Counts struct {
	Names             uint64
	Nodes             uint64
	Edges             uint64
	Entries           uint64
	NodeGenerationMax uint32
	EdgeGenerationMax uint32
}

// footer is the table of contents.
type footer struct {
	counts Counts
	blocks []blockHeader
}

func (f *footer) append(dst, header []byte) []byte {
	start := len(dst)
	dst = append(dst, footerMagic...)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(f.blocks)))
	dst = binary.LittleEndian.AppendUint64(dst, f.counts.Names)
	dst = binary.LittleEndian.AppendUint64(dst, f.counts.Nodes)
	dst = binary.LittleEndian.AppendUint64(dst, f.counts.Edges)
	dst = binary.LittleEndian.AppendUint64(dst, f.counts.Entries)
	dst = binary.LittleEndian.AppendUint32(dst, f.counts.NodeGenerationMax)
	dst = binary.LittleEndian.AppendUint32(dst, f.counts.EdgeGenerationMax)
	digest := xxhash.New()
	writeHash(digest, header)
	for _, b := range f.blocks {
		dst = binary.LittleEndian.AppendUint64(dst, uint64(b.offset))
		dst = b.append(dst)
		writeHash(digest, dst[len(dst)-blockBytes:])
	}
	dst = binary.LittleEndian.AppendUint64(dst, digest.Sum64())
	return binary.LittleEndian.AppendUint64(dst, xxhash.Sum64(dst[start:]))
}

// parseFooter reads a footer whose length was checked to hold its number of blocks.
func parseFooter(b, header []byte) (*footer, error) {
	if err := checkHash(b); err != nil {
		return nil, err
	}
	f := &footer{
		counts: Counts{
			Names:             binary.LittleEndian.Uint64(b[8:]),
			Nodes:             binary.LittleEndian.Uint64(b[16:]),
			Edges:             binary.LittleEndian.Uint64(b[24:]),
			Entries:           binary.LittleEndian.Uint64(b[32:]),
			NodeGenerationMax: binary.LittleEndian.Uint32(b[40:]),
			EdgeGenerationMax: binary.LittleEndian.Uint32(b[44:]),
		},
		blocks: make([]blockHeader, binary.LittleEndian.Uint32(b[4:])),
	}
	digest := xxhash.New()
	writeHash(digest, header)
	next := int64(headerBytes)
	for i := range f.blocks {
		entry := b[48+i*tableEntryBytes:][:tableEntryBytes]
		h, err := parseBlock(entry[8:])
		if err != nil {
			return nil, fmt.Errorf("table, block %d: %w", i, err)
		}
		h.offset = int64(binary.LittleEndian.Uint64(entry))
		if h.offset != next || h.sequence != uint32(i) {
			return nil, fmt.Errorf("table, block %d: does not follow the block before", i)
		}
		next += blockBytes + int64(h.length)
		writeHash(digest, entry[8:])
		f.blocks[i] = h
	}
	if digest.Sum64() != binary.LittleEndian.Uint64(b[len(b)-16:]) {
		return nil, errors.New("the digest of the whole does not fit")
	}
	return f, nil
}

// end returns where the last block ends.
func (f *footer) end() int64 {
	if len(f.blocks) == 0 {
		return headerBytes
	}
	last := f.blocks[len(f.blocks)-1]
	return last.offset + blockBytes + int64(last.length)
}

func appendTail(dst []byte, offset int64, length int) []byte {
	start := len(dst)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(offset))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(length))
	dst = binary.LittleEndian.AppendUint32(dst, 0)
	dst = binary.LittleEndian.AppendUint64(dst, xxhash.Sum64(dst[start:]))
	return append(dst, tailMagic...)
}

// checkHash compares the last eight bytes with the hash of those before.
func checkHash(b []byte) error {
	if xxhash.Sum64(b[:len(b)-8]) != binary.LittleEndian.Uint64(b[len(b)-8:]) {
		return errors.New("the checksum does not fit")
	}
	return nil
}

// writeHash adds b to a hash, which cannot fail.
func writeHash(h *xxhash.Digest, b []byte) {
	if _, err := h.Write(b); err != nil {
		panic("snapshot: hash: " + err.Error())
	}
}
