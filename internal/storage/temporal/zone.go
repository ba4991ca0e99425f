package temporal

import "sync"

// Zone is a fixed offset or a named time zone. Zones are interned: two with the same name
// or offset are the same pointer. The nil Zone is UTC.
type Zone struct {
	name   string // empty for a fixed offset
	offset int32  // of a fixed offset, in seconds east of UTC
}

// MaxOffset is the largest offset of a zone in seconds, either way.
const MaxOffset = 18 * 3600

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

// Name returns the name of a named zone, and "" for a fixed offset.
func (z *Zone) Name() string {
	if z == nil {
		return ""
	}
	return z.name
}

// OffsetAt returns the offset in seconds east of UTC that holds at an instant.
func (z *Zone) OffsetAt(_ int64) int32 {
	if z == nil {
		return 0
	}
	return z.offset
}
