package schedule_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"pgregory.net/rapid"

	"memgraphd/internal/schedule"
)

// TestNext reads testdata/next: the input is a schedule, the answer the first three ticks.
//
//	next from=2026-03-28T22:00:00 [zone=Europe/Berlin]
func TestNext(t *testing.T) {
	datadriven.RunTest(t, "testdata/next", func(t *testing.T, d *datadriven.TestData) string {
		t.Helper()
		from, zone := "2026-01-31T23:59:30", "UTC"
		d.MaybeScanArgs(t, "from", &from)
		d.MaybeScanArgs(t, "zone", &zone)
		location, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.ParseInLocation("2006-01-02T15:04:05", from, location)
		if err != nil {
			t.Fatal(err)
		}
		s, err := schedule.Parse(d.Input)
		if err != nil {
			return "error: " + err.Error() + "\n"
		}
		var b strings.Builder
		fmt.Fprintf(&b, "%q\n", s.String())
		for range 3 {
			next, ok := s.Next(at)
			if !ok {
				b.WriteString("never\n")
				break
			}
			b.WriteString(next.Format("Mon 2006-01-02T15:04:05-0700") + "\n")
			at = next
		}
		return b.String()
	})
}

// TestEvery holds the two ways to write seconds together.
func TestEvery(t *testing.T) {
	at := time.Unix(1000, 0)
	if next, ok := schedule.Every(0).Next(at); ok {
		t.Errorf("every 0 s is due at %v", next)
	}
	if next, ok := schedule.Every(90 * time.Second).Next(at); !ok || !next.Equal(at.Add(90*time.Second)) {
		t.Errorf("every 90 s after %v is due at %v", at, next)
	}
	if got := schedule.Every(90 * time.Second).String(); got != "90" {
		t.Errorf("every 90 s is written %q", got)
	}
}

// TestAnyText feeds Parse text that looks like schedules: what it takes comes again, later.
func TestAnyText(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		word := rapid.SampledFrom([]string{"*", "0", "5", "*/7", "1-5", "MON", "60", "?", "L", "TZ=UTC", "@daily", "1,2", "-", "99999999999", "é"})
		text := strings.Join(rapid.SliceOfN(word, 0, 7).Draw(rt, "fields"), " ")
		s, err := schedule.Parse(text)
		if err != nil {
			return
		}
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		next, ok := s.Next(at)
		if ok == s.Never() || ok && !next.After(at) {
			rt.Fatalf("%q after %v: %v %t", text, at, next, ok)
		}
		again, err := schedule.Parse(s.String())
		if err != nil || again.String() != s.String() {
			rt.Fatalf("%q is written %q, which is read as %q, %v", text, s, again, err)
		}
	})
}
