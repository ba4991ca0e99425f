package temporal

import (
	"maps"
	"sync/atomic"
	"unicode/utf8"
)

// ZoneNameMax is the most bytes that the name of a zone has.
const ZoneNameMax = 255

// storedZones holds the zones that were read from stored values. It is copied when one is
// added, so that reading takes no lock; at storedZonesMax it is full, and further zones
// are made anew each time.
var storedZones atomic.Pointer[map[storedZone]*Zone]

const storedZonesMax = 1 << 12

// storedZone is what is stored of a zone.
type storedZone struct {
	name   string
	offset int32
}

// StoredZone returns the zone that was stored as a name, empty for a fixed offset, and the
// offset that held. A name that is not in the database of time zones does not make the
// value unreadable: it becomes a zone that keeps the name and has the offset at all times.
// ok is false where the offset is beyond MaxOffset, or the name longer than ZoneNameMax or
// not UTF-8.
func StoredZone(name []byte, offset int32) (z *Zone, ok bool) {
	if offset < -MaxOffset || offset > MaxOffset {
		return nil, false
	}
	if len(name) == 0 {
		return FixedZone(offset), true
	}
	known := storedZones.Load()
	if known != nil {
		if z, ok = (*known)[storedZone{string(name), offset}]; ok {
			return z, true
		}
	}
	if len(name) > ZoneNameMax || !utf8.Valid(name) {
		return nil, false
	}
	key := storedZone{string(name), offset}
	if z, ok = namedZone(key.name); !ok {
		z = &Zone{name: key.name, offset: key.offset}
	}
	for known == nil || len(*known) < storedZonesMax {
		grown := map[storedZone]*Zone{key: z}
		if known != nil {
			maps.Copy(grown, *known)
			z = grown[key]
		}
		if storedZones.CompareAndSwap(known, &grown) {
			return z, true
		}
		known = storedZones.Load()
	}
	return z, true
}
