package tck

import (
	"fmt"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"

	"memgraphd/internal/storage/temporal"
)

// driverTemporal returns the canonical text of a temporal value of the driver. The driver
// keeps local times in time.Local, which startServers makes UTC.
func driverTemporal(v any) (any, error) {
	switch v := v.(type) {
	case dbtype.Date:
		return temporal.Date{Days: v.Time().Unix() / temporal.SecondsPerDay}.String(), nil
	case dbtype.LocalTime:
		return temporal.LocalTime{Nanos: sinceMidnight(v.Time())}.String(), nil
	case dbtype.Time:
		_, offset := v.Time().Zone()
		return temporal.Time{Nanos: sinceMidnight(v.Time()), Offset: int32(offset)}.String(), nil
	case dbtype.LocalDateTime:
		return temporal.LocalDateTime{Seconds: v.Time().Unix(), Nanos: int32(v.Time().Nanosecond())}.String(), nil
	case time.Time:
		zone, err := zoneOf(v)
		if err != nil {
			return nil, err
		}
		return temporal.DateTime{Seconds: v.Unix(), Nanos: int32(v.Nanosecond()), Zone: zone}.String(), nil
	case dbtype.Duration:
		d := temporal.Duration{Months: v.Months, Days: v.Days, Seconds: v.Seconds, Nanos: int32(v.Nanos)}
		return fmt.Sprint(d), nil
	}
	return nil, fmt.Errorf("a value of type %T, for which cells have no form", v)
}

// sinceMidnight is the time of day of t in nanoseconds.
func sinceMidnight(t time.Time) int64 {
	seconds := (t.Hour()*60+t.Minute())*60 + t.Second()
	return int64(seconds)*temporal.NanosPerSecond + int64(t.Nanosecond())
}

// zoneOf returns the zone of t. The driver calls every fixed offset "Offset".
func zoneOf(t time.Time) (*temporal.Zone, error) {
	if name := t.Location().String(); name != "Offset" {
		return temporal.LookupZone(name)
	}
	_, offset := t.Zone()
	return temporal.FixedZone(int32(offset)), nil
}
