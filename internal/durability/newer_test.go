package durability_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage/change"
)

// TestEntryOfANewerVersion refuses indexes and constraints that a newer version has
// declared, in the log and in a snapshot, and offers no loss.
func TestEntryOfANewerVersion(t *testing.T) {
	for _, kind := range []string{"index", "constraint"} {
		entry := change.Entry{Kind: kind, Name: ":A(b)", Data: []byte{9, 1, 1, 'A', 1, 'b'}}
		fsys, o := emptyDatabase(t)
		appendRecords(t, o, encodeEntry(t, entry))
		wantNewer(t, fsys, "the "+kind+" :A(b) in data/wal was written by a newer version: format 9, this server reads up to 1")

		// The store itself would not take it, so that it comes into the snapshot under another
		// kind.
		fsys = vfs.NewMem(1)
		d := open(t, fsys)
		entry.Kind = kind[:len(kind)-1] + "?"
		must[change.Index](t)(d.s.PutEntry(noContext, entry))
		info := must[durability.SnapshotInfo](t)(d.m.CreateSnapshot(t.Context()))
		d.close()
		write(t, fsys, info.Path, rename(read(t, fsys, info.Path), entry.Kind, kind))
		wantNewer(t, fsys, "the "+kind+" :A(b) in "+info.Path+" was written by a newer version: format 9, this server reads up to 1")
	}
}

func wantNewer(t *testing.T, fsys *vfs.Mem, want string) {
	t.Helper()
	before := content(t, fsys)
	_, err := openLossy(t, fsys, nil, false)
	refused, ok := errors.AsType[*durability.RefusedError](err)
	if !ok || refused.Loss != nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if _, newer := errors.AsType[*durability.NewerFormatError](err); !newer {
		t.Errorf("%T is not taken for a newer format", err)
	}
	if !same(before, content(t, fsys)) {
		t.Error("the refused start has changed the directory")
	}
}

// rename replaces a text in a block of a snapshot by one of the same length, and makes all
// hashes fit, as package snapshot draws them.
func rename(data []byte, from, to string) []byte {
	le := binary.LittleEndian
	sum := func(b []byte) uint64 { return hash(string(b)) }
	at := bytes.Index(data, []byte(from))
	block := bytes.LastIndex(data[:at], []byte("MGBK"))
	copy(data[at:], to)
	header := data[block : block+48]
	le.PutUint64(header[32:], sum(data[block+48:][:le.Uint32(header[16:])]))
	le.PutUint64(header[40:], sum(header[:40]))
	tail := data[len(data)-32:]
	footer := data[le.Uint64(tail):][:le.Uint32(tail[8:])]
	blocks := bytes.Clone(data[:72])
	for i := range le.Uint32(footer[4:]) {
		entry := footer[48+56*i:][:56]
		if int(le.Uint64(entry)) == block {
			copy(entry[8:], header)
		}
		blocks = append(blocks, entry[8:]...)
	}
	le.PutUint64(footer[len(footer)-16:], sum(blocks))
	le.PutUint64(footer[len(footer)-8:], sum(footer[:len(footer)-8]))
	return data
}
