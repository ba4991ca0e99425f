package message

import (
	"time"

	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/bolt/wire"
)

// Summary is the metadata of the SUCCESS after the last record of a result.
type Summary struct {
	Type          string // "r", "w", "rw" or "s"; anything else makes drivers fail
	Database      string
	Bookmark      string // of an auto-commit transaction
	Last          int64  // milliseconds until the last record was handed over
	Stats         Stats
	Notifications []Notification
	Plan          *Plan // EXPLAIN and PROFILE

	Cost      float64       // what the planner expected; 0: not known
	Parsing   time.Duration // of the text
	Planning  time.Duration
	Execution time.Duration
	Outcome   Outcome

	executionAt int // where Append has written Execution
}

// The keys that every summary has, as packstream has them.
const (
	keyType      = "\x84type"
	keyLast      = "\x86t_last"
	keyDB        = "\x82db"
	keyParsing   = "\x8cparsing_time"
	keyPlanning  = "\x8dplanning_time"
	keyExecution = "\xd0\x13plan_execution_time"
	keyCost      = "\x8dcost_estimate"
)

// Append appends the message to dst in the form of v, with the notifications that filter
// wants.
func (s *Summary) Append(dst []byte, v wire.Version, filter *Filter) []byte {
	dst, mark := appendSuccess(dst, 0), len(dst)+2
	entries := 6
	dst = packstream.AppendString(append(dst, keyType...), s.Type)
	dst = packstream.AppendInt(append(dst, keyLast...), s.Last)
	dst = packstream.AppendString(append(dst, keyDB...), s.Database)
	dst = packstream.AppendFloat(append(dst, keyParsing...), s.Parsing.Seconds())
	dst = packstream.AppendFloat(append(dst, keyPlanning...), s.Planning.Seconds())
	dst = append(dst, keyExecution...)
	s.executionAt = len(dst)
	dst = packstream.AppendFloat(dst, s.Execution.Seconds())
	if s.Cost > 0 {
		dst = packstream.AppendFloat(append(dst, keyCost...), s.Cost)
		entries++
	}
	if s.Bookmark != "" {
		dst = packstream.AppendString(packstream.AppendString(dst, "bookmark"), s.Bookmark)
		entries++
	}
	if s.Stats != (Stats{}) {
		dst = s.Stats.append(packstream.AppendString(dst, "stats"))
		entries++
	}
	n := s.wanted(filter)
	switch {
	case v.AtLeast(wire.V56):
		dst = s.appendStatuses(dst, n, filter)
		entries++
	case n > 0:
		dst = s.appendNotifications(dst, n, filter)
		entries++
	}
	if s.Plan != nil {
		key := "plan"
		if s.Plan.Profile != nil {
			key = "profile"
		}
		dst = s.Plan.append(packstream.AppendString(dst, key), 0)
		entries++
	}
	packstream.AppendMapHeader(dst[:mark], entries) // one byte: there are fewer than 16
	return dst
}

// ExecutionAt returns where the last Append has written Execution, which has always the same length.
// SetExecution writes another one there.
func (s *Summary) ExecutionAt() int { return s.executionAt }

// SetExecution writes a time of execution into a summary of which dst begins at ExecutionAt.
func SetExecution(dst []byte, d time.Duration) { packstream.AppendFloat(dst[:0], d.Seconds()) }

// appendStatuses appends the outcome and the n notifications that pass filter, in the
// order of their ranks.
func (s *Summary) appendStatuses(dst []byte, n int, filter *Filter) []byte {
	dst = packstream.AppendListHeader(packstream.AppendString(dst, "statuses"), 1+n)
	if n == 0 {
		return s.Outcome.append(dst)
	}
	for r := range ranks {
		if r == rank(s.Outcome.status()) {
			dst = s.Outcome.append(dst)
		}
		for i := range s.Notifications {
			if note := &s.Notifications[i]; rank(note.status()) == r && filter.Wants(note) {
				dst = note.appendStatus(dst)
			}
		}
	}
	return dst
}

// wanted returns the number of notifications that pass filter.
func (s *Summary) wanted(filter *Filter) int {
	n := 0
	for i := range s.Notifications {
		if filter.Wants(&s.Notifications[i]) {
			n++
		}
	}
	return n
}

func (s *Summary) appendNotifications(dst []byte, n int, filter *Filter) []byte {
	dst = packstream.AppendListHeader(packstream.AppendString(dst, "notifications"), n)
	for i := range s.Notifications {
		if filter.Wants(&s.Notifications[i]) {
			dst = s.Notifications[i].append(dst)
		}
	}
	return dst
}
