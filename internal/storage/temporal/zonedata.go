package temporal

import (
	_ "embed" // zones.bin
	"slices"
	"strconv"
	"strings"
	"sync"

	"memgraphd/internal/spelling"
)

// The time zone database: IANA's, compiled by zones_generate.go, which says how. zones.bin
// begins with a line that names its version. Then follow a line per zone, in the order of
// their names ("Europe/Berlin 104933 705": place and length of its rules in the body), an
// empty line, and the body, which holds rules in the format TZif of RFC 8536. Zones that are
// links to others share rules.
//
// The zones of the system are never read: every build answers alike on every machine.

//go:embed zones.bin
var zonesFile string

type zoneFile struct {
	version string
	names   []string // ascending
	places  []zonePlace
	body    string
}

type zonePlace struct{ start, length int }

// zones is the file with its head read.
var zones = sync.OnceValue(func() *zoneFile {
	head, body, ok := strings.Cut(zonesFile, "\n\n")
	version, lines, ok2 := strings.Cut(head, "\n")
	if !ok || !ok2 {
		panic("temporal: zones.bin is damaged")
	}
	f := &zoneFile{version: version, body: body}
	for line := range strings.SplitSeq(lines, "\n") {
		name, rest, _ := strings.Cut(line, " ")
		start, length, _ := strings.Cut(rest, " ")
		var p zonePlace
		var err, err2 error
		p.start, err = strconv.Atoi(start)
		p.length, err2 = strconv.Atoi(length)
		if err != nil || err2 != nil {
			panic("temporal: zones.bin is damaged at " + line)
		}
		f.names = append(f.names, name)
		f.places = append(f.places, p)
	}
	return f
})

// loaded holds the rules that were asked for, by their place in the body.
var loaded sync.Map // zonePlace → *rules

// loadRules returns the rules of a name of the database.
func loadRules(name string) (*rules, bool) {
	f := zones()
	i, ok := slices.BinarySearch(f.names, name)
	if !ok {
		return nil, false
	}
	p := f.places[i]
	if r, ok := loaded.Load(p); ok {
		return r.(*rules), true
	}
	decoded, err := decodeRules(f.body[p.start : p.start+p.length])
	if err != nil {
		panic("temporal: zones.bin is damaged at " + name + ": " + err.Error())
	}
	r, _ := loaded.LoadOrStore(p, decoded)
	return r.(*rules), true
}

// ZoneNames returns the names of all zones of the database, in their order. The caller must
// not change the slice.
func ZoneNames() []string { return zones().names }

// UnknownZoneError says that a time zone is not in the database.
type UnknownZoneError struct {
	Name    string
	Nearest string // a known name that may have been meant, or empty
}

func unknownZone(name string) *UnknownZoneError {
	return &UnknownZoneError{Name: name, Nearest: spelling.Nearest(name, ZoneNames())}
}

// Error names the zone and the nearest known one.
func (e *UnknownZoneError) Error() string {
	name := e.Name
	if len(name) > maxText {
		name = name[:maxText] + "…"
	}
	text := "unknown time zone " + strconv.Quote(name)
	if e.Nearest != "" {
		return text + "; did you mean " + strconv.Quote(e.Nearest) + "?"
	}
	return text + "; expected a name such as Europe/Stockholm, Z, or an offset such as +01:00"
}
