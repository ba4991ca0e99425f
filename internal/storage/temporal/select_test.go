package temporal

import (
	"strconv"
	"strings"
	"testing"
)

// reference is a statement in the summer of 2015.
func reference(t *testing.T, zone string) Reference {
	t.Helper()
	z, err := LookupZone(zone)
	if err != nil {
		t.Fatal(err)
	}
	return Reference{Now: daysOf(2015, 7, 21) * SecondsPerDay, Zone: z}
}

// fieldsOf reads fields: "year 1984; date = datetime 1984-10-11; timezone +01:00".
func fieldsOf(t *testing.T, text string) *Fields {
	t.Helper()
	f := &Fields{}
	for item := range strings.SplitSeq(text, ";") {
		item = strings.TrimSpace(item)
		name, other, isOther := strings.Cut(item, " = ")
		if isOther {
			p := partsOf(t, other)
			switch name {
			case "date":
				f.Date = &p
			case "time":
				f.Time = &p
			case "datetime":
				f.DateTime = &p
			}
			continue
		}
		name, number, _ := strings.Cut(item, " ")
		if name == "timezone" {
			z, err := LookupZone(number)
			if err != nil {
				t.Fatal(err)
			}
			f.Zone, f.HasZone = z, true
			continue
		}
		if item == "" {
			continue
		}
		field, ok := memberNamed(fields, name)
		n, err := strconv.ParseInt(number, 10, 64)
		if !ok || err != nil {
			t.Fatalf("%q: %v, %v", item, ok, err)
		}
		f.Set(field, n)
	}
	return f
}

func TestSelectDate(t *testing.T) {
	for text, want := range map[string]string{
		"year 1984; month 10; day 11":                            "1984-10-11",
		"year 1984; month 10":                                    "1984-10-01",
		"year 1984; week 10; dayOfWeek 3":                        "1984-03-07",
		"year 1984; week 10":                                     "1984-03-05",
		"year 1984":                                              "1984-01-01",
		"year 1984; ordinalDay 202":                              "1984-07-20",
		"year 1984; quarter 3; dayOfQuarter 45":                  "1984-08-14",
		"year 1984; quarter 3":                                   "1984-07-01",
		"year 1817; week 1":                                      "1816-12-30",
		"year 1818; week 53":                                     "1818-12-28",
		"date = date 1816-12-30; week 2; dayOfWeek 3":            "1817-01-08",
		"date = date 1816-12-31; week 2":                         "1817-01-07",
		"date = date 1816-12-31; year 1817; week 2":              "1817-01-07",
		"date = date 1984-11-11":                                 "1984-11-11",
		"date = date 1984-11-11; year 28":                        "0028-11-11",
		"date = date 1984-11-11; day 28":                         "1984-11-28",
		"date = date 1984-11-11; week 1":                         "1984-01-08",
		"date = date 1984-11-11; ordinalDay 28":                  "1984-01-28",
		"date = date 1984-11-11; quarter 3":                      "1984-08-11",
		"date = date 1984-05-31; quarter 4":                      "1984-11-30",
		"date = date 1984-05-31; dayOfQuarter 1":                 "1984-04-01",
		"date = date 1984-02-29; year 2015":                      "2015-02-28",
		"date = date 2015-01-31; month 2":                        "2015-02-28",
		"date = date 2020-12-31; year 2021; dayOfWeek 4":         "2021-12-30",
		"date = localdatetime 1984-11-11T12:31":                  "1984-11-11",
		"datetime = datetime 1984-11-11T12:31[Europe/Stockholm]": "1984-11-11",

		"":                                          "year must be given",
		"month 2":                                   "year must be given, since month is",
		"year 1984; day 2":                          "month must be given, since day is",
		"year 1984; dayOfWeek 2":                    "week must be given, since dayOfWeek is",
		"year 1984; dayOfQuarter 2":                 "quarter must be given, since dayOfQuarter is",
		"year 1984; month 2; week 3":                "month and week cannot be given together",
		"year 1984; day 2; ordinalDay 3":            "day and ordinalDay cannot be given together",
		"year 1984; hour 3":                         "a date has no hour",
		"year 1984; timezone Z":                     "a date has no timezone",
		"date = localtime 12:00":                    "a local time has no date",
		"date = time 12:00":                         "a time has no date",
		"time = time 12:00; year 1984":              "a date has no time",
		"date = date 1984; datetime = date 1984":    "datetime and date cannot be given together",
		"date = date 1984; quarter 5":               "quarter must be between 1 and 4, but is 5",
		"date = date 1984; month 0":                 "month must be between 1 and 12, but is 0",
		"date = date 1984; month 13; day 1":         "month must be between 1 and 12, but is 13",
		"date = date 2015-01-31; month 2; day 31":   "day must be between 1 and 28 in 2015-02, but is 31",
		"date = date 1984; year 1000000000; week 1": "year must be between -999999999 and 999999999, but is 1000000000",
		"year -1000000000":                          "year must be between -999999999 and 999999999, but is -1000000000",
	} {
		d, err := SelectDate(fieldsOf(t, text))
		if got := said(d, err); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestSelectTime(t *testing.T) {
	const named = "datetime 1984-10-11T12:00[Europe/Stockholm]"
	for text, want := range map[string]string{
		"hour 12; minute 31; second 14; nanosecond 789; millisecond 123; microsecond 456": "12:31:14.123456789Z",
		"hour 12; minute 31; second 14; nanosecond 645876123":                             "12:31:14.645876123Z",
		"hour 12; minute 31; second 14; nanosecond 3; timezone +01:00":                    "12:31:14.000000003+01:00",
		"hour 12; minute 31; second 14; microsecond 645876":                               "12:31:14.645876Z",
		"hour 12":                                             "12:00Z",
		"hour 12; timezone Europe/Stockholm":                  "12:00+02:00",
		"time = localtime 12:31:14.645":                       "12:31:14.645Z",
		"time = localtime 12:31:14.645; timezone +05:00":      "12:31:14.645+05:00",
		"time = localtime 12:31:14.645; second 42":            "12:31:42.645Z",
		"time = localtime 12:31:14.645; microsecond 1":        "12:31:14.000001Z",
		"time = time 12:31:14+01:00":                          "12:31:14+01:00",
		"time = time 12:31:14+01:00; timezone +05:00":         "16:31:14+05:00",
		"time = time 12:31+01:00; second 42; timezone +05:00": "16:31:42+05:00",
		"time = time 00:30+01:00; timezone -01:00":            "22:30-01:00",
		"time = " + named:                                     "12:00+01:00",
		"datetime = " + named + "; timezone +05:00":           "16:00+05:00",

		"":                                       "hour must be given",
		"minute 1":                               "hour must be given, since minute is",
		"hour 1; second 1":                       "minute must be given, since second is",
		"hour 1; minute 1; nanosecond 1":         "second must be given, since nanosecond is",
		"hour 24":                                "hour must be between 0 and 23, but is 24",
		"hour 1; minute -1":                      "minute must be between 0 and 59, but is -1",
		"time = time 12:00; millisecond 1000":    "millisecond must be between 0 and 999, but is 1000",
		"time = time 12:00; microsecond 1000000": "microsecond must be between 0 and 999999, but is 1000000",
		"time = time 12:00; millisecond 1; microsecond 1000": "microsecond must be between 0 and 999, but is 1000",
		"time = time 12:00; microsecond 1; nanosecond 1000":  "nanosecond must be between 0 and 999, but is 1000",
		"time = date 1984":                       "a date has no time of day",
		"date = date 1984; hour 1":               "a time has no date",
		"hour 1; year 1":                         "a time has no year",
		"time = time 12:00; datetime = " + named: "datetime and time cannot be given together",
	} {
		x, err := SelectTime(fieldsOf(t, text), reference(t, "Z"))
		if got := said(x, err); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
		f := fieldsOf(t, text)
		if local, err := SelectLocalTime(f); !f.HasZone && err == nil && local != x.Local() {
			t.Errorf("%s: %s as a local time", text, local)
		}
	}
	x, err := SelectTime(fieldsOf(t, "hour 12"), reference(t, "Europe/Stockholm"))
	if got := said(x, err); got != "12:00+02:00" {
		t.Errorf("the zone of the statement: %s", got)
	}
	y, err := SelectLocalTime(fieldsOf(t, "hour 12; timezone Z"))
	if got := said(y, err); got != "a local time has no timezone" {
		t.Errorf("a local time with a zone: %s", got)
	}
}

func TestSelectDateTime(t *testing.T) {
	const named = "datetime 1984-10-11T12:00[Europe/Stockholm]"
	for text, want := range map[string]string{
		"year 1984; month 10; day 11; hour 12":                                                       "1984-10-11T12:00Z",
		"year 1984; week 10; dayOfWeek 3; hour 12; minute 31; timezone +01:00":                       "1984-03-07T12:31+01:00",
		"year 1984; ordinalDay 202; hour 12; timezone Europe/Stockholm":                              "1984-07-20T12:00+02:00[Europe/Stockholm]",
		"year 1984; quarter 3; dayOfQuarter 45":                                                      "1984-08-14T00:00Z",
		"year 1984":                                                                                  "1984-01-01T00:00Z",
		"date = date 1984-10-11; hour 10; minute 10; second 10":                                      "1984-10-11T10:10:10Z",
		"date = date 1984-10-11; day 28; hour 10; timezone Pacific/Honolulu":                         "1984-10-28T10:00-10:00[Pacific/Honolulu]",
		"date = datetime 1984-10-11T12:00+01:00; hour 10":                                            "1984-10-11T10:00Z",
		"date = datetime 1984-10-11T12:00+01:00; hour 10; timezone +05:00":                           "1984-10-11T10:00+05:00",
		"year 1984; month 10; day 11; time = time 12:31+01:00":                                       "1984-10-11T12:31+01:00",
		"year 1984; month 10; day 11; time = time 12:31+01:00; timezone +05:00":                      "1984-10-11T16:31+05:00",
		"year 1984; month 10; day 11; time = time 12:31+01:00; second 42; timezone Pacific/Honolulu": "1984-10-11T01:31:42-10:00[Pacific/Honolulu]",
		"year 1984; month 10; day 11; time = localtime 12:31; timezone +05:00":                       "1984-10-11T12:31+05:00",
		"year 1984; month 10; day 11; time = " + named:                                               "1984-10-11T12:00+01:00[Europe/Stockholm]",
		"date = date 1984-03-07; time = " + named + "; day 28; second 42; timezone Pacific/Honolulu": "1984-03-28T00:00:42-10:00[Pacific/Honolulu]",
		"datetime = " + named:                                                    "1984-10-11T12:00+01:00[Europe/Stockholm]",
		"datetime = " + named + "; timezone +05:00":                              "1984-10-11T16:00+05:00",
		"datetime = " + named + "; day 28; second 42":                            "1984-10-28T12:00:42+01:00[Europe/Stockholm]",
		"datetime = localdatetime 1984-03-07T12:31:14.645; timezone +05:00":      "1984-03-07T12:31:14.645+05:00",
		"datetime = date 1984-03-07; timezone +05:00":                            "1984-03-07T00:00+05:00",
		"datetime = datetime 2017-10-29T02:30+01:00[Europe/Stockholm]":           "2017-10-29T02:30+01:00[Europe/Stockholm]",
		"datetime = datetime 2017-10-29T02:30+01:00[Europe/Stockholm]; minute 5": "2017-10-29T02:05+01:00[Europe/Stockholm]",
		"epochSeconds 416779; nanosecond 999999999":                              "1970-01-05T19:46:19.999999999Z",
		"epochMillis 237821673987":                                               "1977-07-15T13:34:33.987Z",
		"epochMillis -1; nanosecond 1; timezone Europe/Stockholm":                "1970-01-01T00:59:59.999000001+01:00[Europe/Stockholm]",

		"year 1984; hour 12":                                          "day must be given, since hour is",
		"year 1984; month 1; hour 12":                                 "day must be given, since hour is",
		"year 1984; week 1; hour 12":                                  "day must be given, since hour is",
		"year 1984; month 1; day 1; minute 12":                        "hour must be given, since minute is",
		"hour 12":                                                     "year must be given, since hour is",
		"epochSeconds 1; epochMillis 1":                               "epochSeconds and epochMillis cannot be given together",
		"epochSeconds 1; year 1":                                      "epochSeconds and year cannot be given together",
		"epochSeconds 1; date = date 1984":                            "epochSeconds and another instant cannot be given together",
		"epochMillis 1; nanosecond 1000000":                           "nanosecond must be between 0 and 999999, but is 1000000",
		"epochSeconds 9223372036854775807":                            "the result lies outside the years -999999999 to 999999999",
		"year 1984; time = date 1984":                                 "a date has no time of day",
		"date = date 1984; datetime = " + named:                       "datetime and date cannot be given together",
		"datetime = " + named + "; time = time 12:00":                 "datetime and time cannot be given together",
		"datetime = datetime +999999999-12-31T23:00; timezone +02:00": "the result lies outside the years -999999999 to 999999999",
	} {
		x, err := SelectDateTime(fieldsOf(t, text), reference(t, "Z"))
		if got := said(x, err); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"date = datetime 1984-10-11T12:00+01:00; time = time 16:30+05:00": "1984-10-11T16:30",
		"datetime = " + named + "; minute 5":                              "1984-10-11T12:05",
		"datetime = date 1984-10-11; hour 5":                              "1984-10-11T05:00",
		"year 1984; month 10; day 11; time = localtime 12:31; second 42":  "1984-10-11T12:31:42",
		"year 1984; timezone Z":                                           "a local datetime has no timezone",
		"year 1984; epochMillis 1":                                        "a local datetime has no epochMillis",
	} {
		x, err := SelectLocalDateTime(fieldsOf(t, text))
		if got := said(x, err); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// TestToOtherKinds takes each kind to each other, with what is missing from a reference or refused.
func TestToOtherKinds(t *testing.T) {
	stockholm := reference(t, "Europe/Stockholm")
	for _, c := range []struct{ from, date, localTime, time, localDateTime, dateTime string }{
		{"date 1984-10-11", "1984-10-11", "a date has no time of day", "a date has no time of day", "1984-10-11T00:00", "1984-10-11T00:00+01:00[Europe/Stockholm]"},
		{"localtime 12:31", "a local time has no date", "12:31", "12:31+02:00", "a local time has no date", "a local time has no date"},
		{"time 12:31+05:00", "a time has no date", "12:31", "12:31+05:00", "a time has no date", "a time has no date"},
		{"localdatetime 1984-07-11T12:31", "1984-07-11", "12:31", "12:31+02:00", "1984-07-11T12:31", "1984-07-11T12:31+02:00[Europe/Stockholm]"},
		{"datetime 2017-10-29T02:30+01:00[Europe/Stockholm]", "2017-10-29", "02:30", "02:30+01:00", "2017-10-29T02:30", "2017-10-29T02:30+01:00[Europe/Stockholm]"},
	} {
		p := partsOf(t, c.from)
		date, err := p.ToDate()
		localTime, err2 := p.ToLocalTime()
		time, err3 := p.ToTime(stockholm)
		localDateTime, err4 := p.ToLocalDateTime()
		dateTime, err5 := p.ToDateTime(stockholm)
		for i, pair := range [][2]string{
			{said(date, err), c.date},
			{said(localTime, err2), c.localTime},
			{said(time, err3), c.time},
			{said(localDateTime, err4), c.localDateTime},
			{said(dateTime, err5), c.dateTime},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s, %d: %s, want %s", c.from, i, pair[0], pair[1])
			}
		}
	}
}
