package snapshot

import (
	"bytes"
	"encoding/binary"

	"github.com/cespare/xxhash/v2"
)

// HeaderOfFormat returns the header of a file as another format would have it.
func HeaderOfFormat(file []byte, format uint32) []byte {
	h := bytes.Clone(file[:headerBytes])
	binary.LittleEndian.PutUint32(h[8:], format)
	binary.LittleEndian.PutUint64(h[64:], xxhash.Sum64(h[:64]))
	return h
}

// Mend makes the checksums of a file with wrong payloads right, as far as its blocks can
// be found.
func Mend(file []byte) []byte {
	if len(file) < headerBytes+footerBytes+tailBytes {
		return file
	}
	header := bytes.Clone(file[:headerBytes])
	binary.LittleEndian.PutUint64(header[64:], xxhash.Sum64(header[:64]))
	out := bytes.Clone(header)
	var f footer
	for at := headerBytes; at+blockBytes < len(file) && string(file[at:at+4]) == blockMagic; {
		h := blockHeader{
			offset: int64(at), kind: blockKind(file[at+4]), sequence: uint32(len(f.blocks)),
			count:  binary.LittleEndian.Uint32(file[at+12:]),
			length: min(binary.LittleEndian.Uint32(file[at+16:]), uint32(len(file)-at-blockBytes)),
			first:  binary.LittleEndian.Uint64(file[at+24:]),
		}
		payload := file[at+blockBytes:][:h.length]
		h.payload = xxhash.Sum64(payload)
		f.blocks = append(f.blocks, h)
		out = append(h.append(out), payload...)
		at += blockBytes + int(h.length)
	}
	end := f.append(nil, header)
	return appendTail(append(out, end...), int64(len(out)), len(end))
}
