package retention_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"memgraphd/internal/durability/retention"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage/change"
)

// hours returns good snapshots of 100 bytes, one an hour, the newest now.
func hours(indexes ...change.Index) []retention.Snapshot {
	var out []retention.Snapshot
	for i, index := range indexes {
		out = append(out, retention.Snapshot{
			Path: fmt.Sprintf("s%02d", index), Index: index, Good: true, Bytes: 100,
			Created: since.Add(-time.Hour * time.Duration(len(indexes)-1-i)),
		})
	}
	return out
}

func TestDecideByAgeAndSize(t *testing.T) {
	whole := []retention.Segment{
		{First: 1, Last: 10, Sealed: true}, {First: 11, Last: 20, Sealed: true}, {First: 21, Last: 30, Sealed: true}, {First: 31, Last: 35},
	}
	later := whole[1:]
	for _, c := range []struct {
		name      string
		limits    retention.Limits
		snapshots []retention.Snapshot
		segments  []retention.Segment
		pins      []change.Index
		want      string
	}{
		{"all are young", retention.Limits{Count: 3, Age: 3 * time.Hour}, hours(10, 20, 30), whole, nil, "[] [1]"},
		{"one is too old", retention.Limits{Count: 3, Age: time.Hour}, hours(10, 20, 30), whole, nil, "[s10] [1 11]"},
		{"the newest stays", retention.Limits{Count: 3, Age: time.Nanosecond}, hours(10, 20, 30), whole, nil, "[s10 s20] [1 11 21]"},
		{"few, and the log is whole", retention.Limits{Count: 3, Age: time.Hour}, hours(20, 30), whole, nil, "[] []"},
		{"few, and the log is not", retention.Limits{Count: 3, Age: time.Hour}, hours(20, 30), later, nil, "[] [11]"},
		{"size", retention.Limits{Count: 3, Bytes: 250}, hours(10, 20, 30), whole, nil, "[s10] [1 11]"},
		{"size of none", retention.Limits{Count: 3, Bytes: 1}, hours(10, 20, 30), whole, nil, "[s10 s20] [1 11 21]"},
		{"all three", retention.Limits{Count: 2, Age: 5 * time.Hour, Bytes: 1000}, hours(5, 10, 20, 30), whole, nil, "[s05 s10] [1 11]"},
		{"one pinned", retention.Limits{Count: 1}, hours(5, 10, 20, 30), whole, []change.Index{11}, "[s05 s20] [1]"},
		{"pinned between", retention.Limits{Count: 1}, hours(5, 10, 20, 30), whole, []change.Index{18}, "[s05 s20] [1]"},
		{"pinned before all", retention.Limits{Count: 1}, hours(10, 20, 30), whole, []change.Index{3}, "[s10 s20] []"},
		{"pinned after all", retention.Limits{Count: 1}, hours(10, 20, 30), whole, []change.Index{40}, "[s10 s20] [1 11 21]"},
		{"two pins", retention.Limits{Count: 1, Age: 1}, hours(5, 10, 20, 30), whole, []change.Index{21, 11}, "[s05] [1]"},
	} {
		p := retention.Decide(c.limits, since, retention.Files{Snapshots: c.snapshots, Segments: c.segments, Pins: c.pins})
		if got := fmt.Sprint(p.Snapshots, p.Segments); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	// An old small one does not stay because a larger newer one went.
	sizes := hours(10, 20, 30)
	sizes[1].Bytes = 1000
	p := retention.Decide(retention.Limits{Count: 3, Bytes: 300}, since, retention.Files{Snapshots: sizes})
	if got := fmt.Sprint(p.Snapshots); got != "[s10 s20]" {
		t.Errorf("got %s", got)
	}
}

// TestDecideKeepsWhatIsNeeded draws directories, limits and pins: each kept snapshot has
// the log after it, the newest good one stays, and each pin has a snapshot and the log
// that it had before.
func TestDecideKeepsWhatIsNeeded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := change.Index(rapid.IntRange(1, 20).Draw(t, "first"))
		at := first
		var f retention.Files
		for range rapid.IntRange(1, 6).Draw(t, "segments") {
			n := change.Index(rapid.IntRange(1, 9).Draw(t, "records"))
			f.Segments = append(f.Segments, retention.Segment{First: at, Last: at + n - 1, Sealed: true})
			at += n
		}
		f.Segments[len(f.Segments)-1].Sealed = false
		for i := range rapid.IntRange(0, 6).Draw(t, "snapshots") {
			f.Snapshots = append(f.Snapshots, retention.Snapshot{
				Path: strconv.Itoa(i), Index: change.Index(rapid.IntRange(int(first)-1, int(at-1)).Draw(t, "index")),
				Created: since.Add(-time.Duration(rapid.IntRange(-2, 20).Draw(t, "age"))),
				Bytes:   rapid.Int64Range(0, 20).Draw(t, "bytes"), Good: rapid.Bool().Draw(t, "good"),
			})
		}
		for range rapid.IntRange(0, 2).Draw(t, "pins") {
			f.Pins = append(f.Pins, change.Index(rapid.IntRange(int(first), int(at)).Draw(t, "pin")))
		}
		l := retention.Limits{
			Count: rapid.IntRange(0, 4).Draw(t, "count"), Age: time.Duration(rapid.IntRange(0, 20).Draw(t, "limit")),
			Bytes: rapid.Int64Range(0, 60).Draw(t, "room"),
		}
		p := retention.Decide(l, since, f)
		begin := f.Segments[len(p.Segments)].First
		needed := func(after change.Index, what string) {
			if begin > after+1 {
				t.Fatalf("%s needs the log after commit %d, but it begins at %d", what, after, begin)
			}
		}
		goes := func(s retention.Snapshot) bool { return !s.Good || slices.Contains(p.Snapshots, s.Path) }
		good, kept := 0, 0
		for _, s := range f.Snapshots {
			if s.Good {
				good++
			}
			if !goes(s) {
				kept++
				needed(s.Index, "snapshot "+s.Path)
			}
		}
		if good > 0 && kept == 0 {
			t.Fatal("no snapshot stays")
		}
		for _, pin := range f.Pins {
			needed(pin-1, "a pin")
			had := slices.ContainsFunc(f.Snapshots, func(s retention.Snapshot) bool { return s.Good && s.Index < pin })
			has := slices.ContainsFunc(f.Snapshots, func(s retention.Snapshot) bool { return !goes(s) && s.Index < pin })
			if had && !has {
				t.Fatalf("pin %d lost its snapshot", pin)
			}
		}
	})
}

// TestPrune deletes the oldest damaged snapshots beyond a number, and nothing else.
func TestPrune(t *testing.T) {
	fill := func() *vfs.Mem {
		m := newDir(t)
		for _, name := range []string{"b", "a", "d", "c", "other"} {
			check(t, vfs.WriteFileSync(m, "data/"+name, []byte(name)))
			if _, err := retention.Quarantine(m, "data", "data/"+name); err != nil {
				t.Fatal(err)
			}
		}
		check(t, m.MkdirAll("data/quarantine/folder"))
		return m
	}
	mayGo := func(name string) bool { return len(name) == 1 }
	left := func(m *vfs.Mem) string {
		names, err := m.List("data/quarantine")
		check(t, err)
		return strings.Join(names, " ")
	}
	for keep, want := range map[int]string{
		9: "a b c d folder other", 4: "a b c d folder other", 3: "b c d folder other", 1: "d folder other",
	} {
		m := fill()
		deleted, err := retention.Prune(m, "data", keep, mayGo)
		check(t, err)
		if got := left(m); got != want || len(deleted) != max(0, 4-keep) {
			t.Errorf("keep %d: %q is left, %v deleted", keep, got, deleted)
		}
	}
	files, err := retention.Quarantined(fill(), "data")
	check(t, err)
	if len(files) != 5 || files[0].Path != "data/quarantine/a" || files[4].Bytes != 5 {
		t.Errorf("got %+v", files)
	}
	if files, err = retention.Quarantined(newDir(t), "data"); err != nil || len(files) != 0 {
		t.Errorf("got %v, %v", files, err)
	}
	probe := fill()
	before := probe.Ops()
	_, err = retention.Prune(probe, "data", 1, mayGo)
	check(t, err)
	for n := before + 1; n <= probe.Ops(); n++ {
		m := fill()
		m.FailAt(n, syscall.EIO)
		deleted, err := retention.Prune(m, "data", 1, mayGo)
		m.FailAt(0, nil)
		if err == nil || len(deleted) != 4-strings.Count(left(m), " ")+1 {
			t.Errorf("operation %d: %v deleted, %q left, %v", n, deleted, left(m), err)
		}
	}
}
