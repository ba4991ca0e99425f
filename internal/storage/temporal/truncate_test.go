package temporal

import "testing"

func TestTruncateUnits(t *testing.T) {
	const at = "localdatetime 1984-11-11T12:31:14.645876123"
	for unit, want := range map[string]string{
		"millennium": "1000-01-01T00:00", "century": "1900-01-01T00:00", "decade": "1980-01-01T00:00",
		"year": "1984-01-01T00:00", "weekyear": "1984-01-02T00:00", "quarter": "1984-10-01T00:00",
		"month": "1984-11-01T00:00", "week": "1984-11-05T00:00", "Day": "1984-11-11T00:00",
		"hour": "1984-11-11T12:00", "minute": "1984-11-11T12:31", "second": "1984-11-11T12:31:14",
		"millisecond": "1984-11-11T12:31:14.645", "microsecond": "1984-11-11T12:31:14.645876",
	} {
		u, ok := UnitNamed(unit)
		x, err := TruncateLocalDateTime(u, partsOf(t, at), &Fields{})
		if got := said(x, err); !ok || got != want {
			t.Errorf("%s: %s, want %s", unit, got, want)
		}
	}
	if _, ok := UnitNamed("nanosecond"); ok {
		t.Error("there is a unit of nanoseconds")
	}
}

func TestTruncate(t *testing.T) {
	const (
		zoned = "datetime 1984-10-11T12:31:14.645876123-01:00"
		local = "localdatetime 1984-10-11T12:31:14.645876123"
		date  = "date 1984-10-11"
		time  = "time 12:31:14.645876123-01:00"
		ltime = "localtime 12:31:14.645876123"
	)
	for _, c := range []struct{ kind, unit, from, fields, want string }{
		{"date", "millennium", "date 2017-10-11", "day 2", "2000-01-02"},
		{"date", "century", zoned, "", "1900-01-01"},
		{"date", "decade", "date -0001-10-11", "", "-0010-01-01"},
		{"date", "weekYear", "date 1984-02-01", "day 5", "1984-01-05"},
		{"date", "weekYear", "datetime 1984-01-01T12:31", "day 5", "1983-01-05"},
		{"date", "quarter", "date 1984-11-11", "day 2", "1984-10-02"},
		{"date", "week", date, "dayOfWeek 2", "1984-10-09"},
		{"date", "hour", zoned, "", "a date cannot be cut to the hour"},
		{"date", "day", ltime, "", "a local time has no date"},
		{"date", "day", date, "hour 1", "a date has no hour"},
		{"date", "day", date, "timezone Z", "a date has no timezone"},
		{"date", "day", date, "date = date 1984", "what is cut off is replaced by fields, not by another instant"},
		{"date", "millennium", "date -999999999", "", "the result lies outside the years -999999999 to 999999999"},
		{"date", "week", "date -999999999", "", "-999999999-01-01"},
		{"datetime", "millennium", "date 2017-10-11", "timezone Europe/Stockholm", "2000-01-01T00:00+01:00[Europe/Stockholm]"},
		{"datetime", "millennium", zoned, "timezone Europe/Stockholm", "1000-01-01T00:00+00:53:28[Europe/Stockholm]"},
		{"datetime", "year", zoned, "day 2", "1984-01-02T00:00-01:00"},
		{"datetime", "day", date, "nanosecond 2", "1984-10-11T00:00:00.000000002Z"},
		{"datetime", "hour", zoned, "timezone Europe/Stockholm", "1984-10-11T12:00+01:00[Europe/Stockholm]"},
		{"datetime", "hour", date, "", "a date cannot be cut to the hour"},
		{"datetime", "millisecond", zoned, "nanosecond 2", "1984-10-11T12:31:14.645000002-01:00"},
		{"datetime", "hour", "datetime 2017-10-29T02:30+01:00[Europe/Stockholm]", "", "2017-10-29T02:00+01:00[Europe/Stockholm]"},
		{"datetime", "day", time, "", "a time has no date"},
		{"datetime", "day", zoned, "epochMillis 2", "a datetime has no epochMillis"},
		{"localdatetime", "microsecond", local, "nanosecond 2", "1984-10-11T12:31:14.645876002"},
		{"localdatetime", "microsecond", local, "nanosecond 1000", "nanosecond must be between 0 and 999, but is 1000"},
		{"localdatetime", "microsecond", local, "millisecond 1; nanosecond 2", "1984-10-11T12:31:14.001876002"},
		{"localdatetime", "millisecond", local, "microsecond 2", "1984-10-11T12:31:14.645002"},
		{"localdatetime", "second", zoned, "nanosecond 2", "1984-10-11T12:31:14.000000002"},
		{"localdatetime", "day", date, "timezone Z", "a local datetime has no timezone"},
		{"localtime", "day", zoned, "nanosecond 2", "00:00:00.000000002"},
		{"localtime", "hour", ltime, "", "12:00"},
		{"localtime", "month", ltime, "", "a local time cannot be cut to the month"},
		{"localtime", "hour", date, "", "a date has no time of day"},
		{"localtime", "hour", ltime, "timezone Z", "a local time has no timezone"},
		{"localtime", "hour", ltime, "day 1", "a local time has no day"},
		{"time", "day", local, "", "00:00Z"},
		{"time", "hour", zoned, "timezone +01:00", "12:00+01:00"},
		{"time", "hour", time, "nanosecond 2", "12:00:00.000000002-01:00"},
		{"time", "microsecond", ltime, "nanosecond 2", "12:31:14.645876002Z"},
		{"time", "year", time, "", "a time cannot be cut to the year"},
	} {
		u, ok := UnitNamed(c.unit)
		if !ok {
			t.Fatal(c.unit)
		}
		p, f, r := partsOf(t, c.from), fieldsOf(t, c.fields), reference(t, "Z")
		var got string
		switch c.kind {
		case "date":
			x, err := TruncateDate(u, p, f)
			got = said(x, err)
		case "datetime":
			x, err := TruncateDateTime(u, p, f, r)
			got = said(x, err)
		case "localdatetime":
			x, err := TruncateLocalDateTime(u, p, f)
			got = said(x, err)
		case "localtime":
			x, err := TruncateLocalTime(u, p, f)
			got = said(x, err)
		default:
			x, err := TruncateTime(u, p, f, r)
			got = said(x, err)
		}
		if got != c.want {
			t.Errorf("%s of %s to the %s with %s: %s, want %s", c.kind, c.from, c.unit, c.fields, got, c.want)
		}
	}
}
