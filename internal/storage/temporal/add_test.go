package temporal

import "testing"

func TestAdd(t *testing.T) {
	a, b, c := "P12Y5M14DT16H13M10.000000002S", "P1M-14DT15H49M10S", "P12Y11M29DT33H58M13.500000003S"
	const local, zoned = "localdatetime 1984-10-11T12:31:14.000000001", "datetime 1984-10-11T12:31:14.000000001+01:00"
	for _, x := range []struct{ at, duration, sum, difference string }{
		{"date 1984-10-11", a, "1997-03-25", "1972-04-27"},
		{"date 1984-10-11", b, "1984-10-28", "1984-09-25"},
		{"date 1984-10-11", c, "1997-10-11", "1971-10-12"},
		{"date 1984-10-11", "PT-86399.5S", "1984-10-11", "1984-10-11"},
		{"date 1984-10-11", "PT-86400.5S", "1984-10-10", "1984-10-12"},
		{"date 2015-01-31", "P1M", "2015-02-28", "2014-12-31"},
		{"date 2016-02-29", "P1Y", "2017-02-28", "2015-02-28"},
		{"localtime 12:31:14.000000001", a, "04:44:24.000000003", "20:18:03.999999999"},
		{"localtime 12:31:14.000000001", b, "04:20:24.000000001", "20:42:04.000000001"},
		{"localtime 12:31:14.000000001", c, "22:29:27.500000004", "02:33:00.499999998"},
		{"localtime 00:00", "PT9223372036854775807.999999999S", "15:30:07.999999999", "08:29:52.000000001"},
		{"time 12:31:14.000000001+01:00", a, "04:44:24.000000003+01:00", "20:18:03.999999999+01:00"},
		{local, a, "1997-03-26T04:44:24.000000003", "1972-04-26T20:18:03.999999999"},
		{local, b, "1984-10-29T04:20:24.000000001", "1984-09-24T20:42:04.000000001"},
		{local, c, "1997-10-11T22:29:27.500000004", "1971-10-12T02:33:00.499999998"},
		{zoned, a, "1997-03-26T04:44:24.000000003+01:00", "1972-04-26T20:18:03.999999999+01:00"},
		{zoned, c, "1997-10-11T22:29:27.500000004+01:00", "1971-10-12T02:33:00.499999998+01:00"},
		{"datetime 2017-10-28T12:00[Europe/Stockholm]", "P1D", "2017-10-29T12:00+01:00[Europe/Stockholm]", "2017-10-27T12:00+02:00[Europe/Stockholm]"},
		{"datetime 2017-10-28T12:00[Europe/Stockholm]", "PT24H", "2017-10-29T11:00+01:00[Europe/Stockholm]", "2017-10-27T12:00+02:00[Europe/Stockholm]"},
		{"datetime 2017-03-25T02:30[Europe/Stockholm]", "P1D", "2017-03-26T03:30+02:00[Europe/Stockholm]", "2017-03-24T02:30+01:00[Europe/Stockholm]"},
		{"datetime 2017-10-29T02:30+01:00[Europe/Stockholm]", "PT1H", "2017-10-29T03:30+01:00[Europe/Stockholm]", "2017-10-29T02:30+02:00[Europe/Stockholm]"},
		{"date +999999999-12-31", "P1D", outside, "+999999999-12-30"},
		{"date -999999999-01-01", "P1M", "-999999999-02-01", outside},
		{"localdatetime +999999999-12-31T23:59:59.5", "PT0.5S", outside, "+999999999-12-31T23:59:59"},
		{"datetime +999999999-12-31T23:59:59.5+01:00", "PT0.5S", outside, "+999999999-12-31T23:59:59+01:00"},
		{"localdatetime 1984", "PT9223372036854775807S", outside, outside},
		{"localdatetime 1984", "P9223372036854775807D", outside, outside},
		{"datetime 1984", "P9223372036854775807M", outside, outside},
	} {
		d, err := ParseDuration(x.duration)
		if err != nil {
			t.Fatal(err)
		}
		sum, difference := addTo(t, partsOf(t, x.at), d)
		if sum != x.sum || difference != x.difference {
			t.Errorf("%s and %s: %s and %s, want %s and %s", x.at, x.duration, sum, difference, x.sum, x.difference)
		}
	}
}

const outside = "the result lies outside the years -999999999 to 999999999"

// addTo adds a duration to an instant, and subtracts it.
func addTo(t *testing.T, p Parts, d Duration) (sum, difference string) {
	t.Helper()
	switch p.Kind() {
	case "date":
		sum, err := p.Date.Add(d)
		difference, err2 := p.Date.Sub(d)
		return said(sum, err), said(difference, err2)
	case "local time":
		return p.Time.Add(d).String(), p.Time.Sub(d).String()
	case "time":
		x := Time{Nanos: p.Time.Nanos, Offset: p.Offset}
		return x.Add(d).String(), x.Sub(d).String()
	case "local datetime":
		x, _ := p.ToLocalDateTime()
		sum, err := x.Add(d)
		difference, err2 := x.Sub(d)
		return said(sum, err), said(difference, err2)
	default:
		x, _ := p.ToDateTime(Reference{})
		sum, err := x.Add(d)
		difference, err2 := x.Sub(d)
		return said(sum, err), said(difference, err2)
	}
}
