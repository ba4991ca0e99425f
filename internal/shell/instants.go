package shell

import (
	"fmt"
	"time"
	_ "time/tzdata" // so that named zones are known wherever the shell runs

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"

	"memgraphd/internal/storage/temporal"
)

// instantText returns the canonical text of a temporal value and the usual one of a point: 2024-01-02,
// 12:00:01.5+01:00, P1DT2H, point({srid:7203, x:1.0, y:2.0}). ok is false for other values.
func instantText(v any) (text string, ok bool) {
	switch v := v.(type) {
	case neo4j.Date:
		return dayOf(v.Time()).String(), true
	case neo4j.LocalTime:
		return clockOf(v.Time()).String(), true
	case neo4j.OffsetTime:
		return temporal.Time{Nanos: clockOf(v.Time()).Nanos, Offset: offsetOf(v.Time())}.String(), true
	case neo4j.LocalDateTime:
		return temporal.NewLocalDateTime(dayOf(v.Time()), clockOf(v.Time())).String(), true
	case time.Time:
		return temporal.DateTime{Seconds: v.Unix(), Nanos: int32(v.Nanosecond()), Zone: zoneOf(v)}.String(), true
	case neo4j.Duration:
		return temporal.Duration{Months: v.Months, Days: v.Days, Seconds: v.Seconds, Nanos: int32(v.Nanos)}.String(), true
	case neo4j.Point2D:
		return fmt.Sprintf("point({srid:%d, x:%s, y:%s})", v.SpatialRefId, appendFloat(nil, v.X), appendFloat(nil, v.Y)), true
	case neo4j.Point3D:
		return fmt.Sprintf("point({srid:%d, x:%s, y:%s, z:%s})",
			v.SpatialRefId, appendFloat(nil, v.X), appendFloat(nil, v.Y), appendFloat(nil, v.Z)), true
	case *dbtype.InvalidValue:
		return v.String(), true
	}
	return "", false
}

// dayOf returns the day that a calendar shows.
func dayOf(t time.Time) temporal.Date {
	seconds := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix()
	return temporal.Date{Days: seconds / temporal.SecondsPerDay} // exact: midnight
}

// clockOf returns the time that a clock shows.
func clockOf(t time.Time) temporal.LocalTime {
	seconds := int64(t.Hour())*3600 + int64(t.Minute())*60 + int64(t.Second())
	return temporal.LocalTime{Nanos: seconds*temporal.NanosPerSecond + int64(t.Nanosecond())}
}

func offsetOf(t time.Time) int32 {
	_, offset := t.Zone()
	return int32(offset)
}

// zoneOf returns the zone of an instant: by its name, unless it has a mere offset, which the driver calls
// "Offset".
func zoneOf(t time.Time) *temporal.Zone {
	name := t.Location().String()
	if name == "Offset" || name == "Local" {
		name = ""
	}
	zone, _ := temporal.StoredZone([]byte(name), offsetOf(t))
	return zone
}
