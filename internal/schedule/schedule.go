// Package schedule says when something is due that happens again and again: every so many
// seconds, or at the times of a cron expression.
//
// A schedule is written as text:
//
//	""                 never: paused
//	"0"                never
//	"300"              every 300 seconds, 604800 (a week) at most
//	"0 30 3 * * *"     cron: second, minute, hour, day of the month, month, day of the week
//
// The times of a cron expression are those of the machine's time zone. A day has to fit
// both fields for days. Where the clock is set forward, what falls into the hour that is left
// out is due right after it; where it is set back, what falls into the hour that comes twice is
// due twice.
package schedule

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a static binary on a machine without zones knows those that TZ= names

	"github.com/netresearch/go-cron"
)

// SecondsMax is the longest time between two ticks that can be written in seconds.
const SecondsMax = 604800

// Wants says which texts Parse takes.
const Wants = "a number of seconds from 0 to 604800, or a cron expression of six fields " +
	"(second, minute, hour, day of the month, month, day of the week)"

const cronFields = 6

// Schedule says when something is due. The zero value is never.
type Schedule struct {
	text  string
	every time.Duration
	cron  cron.Schedule // nil where every tells, or never
}

// Every returns the schedule of a tick each d; 0 or less is never.
func Every(d time.Duration) Schedule {
	if d <= 0 {
		return Schedule{}
	}
	return Schedule{text: strconv.FormatFloat(d.Seconds(), 'f', -1, 64), every: d}
}

// errNeverDue reports a cron expression such as 0 0 0 30 2 *.
var errNeverDue = errors.New("no such day ever comes")

// Parse reads a schedule. An error names the text and what would be right.
func Parse(text string) (Schedule, error) {
	fields := strings.Fields(text)
	switch len(fields) {
	case 0:
		return Schedule{}, nil
	case 1:
		n, err := strconv.ParseInt(fields[0], 10, 32)
		if err != nil || n < 0 || n > SecondsMax {
			return Schedule{}, fmt.Errorf("%q is not %s", text, Wants)
		}
		return Schedule{text: strconv.FormatInt(n, 10), every: time.Duration(n) * time.Second}, nil
	case cronFields:
	default:
		return Schedule{}, fmt.Errorf("%q has %d fields; it is not %s", text, len(fields), Wants)
	}
	text = strings.Join(fields, " ")
	if strings.Contains(fields[0], "=") { // the library reads a time zone there
		return Schedule{}, fmt.Errorf("%q is not %s", text, Wants)
	}
	parser := cron.MustNewParser(cron.Second | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	c, err := parser.Parse(text)
	if err != nil {
		return Schedule{}, fmt.Errorf("%q is not a cron expression of six fields: %w", text, err)
	}
	if c.Next(time.Unix(0, 0)).IsZero() {
		return Schedule{}, fmt.Errorf("%q is never due: %w", text, errNeverDue)
	}
	return Schedule{text: text, cron: c}, nil
}

// Next returns the first time after t that is due; ok is false where none is.
func (s Schedule) Next(t time.Time) (next time.Time, ok bool) {
	switch {
	case s.cron != nil:
		// Without the monotonic part: these are times of the wall clock.
		next = s.cron.Next(t.Round(0))
		return next, !next.IsZero()
	case s.every > 0:
		return t.Add(s.every), true
	}
	return time.Time{}, false
}

// Never reports that no tick comes.
func (s Schedule) Never() bool { return s.cron == nil && s.every == 0 }

// String returns the schedule as Parse reads it.
func (s Schedule) String() string { return s.text }
