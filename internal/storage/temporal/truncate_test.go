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

// What truncations are of.
const (
	zonedInstant = "datetime 1984-10-11T12:31:14.645876123-01:00"
	localInstant = "localdatetime 1984-10-11T12:31:14.645876123"
	justDate     = "date 1984-10-11"
	zonedTime    = "time 12:31:14.645876123-01:00"
	localTime    = "localtime 12:31:14.645876123"
)

// truncations are texts of what a function for a kind of instant makes of another one, cut to a
// unit, with fields in place of what is cut off.
var truncations = []struct{ kind, unit, from, fields, want string }{
	{"date", "millennium", "date 2017-10-11", "day 2", "2000-01-02"},
	{"date", "century", zonedInstant, "", "1900-01-01"},
	{"date", "decade", "date -0001-10-11", "", "-0010-01-01"},
	{"date", "weekYear", "date 1984-02-01", "day 5", "1984-01-05"},
	{"date", "weekYear", "datetime 1984-01-01T12:31", "day 5", "1983-01-05"},
	{"date", "quarter", "date 1984-11-11", "day 2", "1984-10-02"},
	{"date", "week", justDate, "dayOfWeek 2", "1984-10-09"},
	{"date", "hour", zonedInstant, "", "a date cannot be cut to the hour"},
	{"date", "day", localTime, "", "a local time has no date"},
	{"date", "day", justDate, "hour 1", "a date has no hour"},
	{"date", "day", justDate, "timezone Z", "a date has no timezone"},
	{"date", "day", justDate, "date = date 1984", "what is cut off is replaced by fields, not by another instant"},
	{"date", "millennium", "date -999999999", "", "the result lies outside the years -999999999 to 999999999"},
	{"date", "week", "date -999999999", "", "-999999999-01-01"},
	{"datetime", "millennium", "date 2017-10-11", "timezone Europe/Stockholm", "2000-01-01T00:00+01:00[Europe/Stockholm]"},
	{"datetime", "millennium", zonedInstant, "timezone Europe/Stockholm", "1000-01-01T00:00+00:53:28[Europe/Stockholm]"},
	{"datetime", "year", zonedInstant, "day 2", "1984-01-02T00:00-01:00"},
	{"datetime", "day", justDate, "nanosecond 2", "1984-10-11T00:00:00.000000002Z"},
	{"datetime", "hour", zonedInstant, "timezone Europe/Stockholm", "1984-10-11T12:00+01:00[Europe/Stockholm]"},
	{"datetime", "hour", justDate, "", "a date cannot be cut to the hour"},
	{"datetime", "millisecond", zonedInstant, "nanosecond 2", "1984-10-11T12:31:14.645000002-01:00"},
	{"datetime", "hour", "datetime 2017-10-29T02:30+01:00[Europe/Stockholm]", "", "2017-10-29T02:00+01:00[Europe/Stockholm]"},
	{"datetime", "day", zonedTime, "", "a time has no date"},
	{"datetime", "day", zonedInstant, "epochMillis 2", "a datetime has no epochMillis"},
	{"localdatetime", "microsecond", localInstant, "nanosecond 2", "1984-10-11T12:31:14.645876002"},
	{"localdatetime", "microsecond", localInstant, "nanosecond 1000", "nanosecond must be between 0 and 999, but is 1000"},
	{"localdatetime", "microsecond", localInstant, "millisecond 1; nanosecond 2", "1984-10-11T12:31:14.001876002"},
	{"localdatetime", "millisecond", localInstant, "microsecond 2", "1984-10-11T12:31:14.645002"},
	{"localdatetime", "second", zonedInstant, "nanosecond 2", "1984-10-11T12:31:14.000000002"},
	{"localdatetime", "day", justDate, "timezone Z", "a local datetime has no timezone"},
	{"localtime", "day", zonedInstant, "nanosecond 2", "00:00:00.000000002"},
	{"localtime", "hour", localTime, "", "12:00"},
	{"localtime", "month", localTime, "", "a local time cannot be cut to the month"},
	{"localtime", "hour", justDate, "", "a date has no time of day"},
	{"localtime", "hour", localTime, "timezone Z", "a local time has no timezone"},
	{"localtime", "hour", localTime, "day 1", "a local time has no day"},
	{"time", "day", localInstant, "", "00:00Z"},
	{"time", "hour", zonedInstant, "timezone +01:00", "12:00+01:00"},
	{"time", "hour", zonedTime, "nanosecond 2", "12:00:00.000000002-01:00"},
	{"time", "microsecond", localTime, "nanosecond 2", "12:31:14.645876002Z"},
	{"time", "year", zonedTime, "", "a time cannot be cut to the year"},
}

func TestTruncate(t *testing.T) {
	for _, c := range truncations {
		u, ok := UnitNamed(c.unit)
		if !ok {
			t.Fatal(c.unit)
		}
		got := truncated(c.kind, u, partsOf(t, c.from), fieldsOf(t, c.fields), reference(t, "Z"))
		if got != c.want {
			t.Errorf("%s of %s to the %s with %s: %s, want %s", c.kind, c.from, c.unit, c.fields, got, c.want)
		}
	}
}

// truncated calls the function of a kind.
func truncated(kind string, u Unit, p Parts, f *Fields, r Reference) string {
	switch kind {
	case "date":
		return said(TruncateDate(u, p, f))
	case "datetime":
		return said(TruncateDateTime(u, p, f, r))
	case "localdatetime":
		return said(TruncateLocalDateTime(u, p, f))
	case "localtime":
		return said(TruncateLocalTime(u, p, f))
	case "time":
		return said(TruncateTime(u, p, f, r))
	default:
		panic("no kind " + kind)
	}
}
