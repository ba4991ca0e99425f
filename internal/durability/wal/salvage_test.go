package wal_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"

	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
)

// salvage returns the records that Salvage gives, and its result.
func salvage(t *testing.T, o wal.Options, from uint64) ([]wal.Record, wal.Salvaged) {
	t.Helper()
	var records []wal.Record
	got, err := wal.Salvage(o, from, func(r wal.Record) error {
		r.Payload = slices.Clone(r.Payload)
		records = append(records, r)
		return nil
	})
	must(t, err)
	return records, got
}

// fourSegments returns a log that was closed in good order.
func fourSegments(t *testing.T) (*vfs.Mem, []wal.SegmentInfo) {
	t.Helper()
	m := newMem(t)
	l := open(t, options(m))
	for index := uint64(1); index <= smallLogLast; index++ {
		if index > 1 && index%4 == 1 {
			must(t, l.Rotate(background()))
		}
		appendAll(t, l, index, index)
	}
	must(t, l.Close())
	list := segmentsOf(t, m)
	if len(list) != 4 {
		t.Fatalf("%d segments", len(list))
	}
	return m, list
}

// salvageCase is a log that is broken in one place, and how far one gets from a beginning.
type salvageCase struct {
	name    string
	harm    func(m *vfs.Mem) error
	from    uint64
	last    uint64
	problem string // beginning, "" for none
	lost    string
}

// salvageCases are those of a log of four segments.
func salvageCases(list []wal.SegmentInfo) []salvageCase {
	middle, newest := list[1], list[3]
	flipMiddle := func(m *vfs.Mem) error { return m.FlipBit(middle.Name, 70*8) }
	behind := fmt.Sprintf("%d-%d %d-%d", list[2].First, list[2].Last, list[3].First, list[3].Last)
	fromMiddle := fmt.Sprintf("[%d-%d %s]", middle.First, middle.Last, behind)
	return []salvageCase{
		{"nothing", func(*vfs.Mem) error { return nil }, 1, smallLogLast, "", "[]"},
		{"first frame of the middle segment", flipMiddle, 1, middle.First - 1, "log is damaged", fromMiddle},
		{"the same, for one who needs later ones only", flipMiddle, list[2].First, smallLogLast, "", "[]"},
		{
			"the same, for one who needs a later one of that segment", flipMiddle,
			middle.First + 1, middle.First, "log is damaged", fmt.Sprintf("[%d-%d %s]", middle.First+1, middle.Last, behind),
		},
		{
			"middle segment missing", func(m *vfs.Mem) error { return m.Remove(middle.Name) },
			1, middle.First - 1, "log is damaged", fmt.Sprintf("[%d-%d %d-%d]", middle.First, list[2].Last, list[3].First, list[3].Last),
		},
		{
			"newest segment missing", func(m *vfs.Mem) error { return m.Remove(newest.Name) },
			1, newest.First - 1, "log is damaged", fmt.Sprintf("[%d-0]", newest.First),
		},
		{"first segment missing", func(m *vfs.Mem) error { return m.Remove(list[0].Name) }, 1, 0, "log has a gap", fromMiddle},
		{
			"middle segment unreadable", func(m *vfs.Mem) error {
				m.Inject(func(op vfs.Op) error {
					if op.Kind == vfs.OpRead && op.Name == middle.Name {
						return syscall.EIO
					}
					return nil
				})
				return nil
			},
			1, middle.First - 1, "", fromMiddle,
		},
	}
}

// TestSalvage breaks a log in one place and looks at how far one gets from each beginning.
func TestSalvage(t *testing.T) {
	whole, list := fourSegments(t)
	for _, c := range salvageCases(list) {
		t.Run(c.name, func(t *testing.T) {
			m := whole.CrashClone(vfs.Everything)
			must(t, c.harm(m))
			records, got := salvage(t, options(m), c.from)
			if got.Last != c.last {
				t.Errorf("last %d, want %d", got.Last, c.last)
			}
			if lost := lostOf(t, got); lost != c.lost {
				t.Errorf("lost %s, want %s (%v)", lost, c.lost, got.Problem)
			}
			if c.problem != "" && (got.Problem == nil || !strings.HasPrefix(got.Problem.Error(), c.problem)) {
				t.Errorf("problem %v", got.Problem)
			}
			for i, r := range records {
				if !sameRecord(r, record(c.from+uint64(i))) {
					t.Fatalf("record %d is another", c.from+uint64(i))
				}
			}
			if want := int(c.last + 1 - c.from); len(records) != want {
				t.Errorf("%d records, want %d", len(records), want)
			}
		})
	}
}

// lostOf returns the ranges of commits that are lost, each of which has to name a file and a reason.
func lostOf(t *testing.T, s wal.Salvaged) string {
	t.Helper()
	ranges := []string{}
	for _, r := range s.Lost {
		ranges = append(ranges, fmt.Sprintf("%d-%d", r.First, r.Last))
		if r.File == "" || r.Reason == "" {
			t.Errorf("%+v", r)
		}
	}
	return fmt.Sprint(ranges)
}

// TestSalvageAgreesWithScan flips random bits. Where Scan is content so is Salvage; where
// it is not, Salvage gives a prefix of what was written and says that there was more.
func TestSalvageAgreesWithScan(t *testing.T) {
	whole := smallLog(t)
	list := segmentsOf(t, whole)
	r := rand.New(rand.NewPCG(7, 7))
	damaged := 0
	for range 1000 { // most of the room behind the records is zeros that mean nothing
		m := whole.CrashClone(vfs.Everything)
		s := list[r.IntN(len(list))]
		must(t, m.FlipBit(s.Name, r.Int64N(s.Bytes*8)))
		_, end, err := scan(options(m), 1)
		var seen []wal.Record
		got, salvageErr := wal.Salvage(options(m), 1, func(rec wal.Record) error {
			rec.Payload = slices.Clone(rec.Payload)
			seen = append(seen, rec)
			return nil
		})
		prefixOf(t, seen)
		switch {
		case err == nil:
			if salvageErr != nil || got.Problem != nil || got.Last != end.Last {
				t.Fatalf("scan is content up to %d, salvage says %+v, %v", end.Last, got, salvageErr)
			}
		case salvageErr != nil:
			var version *wal.VersionError
			var foreign *wal.ForeignError
			if !errors.As(salvageErr, &version) && !errors.As(salvageErr, &foreign) {
				t.Fatal(salvageErr)
			}
		default:
			damaged++
			if got.Problem == nil || uint64(len(seen)) != got.Last || len(got.Lost) == 0 || got.Lost[0].First != got.Last+1 {
				t.Fatalf("scan says %v, salvage %+v with %d records", err, got, len(seen))
			}
		}
	}
	if damaged < 100 {
		t.Errorf("only %d of 1000 flips were damage", damaged)
	}
}

// TestSalvageStops returns the error of the function that hears of records.
func TestSalvageStops(t *testing.T) {
	enough := errors.New("enough")
	got, err := wal.Salvage(options(smallLog(t)), 1, func(r wal.Record) error {
		if r.Index == 5 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || got.Problem != nil {
		t.Fatalf("%+v, %v", got, err)
	}
}
