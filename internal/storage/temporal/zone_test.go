package temporal

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// goLocation lets package time read the rules of a zone.
func goLocation(t rapid.TB, name string) *time.Location {
	t.Helper()
	f := zones()
	i, ok := slices.BinarySearch(f.names, name)
	if !ok {
		t.Fatalf("no zone %s", name)
	}
	p := f.places[i]
	location, err := time.LoadLocationFromTZData(name, []byte(f.body[p.start:p.start+p.length]))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return location
}

// TestOffsets compares with package time, which reads the same rules with code of its own.
func TestOffsets(t *testing.T) {
	seen := map[*rules]bool{}
	for _, name := range ZoneNames() {
		zone, err := LookupZone(name)
		if err != nil {
			t.Fatal(err)
		}
		if seen[zone.rules] { // a link
			continue
		}
		seen[zone.rules] = true
		location := goLocation(t, name)
		check := func(at int64) {
			if _, want := time.Unix(at, 0).In(location).Zone(); zone.OffsetAt(at) != int32(want) {
				t.Errorf("%s at %d: %d, want %d", name, at, zone.OffsetAt(at), want)
			}
		}
		for _, change := range zone.rules.changes {
			check(change - 1)
			check(change)
		}
		for year := int64(1850); year < 2500; year += 3 {
			for day := range int64(8) {
				check((daysOf(year, 1, 1)+day*47)*SecondsPerDay + 7777)
			}
		}
	}
}

func TestOffsetsFarAway(t *testing.T) {
	location := goLocation(t, "Europe/Stockholm")
	zone, err := LookupZone("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.Int64Range(MinDays*SecondsPerDay, MaxDays*SecondsPerDay).Draw(t, "at")
		if _, want := time.Unix(at, 0).In(location).Zone(); zone.OffsetAt(at) != int32(want) {
			t.Fatalf("%d: %d, want %d", at, zone.OffsetAt(at), want)
		}
	})
	zone.OffsetAt(math.MinInt64)
	zone.OffsetAt(math.MaxInt64)
}

// TestResolve compares with all offsets that the zone ever had, one after the other.
func TestResolve(t *testing.T) {
	names := ZoneNames()
	rapid.Check(t, func(t *rapid.T) {
		zone, _ := namedZone(rapid.SampledFrom(names).Draw(t, "zone"))
		near := rapid.Int64Range(daysOf(1850, 1, 1)*SecondsPerDay, daysOf(2300, 1, 1)*SecondsPerDay).Draw(t, "near")
		if n := len(zone.rules.changes); n > 0 && rapid.Bool().Draw(t, "at a change") {
			near = zone.rules.changes[rapid.IntRange(0, n-1).Draw(t, "change")]
		}
		local := near + rapid.Int64Range(-SecondsPerDay, SecondsPerDay).Draw(t, "from it")
		var valid []int64 // the instants at which the clocks show local, the first first
		for _, offset := range zone.rules.offsets {
			if at := local - int64(offset); zone.OffsetAt(at) == offset && !slices.Contains(valid, at) {
				valid = append(valid, at)
			}
		}
		slices.Sort(valid)
		got := zone.Resolve(LocalDateTime{Seconds: local}, noOffset)
		if len(valid) > 0 {
			for _, at := range valid {
				if chosen := zone.Resolve(LocalDateTime{Seconds: local}, zone.OffsetAt(at)); chosen != at {
					t.Fatalf("%s, %d, %d preferred: %d, want %d", zone, local, zone.OffsetAt(at), chosen, at)
				}
			}
			if got != valid[0] {
				t.Fatalf("%s, %d: %d, want the first of %v", zone, local, got, valid)
			}
			return
		}
		s := zone.rules.at(got)
		before := zone.OffsetAt(s.start - 1)
		if gap := int64(s.offset - before); gap <= 0 || got+int64(s.offset) != local+gap || got >= s.start+gap {
			t.Fatalf("%s: %d lies in a gap, and is moved by %d to %d", zone, local, gap, got)
		}
	})
}

func TestZones(t *testing.T) {
	if got := zones().version; !strings.HasPrefix(got, "tzdata 20") {
		t.Errorf("the database is %q", got)
	}
	for name, want := range map[string]string{
		"Europe/Stockholm": "Europe/Stockholm", "Z": "Z", "z": "Z", "UTC": "UTC", "GMT": "GMT", "Etc/GMT+5": "Etc/GMT+5",
		"+01:00": "+01:00", "-0130": "-01:30", "+02:05:59": "+02:05:59", "+00:00": "Z", "-18": "-18:00", "US/Pacific": "US/Pacific",
	} {
		z, err := LookupZone(name)
		if got := said(z, err); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		if again, _ := LookupZone(name); again != z {
			t.Errorf("%s is not interned", name)
		}
		if z.Fixed() != (z.Name() == "") {
			t.Errorf("%s is fixed and named", name)
		}
	}
	const wants = "; expected a name such as Europe/Stockholm, Z, or an offset such as +01:00"
	for name, want := range map[string]string{
		"":                        `unknown time zone ""` + wants,
		"Mars/Olympus":            `unknown time zone "Mars/Olympus"` + wants,
		"Europe/Berln":            `unknown time zone "Europe/Berln"; did you mean "Europe/Berlin"?`,
		"+19":                     `cannot read "+19" as a time zone: at character 1 an offset lies between -18:00 and +18:00, with minutes and seconds below 60`,
		"+01:00x":                 `cannot read "+01:00x" as a time zone: at character 7 expected the end of the offset`,
		strings.Repeat("x", 1000): `unknown time zone "` + strings.Repeat("x", maxText) + `…"` + wants,
	} {
		if z, err := LookupZone(name); said(z, err) != want {
			t.Errorf("%.20s: %s, want %s", name, said(z, err), want)
		}
	}
	for _, name := range ZoneNames() { // no name of the database is taken for an offset
		if z, err := LookupZone(name); err != nil || z.Name() != name {
			t.Errorf("%s: %s", name, said(z, err))
		}
	}
}

func TestStoredZones(t *testing.T) {
	berlin, _ := LookupZone("Europe/Berlin")
	mars, ok := StoredZone([]byte("Mars/Olympus"), 8895)
	again, _ := StoredZone([]byte("Mars/Olympus"), 8895)
	other, _ := StoredZone([]byte("Mars/Olympus"), 7200)
	if !ok || mars != again || mars == other || mars.Name() != "Mars/Olympus" || mars.OffsetAt(0) != 8895 {
		t.Errorf("an unknown zone: %v, %v, %v", mars, again, other)
	}
	local := LocalDateTime{Seconds: 10_000}
	if at := mars.Resolve(local, noOffset); at != 10_000-8895 {
		t.Errorf("a local time in an unknown zone: %d", at)
	}
	if z, ok := StoredZone([]byte("Europe/Berlin"), 3600); !ok || z != berlin {
		t.Errorf("a known zone becomes %v", z)
	}
	if z, ok := StoredZone(nil, 3600); !ok || z != FixedZone(3600) {
		t.Errorf("an offset becomes %v", z)
	}
}

// TestDecodeRules damages rules in every byte: they may be refused, and nothing else.
func TestDecodeRules(t *testing.T) {
	f := zones()
	i, _ := slices.BinarySearch(f.names, "Africa/Abidjan")
	p := f.places[i]
	data := []byte(f.body[p.start : p.start+p.length])
	for i := range data {
		for _, b := range []byte{0, 1, 0x7f, 0xff, data[i] + 1} {
			damaged := slices.Clone(data)
			damaged[i] = b
			if r, err := decodeRules(string(damaged)); err == nil {
				r.offsetAt(0)
			}
		}
		if _, err := decodeRules(string(data[:i])); err == nil && i < len(data)-1 {
			t.Errorf("the first %d of %d bytes are taken for rules", i, len(data))
		}
	}
}

func TestYearly(t *testing.T) {
	for text, want := range map[string]string{ // offset in January and July of 2024, 2300
		"CET-1CEST,M3.5.0,M10.5.0/3":      "3600 7200 3600 7200",
		"<-02>2<-01>,M3.5.0/-1,M10.5.0/0": "-7200 -3600 -7200 -3600",
		"NZST-12NZDT,M9.5.0,M4.1.0/3":     "46800 43200 46800 43200",
		"IST-1GMT0,M10.5.0,M3.5.0/1":      "0 3600 0 3600",
		"AAA3":                            "-10800 -10800 -10800 -10800",
		"AAA3BBB,J60,J300":                "-10800 -7200 -10800 -7200",
		"AAA3BBB2:30,59/1:30:30,300":      "-10800 -9000 -10800 -9000",
		"EET-2EEST,M3.4.4/50,M10.4.4/50":  "7200 10800 7200 10800",
		"":                                "bad",
		"CET-1CEST":                       "bad",
		"CET-1CEST,M13.5.0,M10.5.0/3":     "bad",
		"CET-1CEST,M3.6.0,M10.5.0/3":      "bad",
		"CET-1CEST,M3.5.0,M10.5.0/3,":     "bad",
		"CET-1CEST,M3-5-0,M10.5.0":        "bad",
		"<CET-1":                          "bad",
		"CET":                             "bad",
	} {
		y, err := parseYearly(text)
		got := "bad"
		if err == nil {
			r := rules{offsets: []int32{y.standard}, yearly: y}
			var words []string
			for _, year := range []int64{2024, 2300} {
				for _, month := range []int64{1, 7} {
					at := daysOf(year, month, 15) * SecondsPerDay
					words = append(words, strconv.Itoa(int(r.offsetAt(at))))
				}
			}
			got = strings.Join(words, " ")
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
