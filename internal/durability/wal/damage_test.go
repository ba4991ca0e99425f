package wal_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"memgraphd/internal/durability/frame"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
	"memgraphd/test/table"
)

const smallLogLast = 14

// smallLog is a log of several segments that was closed in good order.
func smallLog(tb testing.TB) *vfs.Mem {
	tb.Helper()
	m := newMem(tb)
	o := options(m)
	o.SegmentBytes = 1500
	for _, upTo := range []uint64{smallLogLast} {
		l := open(tb, o)
		for index := l.State().Written + 1; index <= upTo; index++ {
			appendAll(tb, l, index, index)
		}
		must(tb, l.Close())
	}
	// What a live segment has behind its end; small, to keep the tests short.
	segments := segmentsOf(tb, m)
	f, err := m.OpenReadWrite(segments[len(segments)-1].Name)
	must(tb, err)
	size, err := f.Size()
	must(tb, err)
	must(tb, f.Truncate(size))
	must(tb, f.Sync())
	must(tb, f.Close())
	return m
}

func segmentsOf(tb testing.TB, m *vfs.Mem) []wal.SegmentInfo {
	tb.Helper()
	_, end, err := scan(options(m), 0)
	must(tb, err)
	return end.Segments
}

// told tells whether an error is one by which Scan names what is wrong with a file.
func told(err error) bool {
	var damage *wal.DamageError
	var version *wal.VersionError
	var foreign *wal.ForeignError
	var gap *wal.GapError
	return errors.As(err, &damage) && damage.File != "" && damage.Reason != "" ||
		errors.As(err, &version) || errors.As(err, &foreign) || errors.As(err, &gap)
}

// prefixOf fails unless records are those of a range that begins with 1.
func prefixOf(t *testing.T, records []wal.Record) {
	t.Helper()
	for i, r := range records {
		if !sameRecord(r, record(uint64(i)+1)) {
			t.Fatalf("record %d is another: %+v", i+1, r)
		}
	}
}

// TestEveryBitFlip changes each bit of a closed log: it is told, or it was a bit that
// means nothing. No record is lost.
func TestEveryBitFlip(t *testing.T) {
	m := smallLog(t)
	o := options(m)
	total, harmless := 0, 0
	var before, after runtime.MemStats
	for _, s := range segmentsOf(t, m) {
		for bit := int64(0); bit < s.Bytes*8; bit += table.Step(int64(1)) {
			must(t, m.FlipBit(s.Name, bit))
			measured := bit%97 == 0
			if measured {
				runtime.ReadMemStats(&before)
			}
			last := uint64(0)
			_, err := wal.Scan(o, 1, func(r wal.Record) error {
				last = r.Index
				return nil
			})
			if measured {
				runtime.ReadMemStats(&after)
				if took := after.TotalAlloc - before.TotalAlloc; took > 64<<10 {
					t.Fatalf("%s bit %d: %d bytes allocated for a log of segments of %d", s.Name, bit, took, s.Bytes)
				}
			}
			total++
			switch {
			case told(err):
			case err != nil:
				t.Fatalf("%s bit %d: error %v", s.Name, bit, err)
			case last != smallLogLast:
				t.Fatalf("%s bit %d (offset %d): commits after %d are lost without a word", s.Name, bit, bit/8, last)
			default:
				harmless++
				records, _, err := scan(o, 1)
				must(t, err)
				prefixOf(t, records)
			}
			must(t, m.FlipBit(s.Name, bit))
		}
	}
	t.Logf("%d flips, %d of them without a meaning", total, harmless)
	wantRecords(t, o, 1, smallLogLast)
}

// TestBitFlipsInAnUnclosedLog allows what is documented: the frames after the newest
// promise may be taken for a torn tail, and are reported as such.
func TestBitFlipsInAnUnclosedLog(t *testing.T) {
	live := newMem(t)
	l := open(t, options(live))
	for index := uint64(1); index <= 5; index++ {
		appendAll(t, l, index, index)
	}
	m := live.CrashClone(vfs.SyncedOnly)
	must(t, l.Close())
	o := options(m)
	s := segmentsOf(t, m)[0]
	window := 0
	for bit := int64(0); bit < s.Bytes*8; bit += table.Step(int64(1)) {
		must(t, m.FlipBit(s.Name, bit))
		records, end, err := scan(o, 1)
		prefixOf(t, records)
		switch {
		case told(err) || err == nil && len(records) == 5:
		case err != nil:
			t.Fatalf("bit %d: %v", bit, err)
		case len(records) < 4:
			t.Fatalf("bit %d: commits after %d are lost, of which the last promise covers 4", bit, len(records))
		case end.Tail == nil || end.Tail.Bytes == 0:
			t.Fatalf("bit %d: a commit is cut and not reported", bit)
		default:
			window++
		}
		must(t, m.FlipBit(s.Name, bit))
	}
	t.Logf("%d flips, %d in the window", s.Bytes*8, window)
}

// TestEveryTruncation cuts each segment at each offset.
func TestEveryTruncation(t *testing.T) {
	m := smallLog(t)
	segments := segmentsOf(t, m)
	for i, s := range segments {
		newest := i == len(segments)-1
		cut := m.CrashClone(vfs.Everything)
		f, err := cut.OpenReadWrite(s.Name)
		must(t, err)
		for size := s.Bytes - 1; size >= 0; size -= table.Step(int64(1)) {
			must(t, f.Truncate(size))
			records, _, err := scan(options(cut), 1)
			prefixOf(t, records)
			switch {
			case told(err):
			case err != nil:
				t.Fatalf("%s cut at %d: %v", s.Name, size, err)
			case !newest && len(records) != smallLogLast:
				t.Fatalf("%s cut at %d: commits after %d are lost without a word", s.Name, size, len(records))
			}
			if newest && err == nil && size%24 == 0 {
				appendAfterDamage(t, cut.CrashClone(vfs.Everything), uint64(len(records)))
			}
		}
		must(t, f.Close())
	}
}

// appendAfterDamage goes on with a log that Scan has accepted.
func appendAfterDamage(t *testing.T, m *vfs.Mem, last uint64) {
	t.Helper()
	l := open(t, options(m))
	appendAll(t, l, last+1, last+2)
	must(t, l.Close())
	wantRecords(t, options(m), 1, last+2)
}

// TestBlocksAndSectors overwrites, exchanges and doubles pieces of a segment.
func TestBlocksAndSectors(t *testing.T) {
	base := smallLog(t)
	segments := segmentsOf(t, base)
	const sector = 512
	for _, s := range segments {
		data, err := vfs.ReadFile(base, s.Name, 1<<20)
		must(t, err)
		for at := 0; at+2*sector <= len(data); at += 40 {
			for name, change := range map[string]func([]byte){
				"zero":     func(d []byte) { clear(d[at : at+sector]) },
				"ones":     func(d []byte) { copy(d[at:], bytes.Repeat([]byte{255}, sector)) },
				"double":   func(d []byte) { copy(d[at+sector:], data[at:at+sector]) },
				"exchange": func(d []byte) { copy(d[at:], data[at+sector:at+2*sector]); copy(d[at+sector:], data[at:at+sector]) },
			} {
				damaged := bytes.Clone(data)
				change(damaged)
				m := base.CrashClone(vfs.Everything)
				must(t, vfs.WriteFileSync(m, s.Name, damaged))
				records, _, err := scan(options(m), 1)
				prefixOf(t, records)
				if !told(err) && (err != nil || len(records) != smallLogLast) {
					t.Fatalf("%s %s at %d: %d records, %v", name, s.Name, at, len(records), err)
				}
			}
		}
	}
}

// TestWholeFiles loses, exchanges and adds files.
func TestWholeFiles(t *testing.T) {
	base := smallLog(t)
	segments := segmentsOf(t, base)
	if len(segments) < 3 {
		t.Fatalf("%d segments", len(segments))
	}
	other := newMem(t)
	foreign := options(other)
	foreign.Database[0]++
	l := open(t, foreign)
	appendAll(t, l, 1, 2)
	must(t, l.Close())
	otherFirst, err := vfs.ReadFile(other, segments[0].Name, 1<<20)
	must(t, err)
	for name, tc := range map[string]struct {
		change func(m *vfs.Mem) error
		want   string
	}{
		"first segment missing":  {func(m *vfs.Mem) error { return m.Remove(segments[0].Name) }, "log has a gap: commits 1 to"},
		"middle segment missing": {func(m *vfs.Mem) error { return m.Remove(segments[1].Name) }, "a file is missing or was exchanged"},
		"newest segment missing": {func(m *vfs.Mem) error { return m.Remove(segments[len(segments)-1].Name) }, "the segment that follows this one is missing"},
		"empty file": {func(m *vfs.Mem) error {
			return vfs.WriteFileSync(m, segments[1].Name, nil)
		}, "not a log segment"},
		"renamed": {func(m *vfs.Mem) error {
			return m.Rename(segments[len(segments)-1].Name, filepath.Join(dir, "00000000000000000999.wal"))
		}, "is named for commit 999"},
		"exchanged": {func(m *vfs.Mem) error {
			return errors.Join(m.Rename(segments[1].Name, "/x"), m.Rename(segments[2].Name, segments[1].Name),
				m.Rename("/x", segments[2].Name))
		}, "is named for commit"},
		"other database": {func(m *vfs.Mem) error {
			return vfs.WriteFileSync(m, segments[0].Name, otherFirst)
		}, "belongs to database 02020304"},
		"unknown file": {func(m *vfs.Mem) error {
			return vfs.WriteFileSync(m, filepath.Join(dir, "notes.txt"), nil)
		}, "notes.txt: not a file of this log"},
		"Memgraph's file": {func(m *vfs.Mem) error {
			return vfs.WriteFileSync(m, segments[0].Name, append([]byte("MGwl"), make([]byte, 100)...))
		}, "a log file of Memgraph"},
		"newer version": {func(m *vfs.Mem) error {
			return patchHeader(m, segments[0].Name, func(raw []byte) { raw[8] = 9 })
		}, "was written by a newer version: log format 9, this server reads up to 1"},
		"version 0": {func(m *vfs.Mem) error {
			return patchHeader(m, segments[0].Name, func(raw []byte) { raw[8] = 0 })
		}, "breaks a rule"},
		"reserved bytes": {func(m *vfs.Mem) error {
			return patchHeader(m, segments[0].Name, func(raw []byte) { raw[57] = 1 })
		}, "breaks a rule"},
		"older copy of the newest": {func(m *vfs.Mem) error {
			return patchHeader(m, segments[len(segments)-1].Name, func(raw []byte) { raw[40]++ })
		}, "a file is missing or was exchanged"},
	} {
		t.Run(name, func(t *testing.T) {
			m := base.CrashClone(vfs.Everything)
			must(t, tc.change(m))
			_, _, err := scan(options(m), 1)
			if err == nil || !told(err) || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("error %v, want one with %q", err, tc.want)
			}
		})
	}
}

// patchHeader changes a segment's header and makes its checksum right again.
func patchHeader(m *vfs.Mem, name string, change func([]byte)) error {
	data, err := vfs.ReadFile(m, name, 1<<20)
	if err != nil {
		return err
	}
	change(data)
	binary.LittleEndian.PutUint32(data[60:], crc32.Checksum(data[:60], crc32.MakeTable(crc32.Castagnoli)))
	return vfs.WriteFileSync(m, name, data)
}

// TestHeaderLayout compares the first bytes of a log with the drawing in the package
// comment.
func TestHeaderLayout(t *testing.T) {
	m := smallLog(t)
	segments := segmentsOf(t, m)
	data, err := vfs.ReadFile(m, segments[1].Name, 1<<20)
	must(t, err)
	le := binary.LittleEndian
	switch {
	case string(data[:8]) != "MGDWAL\x00\x00", le.Uint32(data[8:]) != 1, le.Uint32(data[12:]) != 0,
		!bytes.Equal(data[16:32], database[:]), le.Uint64(data[32:]) != segments[1].First,
		le.Uint32(data[44:]) != 0, le.Uint64(data[48:]) == 0, le.Uint32(data[56:]) != 0,
		le.Uint32(data[60:]) != crc32.Checksum(data[:60], crc32.MakeTable(crc32.Castagnoli)):
		t.Fatalf("header %x", data[:64])
	}
	if base := filepath.Base(segments[0].Name); base != "00000000000000000001.wal" {
		t.Fatalf("name %s", base)
	}
}

// FuzzScan gives Scan one segment: as the mutator made it, and with all checksums made
// right, which the mutator does not find. What is accepted must be what Append writes.
func FuzzScan(f *testing.F) {
	for _, seed := range seeds() {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, raw := range [][]byte{data, withChecks(data)} {
			first := uint64(1)
			if len(raw) >= 64 {
				first = max(1, binary.LittleEndian.Uint64(raw[32:]))
			}
			m := newMem(t)
			must(t, m.MkdirAll(dir))
			must(t, vfs.WriteFileSync(m, filepath.Join(dir, segmentBase(first)), raw))
			o := options(m)
			o.Database = [16]byte{}
			records, end, err := scan(o, 0)
			if err != nil {
				if !told(err) {
					t.Fatal(err)
				}
				continue
			}
			sameBytes(t, raw, records, end)
		}
	})
}

// seeds returns small segments of every shape.
func seeds() [][]byte {
	begin := make([]byte, 64)
	copy(begin, "MGDWAL\x00\x00\x01")
	begin[32] = 1
	whole := frame.Header{Kind: wal.KindCommit, Last: true, Index: 1}
	part := frame.Header{Kind: 2, Index: 2, Term: 1, Timeline: 2, Wall: 3}
	lastPart := part
	lastPart.Part, lastPart.Last = 1, true
	promise := frame.Header{Kind: 128, Last: true, Index: 2, Synced: 64}
	next := frame.Header{Kind: wal.KindCommit, Last: true, Index: 5, Synced: 120}
	sealed := frame.Header{Kind: 129, Last: true, Index: 2, Synced: 64}
	closed := frame.Header{Kind: 130, Last: true, Index: 2, Synced: 64}
	var all [][]byte
	for _, shape := range [][]frame.Header{
		nil, {whole}, {whole, part, lastPart}, {whole, part}, {part, lastPart, promise, next}, {whole, sealed}, {whole, closed},
	} {
		data := bytes.Clone(begin)
		at := frame.Place{Offset: 64}
		for _, h := range shape {
			var payload []byte
			if h.Kind <= wal.KindMax {
				payload = []byte("payload")
			}
			data, at = frame.Append(data, at, h, payload)
		}
		all = append(all, withChecks(append(data, make([]byte, 16)...)))
	}
	return all
}

// withChecks returns a copy in which the header and each frame have right checksums.
func withChecks(data []byte) []byte {
	raw := bytes.Clone(data)
	if len(raw) < 64 {
		return raw
	}
	le, castagnoli := binary.LittleEndian, crc32.MakeTable(crc32.Castagnoli)
	le.PutUint32(raw[60:], crc32.Checksum(raw[:60], castagnoli))
	at := frame.Place{Seed: le.Uint32(raw[60:]), Chain: le.Uint32(raw[40:]), Offset: 64}
	for at.Offset+frame.HeaderBytes <= int64(len(raw)) {
		one := raw[at.Offset:]
		size := frame.Size(int(le.Uint32(one[8:])))
		if size > int64(len(one)) || bytes.Equal(one[:56], make([]byte, 56)) {
			break
		}
		le.PutUint32(one, crc32.Update(at.Seed^uint32(at.Offset), castagnoli, one[8:56]))
		at.Chain = crc32.Update(at.Chain, castagnoli, one[8:size])
		le.PutUint32(one[4:], at.Chain)
		at.Offset += size
	}
	return raw
}

// sameBytes writes the frames that Scan has accepted again.
func sameBytes(t *testing.T, raw []byte, records []wal.Record, end wal.End) {
	t.Helper()
	stop := int64(len(raw))
	if end.Tail != nil {
		stop = end.Tail.Offset
	}
	at := frame.Place{
		Seed: binary.LittleEndian.Uint32(raw[60:]), Chain: binary.LittleEndian.Uint32(raw[40:]), Offset: 64,
	}
	whole := 0
	for at.Offset < stop {
		h, payload, next, err := frame.Decode(raw[at.Offset:], at)
		if end.Tail == nil && bytes.Count(raw[at.Offset:], []byte{0}) == len(raw)-int(at.Offset) {
			break
		}
		if err != nil {
			t.Fatalf("offset %d was accepted: %v", at.Offset, err)
		}
		again, _ := frame.Append(nil, at, h, payload)
		if !bytes.Equal(again, raw[at.Offset:next.Offset]) {
			t.Fatalf("offset %d: accepted %x, wrote %x", at.Offset, raw[at.Offset:next.Offset], again)
		}
		if h.Kind <= wal.KindMax && h.Last {
			whole++
		}
		at = next
	}
	if whole != len(records) {
		t.Fatalf("%d records in the frames, %d from Scan", whole, len(records))
	}
}

func segmentBase(first uint64) string {
	digits := []byte("00000000000000000000")
	for i := len(digits) - 1; first > 0; i-- {
		digits[i] += byte(first % 10)
		first /= 10
	}
	return string(digits) + ".wal"
}
