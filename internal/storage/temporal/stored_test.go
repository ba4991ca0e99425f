package temporal

import (
	"math"
	"strconv"
	"strings"
	"sync"
	"testing"
)

func TestStoredZone(t *testing.T) {
	stockholm, err := LookupZone("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		offset int32
		want   *Zone
	}{
		{"", 0, nil},
		{"", -MaxOffset, FixedZone(-MaxOffset)},
		{"Europe/Stockholm", 3600, stockholm},
		{"Europe/Stockholm", 12_345, stockholm}, // its rules count
	} {
		if z, ok := StoredZone([]byte(c.name), c.offset); !ok || z != c.want {
			t.Errorf("%q at %d is %v", c.name, c.offset, z)
		}
	}
	for _, offset := range []int32{3600, -7200} {
		name := []byte("Gone/City")
		z, ok := StoredZone(name, offset)
		again, _ := StoredZone([]byte("Gone/City"), offset)
		name[0] = 'x'
		if !ok || z != again || z.Name() != "Gone/City" || z.OffsetAt(0) != offset || z.OffsetAt(math.MaxInt32) != offset {
			t.Errorf("an unknown zone at %d is %v", offset, z)
		}
		at := DateTime{Seconds: 5, Zone: z}
		if got := at.Local().Seconds; got != 5+int64(offset) {
			t.Errorf("local seconds %d at %d", got, offset)
		}
	}
	for _, c := range []struct {
		name   string
		offset int32
	}{{"", MaxOffset + 1}, {"", math.MinInt32}, {"a\xff", 0}, {strings.Repeat("z", ZoneNameMax+1), 0}} {
		if z, ok := StoredZone([]byte(c.name), c.offset); ok {
			t.Errorf("%q at %d is accepted: %v", c.name, c.offset, z)
		}
	}
}

// TestStoredZonesTogether reads the same zones on many goroutines.
func TestStoredZonesTogether(t *testing.T) {
	var group sync.WaitGroup
	zones := make([][200]*Zone, 4)
	for worker := range zones {
		group.Go(func() {
			for i := range zones[worker] {
				name := "Gone/" + strconv.Itoa(i)
				z, ok := StoredZone([]byte(name), 60)
				if !ok || z.Name() != name || z.OffsetAt(0) != 60 {
					t.Errorf("%s is %v", name, z)
				}
				zones[worker][i] = z
			}
		})
	}
	group.Wait()
	for _, of := range zones {
		if of != zones[0] {
			t.Error("the same zone is not the same pointer")
		}
	}
}

// TestStoredZonesFull reads a zone when no more are kept.
func TestStoredZonesFull(t *testing.T) {
	before := storedZones.Load()
	t.Cleanup(func() { storedZones.Store(before) })
	full := make(map[storedZone]*Zone, storedZonesMax)
	for i := range storedZonesMax {
		full[storedZone{strconv.Itoa(i), 0}] = &Zone{name: strconv.Itoa(i)}
	}
	storedZones.Store(&full)
	z, ok := StoredZone([]byte("Gone/Last"), 60)
	if !ok || z.Name() != "Gone/Last" || z.OffsetAt(0) != 60 || len(*storedZones.Load()) != storedZonesMax {
		t.Errorf("%v, %d kept", z, len(*storedZones.Load()))
	}
	again, _ := StoredZone([]byte("Gone/Last"), 60)
	if (DateTime{Zone: z}).Compare(DateTime{Zone: again}) != 0 {
		t.Error("the same zone is not the same")
	}
}

func TestValidExtremes(t *testing.T) {
	first, last := LocalDateTime{Seconds: MinDays * SecondsPerDay}, LocalDateTime{Seconds: (MaxDays+1)*SecondsPerDay - 1, Nanos: NanosPerSecond - 1}
	if got := first.String() + " " + last.String(); got != "-999999999-01-01T00:00 +999999999-12-31T23:59:59.999999999" {
		t.Error(got)
	}
	east := FixedZone(MaxOffset)
	for i, valid := range []bool{
		Date{MinDays}.Valid(), Date{MaxDays}.Valid(), first.Valid(), last.Valid(), LocalTime{NanosPerDay - 1}.Valid(),
		Time{0, MaxOffset}.Valid(), DateTime{Seconds: first.Seconds - MaxOffset, Zone: east}.Valid(), Duration{Nanos: NanosPerSecond - 1}.Valid(),
	} {
		if !valid {
			t.Errorf("%d is refused", i)
		}
	}
	for i, valid := range []bool{
		Date{MinDays - 1}.Valid(), Date{MaxDays + 1}.Valid(), LocalDateTime{Seconds: first.Seconds - 1}.Valid(),
		LocalDateTime{Seconds: last.Seconds + 1}.Valid(), LocalDateTime{Nanos: NanosPerSecond}.Valid(), LocalDateTime{Nanos: -1}.Valid(),
		LocalTime{NanosPerDay}.Valid(), LocalTime{-1}.Valid(), Time{0, MaxOffset + 1}.Valid(), Duration{Nanos: -1}.Valid(),
		DateTime{Seconds: first.Seconds - MaxOffset - 1, Zone: east}.Valid(), DateTime{Seconds: first.Seconds - 1}.Valid(),
		DateTime{Seconds: last.Seconds, Zone: east}.Valid(), DateTime{Seconds: math.MinInt64}.Valid(), DateTime{Seconds: math.MaxInt64}.Valid(),
	} {
		if valid {
			t.Errorf("%d is accepted", i)
		}
	}
}
