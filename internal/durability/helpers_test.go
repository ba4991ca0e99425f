package durability_test

import (
	"encoding/binary"
	"hash/crc32"
	"syscall"

	"github.com/cespare/xxhash/v2"
)

const (
	errIO       = syscall.EIO
	errReadOnly = syscall.EROFS
)

func hash(text string) uint64 { return xxhash.Sum64String(text) }

func newerSegment(data []byte) []byte {
	binary.LittleEndian.PutUint32(data[8:], 9)
	binary.LittleEndian.PutUint32(data[60:], crc32.Checksum(data[:60], crc32.MakeTable(crc32.Castagnoli)))
	return data
}
