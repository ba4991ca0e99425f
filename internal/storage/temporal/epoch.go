package temporal

// FromEpoch returns the instant that is so many seconds and nanoseconds after
// 1970-01-01T00:00Z, seen from UTC. The nanoseconds may be negative or more than a second.
func FromEpoch(seconds, nanos int64) (DateTime, error) {
	seconds, ok := sum(seconds, floorDiv(nanos, NanosPerSecond))
	t := DateTime{Seconds: seconds, Nanos: int32(floorMod(nanos, NanosPerSecond))}
	if !ok || !t.Valid() {
		return DateTime{}, errInstantRange
	}
	return t, nil
}

// FromEpochMillis returns the instant that is so many milliseconds after 1970-01-01T00:00Z,
// seen from UTC.
func FromEpochMillis(millis int64) (DateTime, error) {
	return FromEpoch(floorDiv(millis, 1000), floorMod(millis, 1000)*nanosPerMilli)
}
