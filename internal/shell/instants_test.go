package shell

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"

	"memgraphd/internal/storage/temporal"
)

// TestInstantText holds the texts of what the driver makes of extreme values.
func TestInstantText(t *testing.T) {
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	date := func(days int64) dbtype.Date { return dbtype.Date(time.Unix(days*86_400, 0).UTC()) }
	local := func(seconds, nanos int64) dbtype.LocalDateTime {
		return dbtype.LocalDateTime(time.Unix(seconds, nanos).UTC())
	}
	clock := time.Date(0, 0, 0, 0, 0, 43_201, 500_000_000, time.FixedZone("Offset", 3600))
	for _, c := range []struct {
		v    any
		want string
	}{
		{date(temporal.MinDays), "-999999999-01-01"},
		{date(temporal.MaxDays), "+999999999-12-31"},
		{date(-719_529), "-0001-12-31"},
		{date(19_724), "2024-01-02"},
		{local(-1, 999_999_999), "1969-12-31T23:59:59.999999999"},
		{local(temporal.MinDays*86_400, 0), "-999999999-01-01T00:00"},
		{dbtype.Time(clock), "12:00:01.5+01:00"},
		{dbtype.Time(clock.In(time.FixedZone("Offset", -64_800))), "17:00:01.5-18:00"},
		{dbtype.LocalTime(time.Date(0, 0, 0, 0, 0, 86_399, 1, time.Local)), "23:59:59.000000001"},
		{time.Unix(0, 5).In(time.FixedZone("Offset", 0)), "1970-01-01T00:00:00.000000005Z"},
		{time.Unix(1_720_000_000, 0).In(stockholm), "2024-07-03T11:46:40+02:00[Europe/Stockholm]"},
		{time.Unix(0, 0).UTC(), "1970-01-01T00:00Z[UTC]"},
		{dbtype.Duration{}, "PT0S"},
		{dbtype.Duration{Days: 1, Seconds: 7200}, "P1DT2H"},
		{dbtype.Duration{Seconds: -1, Nanos: 999_999_999}, "PT-0.000000001S"},
		{dbtype.Point2D{X: math.NaN(), Y: math.Inf(-1), SpatialRefId: 7203}, "point({srid:7203, x:NaN, y:-Infinity})"},
		{dbtype.Point3D{X: 1, Y: 2.5, Z: -1e20, SpatialRefId: 4979}, "point({srid:4979, x:1.0, y:2.5, z:-1e+20})"},
		{&dbtype.InvalidValue{Message: "zone", Err: errors.New("unknown")}, `{"message": "zone", "error": "unknown"}`},
	} {
		if got := string(appendCypher(nil, c.v)); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
		if got, want := string(appendJSON(nil, c.v)), string(appendJSONString(nil, c.want)); got != want && got[0] == '"' {
			t.Errorf("got %s as JSON, want %s", got, want)
		}
	}
	if got := string(appendCypher(nil, []any{neo4j.Date{}, map[string]any{"d": date(0)}})); got != "[0001-01-01, {d: 1970-01-01}]" {
		t.Errorf("got %s", got)
	}
}
