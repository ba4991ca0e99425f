package wal_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"memgraphd/internal/durability/frame"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
)

// segmentOf writes frames into a first segment, with right checksums, and some zeros.
func segmentOf(payloads map[int]int, headers ...frame.Header) []byte {
	data := make([]byte, 64)
	copy(data, "MGDWAL\x00\x00\x01")
	copy(data[16:], database[:])
	data[32] = 1
	at := frame.Place{Offset: 64}
	for i, h := range headers {
		data, at = frame.Append(data, at, h, bytes.Repeat([]byte{'x'}, payloads[i]))
	}
	return withChecks(append(data, make([]byte, 200)...))
}

func scanOne(t *testing.T, data []byte) ([]wal.Record, wal.End, error) {
	t.Helper()
	m := newMem(t)
	must(t, m.MkdirAll(dir))
	must(t, vfs.WriteFileSync(m, filepath.Join(dir, "00000000000000000001.wal"), data))
	return scan(options(m), 1)
}

// TestFrameRules gives segments whose checksums are right and whose frames break a rule.
func TestFrameRules(t *testing.T) {
	record := frame.Header{Kind: 1, Last: true, Index: 1}
	at := func(h frame.Header, change func(*frame.Header)) frame.Header {
		change(&h)
		return h
	}
	part := at(record, func(h *frame.Header) { h.Last = false })
	second := at(record, func(h *frame.Header) { h.Part = 1 })
	promise := at(record, func(h *frame.Header) { h.Kind = 128 })
	for name, tc := range map[string]struct {
		payloads map[int]int
		headers  []frame.Header
		want     string // empty: accepted
	}{
		"in order":             {headers: []frame.Header{record, promise, at(record, func(h *frame.Header) { h.Index = 7 })}},
		"in parts":             {payloads: map[int]int{0: 9, 1: 9}, headers: []frame.Header{part, second, promise}},
		"promise and distance": {payloads: map[int]int{1: 4096}, headers: []frame.Header{record, promise}},
		"kind 0":               {headers: []frame.Header{at(record, func(h *frame.Header) { h.Kind = 0 })}, want: "unknown kind 0"},
		"kind of the future":   {headers: []frame.Header{at(record, func(h *frame.Header) { h.Kind = 131 })}, want: "unknown kind 131"},
		"same index":           {headers: []frame.Header{record, record}, want: "commit 1 after 1"},
		"index 0":              {headers: []frame.Header{at(record, func(h *frame.Header) { h.Index = 0 })}, want: "commit 0 after 0"},
		"part without first":   {headers: []frame.Header{second}, want: "parts of a record are out of order"},
		"part twice":           {headers: []frame.Header{part, part}, want: "parts of a record are out of order"},
		"part left out": {
			headers: []frame.Header{part, at(second, func(h *frame.Header) { h.Part = 2 })},
			want:    "parts of a record are out of order",
		},
		"part of another record": {
			headers: []frame.Header{part, at(second, func(h *frame.Header) { h.Term = 1 })},
			want:    "parts of a record are out of order",
		},
		"promise between parts": {headers: []frame.Header{part, promise, second}, want: "where none may be"},
		"promise with payload":  {payloads: map[int]int{0: 8}, headers: []frame.Header{promise}, want: "where none may be"},
		"promise in parts":      {headers: []frame.Header{at(promise, func(h *frame.Header) { h.Last = false })}, want: "where none may be"},
		"seal with distance": {
			payloads: map[int]int{0: 4096}, headers: []frame.Header{at(promise, func(h *frame.Header) { h.Kind = 129 })},
			want: "where none may be",
		},
		"seal and no successor": {
			headers: []frame.Header{record, at(promise, func(h *frame.Header) { h.Kind = 129 })},
			want:    "the segment that follows this one is missing",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, end, err := scanOne(t, segmentOf(tc.payloads, tc.headers...))
			if tc.want == "" {
				must(t, err)
				if end.Tail != nil {
					t.Fatalf("tail %v", end.Tail)
				}
				return
			}
			var damage *wal.DamageError
			if !errors.As(err, &damage) || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("error %v, want one with %q", err, tc.want)
			}
		})
	}
}

// TestTornTails gives segments that end as a crash may leave them.
func TestTornTails(t *testing.T) {
	record := frame.Header{Kind: 1, Last: true, Index: 1}
	part := frame.Header{Kind: 1, Index: 2}
	next := frame.Header{Kind: 1, Last: true, Index: 2, Synced: 64}
	cut := func(data []byte, size int) []byte { return data[:size] }
	garbage := func(data []byte, at int) []byte {
		copy(data[at:], "garbage")
		return data
	}
	two := segmentOf(nil, record, next)
	for name, tc := range map[string]struct {
		data   []byte
		kept   int
		offset int64
		want   string
	}{
		"parts without the last": {segmentOf(nil, record, part), 1, 120, "the last parts of a record are missing"},
		"header cut":             {cut(two, 130), 1, 120, "frame cut short"},
		"payload cut":            {cut(segmentOf(map[int]int{1: 100}, record, next), 200), 1, 120, "frame cut short"},
		"payload damaged":        {garbage(segmentOf(map[int]int{1: 100}, record, next), 190), 1, 120, "chained checksum"},
		"header damaged":         {garbage(two, 150), 1, 120, "header does not match"},
		"zeros before something": {garbage(segmentOf(nil, record), 190), 1, 120, "zeros where a frame should be"},
	} {
		t.Run(name, func(t *testing.T) {
			records, end, err := scanOne(t, tc.data)
			must(t, err)
			if len(records) != tc.kept || end.Tail == nil || end.Tail.Offset != tc.offset ||
				!strings.Contains(end.Tail.String(), tc.want) {
				t.Fatalf("%d records, tail %v", len(records), end.Tail)
			}
		})
	}
	// The same with a later frame that says it was durable.
	later := frame.Header{Kind: 1, Last: true, Index: 3, Synced: 176}
	_, _, err := scanOne(t, garbage(segmentOf(nil, record, next, later), 150))
	var damage *wal.DamageError
	if !errors.As(err, &damage) || damage.Offset != 120 || damage.First != 2 || damage.Last != 3 {
		t.Fatalf("error %v", err)
	}
}

// TestHeldFilesStay checks that while files are held nothing happens to one that was
// there, but for the open segment, to which is appended.
func TestHeldFilesStay(t *testing.T) {
	m := newMem(t)
	o := options(m)
	o.SpareMax = 2
	l := open(t, o)
	appendAll(t, l, 1, 60)
	must(t, l.Remove(30))
	must(t, l.Rotate(background()))
	l.Hold(true)
	segments, err := l.Segments()
	must(t, err)
	opened := segments[len(segments)-1].Name
	there := map[string]bool{}
	for _, in := range []string{dir, dir + "/spare"} {
		names, failure := m.List(in)
		must(t, failure)
		for _, name := range names {
			there[filepath.Join(in, name)] = true
		}
	}
	spares, err := m.List(dir + "/spare")
	must(t, err)
	m.Inject(func(op vfs.Op) error {
		switch {
		case !op.Kind.Mutates() || op.Kind == vfs.OpSync || op.Kind == vfs.OpSyncDir:
		case op.Name == opened || !there[op.Name]:
		case strings.HasSuffix(op.Name, ".spare") && op.Off >= 64:
			// The open segment under the name by which it was opened.
		default:
			t.Errorf("%v", op)
		}
		return nil
	})
	appendAll(t, l, 61, 200)
	wantErr(t, l.Remove(60), wal.ErrHeld)
	m.Inject(nil)
	after, err := m.List(dir + "/spare")
	must(t, err)
	if strings.Join(after, " ") != strings.Join(spares, " ") {
		t.Fatalf("spares %v, then %v", spares, after)
	}
	l.Hold(false)
	appendAll(t, l, 201, 300)
	must(t, l.Remove(300))
	must(t, l.Close())
}

// TestHeldFromTheStart checks that nothing that was there is touched while files are
// held, spares included.
func TestHeldFromTheStart(t *testing.T) {
	m := newMem(t)
	o := options(m)
	l := open(t, o)
	appendAll(t, l, 1, 50)
	must(t, l.Close())
	spare := filepath.Join(dir, "spare", "4.spare")
	must(t, vfs.WriteFileSync(m, spare, []byte("old")))
	o.Held, o.SpareMax = true, 1
	l = open(t, o)
	appendAll(t, l, 51, 99)
	wantErr(t, l.Remove(40), wal.ErrHeld)
	must(t, l.Close())
	data, err := vfs.ReadFile(m, spare, 100)
	must(t, err)
	if string(data) != "old" {
		t.Fatalf("the spare holds %q", data)
	}
	o.Held = false
	l = open(t, o)
	must(t, l.Remove(99))
	must(t, l.Close())
	must(t, vfs.WriteFileSync(m, filepath.Join(dir, "spare", "notes"), nil))
	_, end, err := scan(o, 0)
	must(t, err)
	var foreign *wal.ForeignError
	if _, err = wal.Open(o, end); !errors.As(err, &foreign) {
		t.Fatalf("error %v", err)
	}
}
