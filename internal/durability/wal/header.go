package wal

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"strconv"
	"strings"

	"memgraphd/internal/durability/frame"
)

const (
	headerBytes   = 64
	formatVersion = 1
	magic         = "MGDWAL\x00\x00"
	suffix        = ".wal"
	nameDigits    = 20
	spareDirName  = "spare"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var (
	errHeaderCheck = errors.New("segment header does not match its checksum")
	errHeaderMagic = errors.New("not a log segment")
	errHeaderRule  = errors.New("segment header breaks a rule of the format")
)

// header is the beginning of a segment.
type header struct {
	database [16]byte
	first    uint64
	chain    uint32
	birth    int64
}

// encode returns the header's bytes.
func (h header) encode() [headerBytes]byte {
	var raw [headerBytes]byte
	le := binary.LittleEndian
	copy(raw[0:], magic)
	le.PutUint32(raw[8:], formatVersion)
	copy(raw[16:], h.database[:])
	le.PutUint64(raw[32:], h.first)
	le.PutUint32(raw[40:], h.chain)
	le.PutUint64(raw[48:], uint64(h.birth))
	le.PutUint32(raw[60:], crc32.Checksum(raw[:60], castagnoli))
	return raw
}

// place returns where the first frame of the segment stands.
func (h header) place() frame.Place {
	raw := h.encode()
	return frame.Place{
		Seed:   binary.LittleEndian.Uint32(raw[60:]),
		Chain:  h.chain,
		Offset: headerBytes,
	}
}

// decodeHeader reads a header. The version comes back also with a *VersionError, whose
// File is left to the caller.
func decodeHeader(raw []byte) (header, error) {
	le := binary.LittleEndian
	switch {
	case len(raw) < headerBytes || string(raw[:8]) != magic:
		return header{}, errHeaderMagic
	case le.Uint32(raw[60:]) != crc32.Checksum(raw[:60], castagnoli):
		return header{}, errHeaderCheck
	case le.Uint32(raw[8:]) > formatVersion:
		return header{}, &VersionError{Version: le.Uint32(raw[8:]), Max: formatVersion}
	case le.Uint32(raw[8:]) == 0 || le.Uint32(raw[12:]) != 0 || le.Uint32(raw[44:]) != 0 || le.Uint32(raw[56:]) != 0:
		return header{}, errHeaderRule
	}
	return header{
		database: [16]byte(raw[16:]),
		first:    le.Uint64(raw[32:]),
		chain:    le.Uint32(raw[40:]),
		birth:    int64(le.Uint64(raw[48:])),
	}, nil
}

// segmentName returns the path of the segment that begins with an index.
func segmentName(dir string, first uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%0*d%s", nameDigits, first, suffix))
}

// parseName returns the first index that a file name without its path tells.
func parseName(base string) (uint64, bool) {
	digits, ok := strings.CutSuffix(base, suffix)
	if !ok || len(digits) != nameDigits {
		return 0, false
	}
	first, err := strconv.ParseUint(digits, 10, 64)
	return first, err == nil && first > 0
}

func uuidText(id [16]byte) string { return hex.EncodeToString(id[:]) }
