package temporal

import (
	"math"
	"strings"
	"sync"
)

// Zone is a fixed offset or a named time zone. Zones are interned: two with the same name
// or offset are the same pointer. The nil Zone is UTC.
type Zone struct {
	name   string // empty for a fixed offset
	offset int32  // in seconds east of UTC; of a fixed offset, or of a stored name without rules
	rules  *rules // of a named zone that this build knows
}

// MaxOffset is the largest offset of a zone in seconds, either way.
const MaxOffset = 18 * secondsPerHour

// noOffset is the offset to prefer of one who has no preference.
const noOffset = math.MinInt32

// fixed holds the zones of fixed offset that were asked for; there are at most
// 2*MaxOffset+1 of them.
var fixed sync.Map // int32 → *Zone

// FixedZone returns the zone with an offset in seconds east of UTC, nil (UTC) for 0. An
// offset outside ±MaxOffset is the caller's mistake.
func FixedZone(offset int32) *Zone {
	if offset < -MaxOffset || offset > MaxOffset {
		panic("temporal: offset out of range")
	}
	if offset == 0 {
		return nil
	}
	if z, ok := fixed.Load(offset); ok {
		return z.(*Zone)
	}
	z, _ := fixed.LoadOrStore(offset, &Zone{offset: offset})
	return z.(*Zone)
}

// named holds the zones of the database that were asked for; there are at most as many as
// it has names.
var named sync.Map // string → *Zone

// LookupZone returns the zone of a name in IANA's database ("Europe/Stockholm"), of "Z", or
// of an offset ("+01:00"). Letters must be of the case in which IANA writes them.
func LookupZone(name string) (*Zone, error) {
	if z, ok := namedZone(name); ok {
		return z, nil
	}
	if name != "" && (name[0] == '+' || name[0] == '-' || name == "Z" || name == "z") {
		return parseOffset(name)
	}
	return nil, unknownZone(name)
}

// namedZone returns the zone of a name in the database.
func namedZone(name string) (*Zone, bool) {
	if z, ok := named.Load(name); ok {
		return z.(*Zone), true
	}
	r, ok := loadRules(name)
	if !ok {
		return nil, false
	}
	z, _ := named.LoadOrStore(strings.Clone(name), &Zone{name: strings.Clone(name), rules: r})
	return z.(*Zone), true
}

// Name returns the name of a named zone, and "" for a fixed offset.
func (z *Zone) Name() string {
	if z == nil {
		return ""
	}
	return z.name
}

// Fixed reports whether the zone is an offset without a name.
func (z *Zone) Fixed() bool { return z == nil || z.name == "" }

// OffsetAt returns the offset in seconds east of UTC that holds at an instant, given in
// seconds since 1970-01-01T00:00:00Z.
func (z *Zone) OffsetAt(utc int64) int32 {
	switch {
	case z == nil:
		return 0
	case z.rules == nil:
		return z.offset
	default:
		return z.rules.offsetAt(utc)
	}
}

// Resolve returns the instant, in seconds since 1970-01-01T00:00:00Z, at which the clocks of
// the zone show a local time. Where they show it twice, the instant with the preferred offset
// is taken, else the first. Where they skip it, the local time is moved forward by the length
// of the gap.
func (z *Zone) Resolve(local LocalDateTime, preferred int32) int64 {
	switch {
	case z == nil:
		return local.Seconds
	case z.rules == nil:
		return local.Seconds - int64(z.offset)
	default:
		return z.rules.resolve(local.Seconds, preferred)
	}
}

// String returns the name of the zone, or its offset.
func (z *Zone) String() string {
	if !z.Fixed() {
		return z.name
	}
	return string(AppendOffset(nil, z.OffsetAt(0)))
}
