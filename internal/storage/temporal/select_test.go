package temporal

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// fieldsOf reads fields: "year 1984 month 10".
func fieldsOf(t *testing.T, text string) Fields {
	t.Helper()
	var f Fields
	words := strings.Fields(text)
	for i := 0; i < len(words); i += 2 {
		field, ok := FieldOf(words[i])
		if !ok {
			t.Fatalf("no field %s", words[i])
		}
		n, err := strconv.ParseInt(words[i+1], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		f.Set(field, n)
	}
	return f
}

func TestSelectDate(t *testing.T) {
	for _, c := range []struct{ base, fields, want string }{
		{"", "year 1984", "1984-01-01"},
		{"", "year 1984 month 10 day 11", "1984-10-11"},
		{"", "year 1817 week 1", "1816-12-30"},
		{"", "weekYear 1817 week 1 weekDay 2", "1816-12-31"},
		{"", "year 1984 quarter 3", "1984-07-01"},
		{"", "year 1984 quarter 3 dayOfQuarter 45", "1984-08-14"},
		{"", "year 1984 ordinalDay 202", "1984-07-20"},
		{"1984-11-11", "", "1984-11-11"},
		{"1984-11-11", "year 28", "0028-11-11"},
		{"1984-11-11", "week 1", "1984-01-08"},
		{"1984-11-11", "quarter 3", "1984-08-11"},
		{"1984-05-31", "quarter 4", "1984-11-30"},
		{"1984-11-11", "dayOfQuarter 2", "1984-10-02"},
		{"1984-11-11", "quarter 1 quarterDay 2", "1984-01-02"},
		{"1984-11-11", "ordinalDay 28", "1984-01-28"},
		{"1984-02-29", "year 1985", "1985-02-28"},
		{"1984-01-31", "month 2", "1984-02-29"},
		{"1816-12-31", "year 1817 week 2", "1817-01-07"},
		{"", "", "year is missing"},
		{"", "month 2", "month is given without year"},
		{"", "year 1984 day 2", "day is given without month"},
		{"", "year 1984 dayOfWeek 2", "dayOfWeek is given without week"},
		{"", "year 1984 dayOfQuarter 2", "dayOfQuarter is given without quarter"},
		{"", "weekYear 1984", "weekYear is given without week"},
		{"", "year 1984 month 2 week 3", "month and week cannot be given together"},
		{"", "year 1984 weekYear 1984 week 3", "year and weekYear cannot be given together"},
		{"1984-11-11", "day 2 ordinalDay 3", "day and ordinalDay cannot be given together"},
		{"1984-11-11", "month 2 day 30", "day must be between 1 and 29 in 1984-02, but is 30"},
		{"1984-11-11", "month 13", "month must be between 1 and 12, but is 13"},
		{"1984-11-11", "quarter 5", "quarter must be between 1 and 4, but is 5"},
		{"", "year 1985 week 53", "week must be between 1 and 52 in 1985, but is 53"},
		{"", "year 1000000000", "year must be between -999999999 and 999999999, but is 1000000000"},
	} {
		f := fieldsOf(t, c.fields)
		var base *Date
		if c.base != "" {
			d, err := ParseDate(c.base)
			if err != nil {
				t.Fatal(err)
			}
			base = &d
		}
		d, err := f.Date(base)
		if got := said(d, err); got != c.want {
			t.Errorf("%q of %q: %s, want %s", c.fields, c.base, got, c.want)
		}
	}
}

func TestSelectTime(t *testing.T) {
	for _, c := range []struct{ base, fields, want string }{
		{"", "", "00:00"},
		{"", "hour 12 minute 31 second 14 nanosecond 789 millisecond 123 microsecond 456", "12:31:14.123456789"},
		{"", "hour 12 minute 31 second 14 nanosecond 645876123", "12:31:14.645876123"},
		{"", "hour 12 minute 31 second 14 millisecond 1 nanosecond 999999", "12:31:14.001999999"},
		{"12:31:14.645", "second 42", "12:31:42.645"},
		{"12:31:14.645", "nanosecond 2", "12:31:14.000000002"},
		{"12:31:14.645", "hour 0", "00:31:14.645"},
		{"", "minute 1", "minute is given without hour"},
		{"", "hour 1 minute 2 microsecond 1", "microsecond is given without second"},
		{"", "hour 24", "hour must be between 0 and 23, but is 24"},
		{"12:00", "millisecond 1 microsecond 1000", "microsecond must be between 0 and 999, but is 1000"},
		{"12:00", "microsecond 1000000", "microsecond must be between 0 and 999999, but is 1000000"},
		{"12:00", "millisecond -1", "millisecond must be between 0 and 999, but is -1"},
	} {
		f := fieldsOf(t, c.fields)
		var base *LocalTime
		if c.base != "" {
			b, err := ParseLocalTime(c.base)
			if err != nil {
				t.Fatal(err)
			}
			base = &b
		}
		got, err := f.LocalTime(base)
		if got := said(got, err); got != c.want {
			t.Errorf("%q of %q: %s, want %s", c.fields, c.base, got, c.want)
		}
	}
}

func said(x fmt.Stringer, err error) string {
	if err != nil {
		return err.Error()
	}
	return x.String()
}

func TestTruncate(t *testing.T) {
	d, clock := Date{daysOf(1984, 11, 11)}, LocalTime{45_074_645_876_123}
	for name, want := range map[string]string{
		"millennium": "1000-01-01T00:00", "century": "1900-01-01T00:00", "decade": "1980-01-01T00:00",
		"year": "1984-01-01T00:00", "weekyear": "1984-01-02T00:00", "quarter": "1984-10-01T00:00",
		"month": "1984-11-01T00:00", "week": "1984-11-05T00:00", "day": "1984-11-11T00:00",
		"hour": "1984-11-11T12:00", "minute": "1984-11-11T12:31", "second": "1984-11-11T12:31:14",
		"millisecond": "1984-11-11T12:31:14.645", "microsecond": "1984-11-11T12:31:14.645876",
	} {
		u, ok := UnitOf(name)
		first, err := d.Truncate(u)
		if got := said(NewLocalDateTime(first, clock.Truncate(u)), err); !ok || got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	for _, c := range []struct {
		year int64
		unit Unit
		want string
	}{
		{-1, UnitMillennium, "-1000-01-01"},
		{-1000, UnitCentury, "-1000-01-01"},
		{MinYear, UnitDecade, "year must be between -999999999 and 999999999, but is -1000000000"},
		{MaxYear, UnitMillennium, "+999999000-01-01"},
	} {
		got, err := Date{daysOf(c.year, 6, 1)}.Truncate(c.unit)
		if got := said(got, err); got != c.want {
			t.Errorf("%d to the %s: %s, want %s", c.year, c.unit, got, c.want)
		}
	}
}
