package temporal

import (
	"strings"
	"testing"
)

// partsOf reads an instant with its type before it: "date 1984-10-11".
func partsOf(t *testing.T, text string) Parts {
	t.Helper()
	kind, text, _ := strings.Cut(text, " ")
	var p Parts
	var err error
	switch kind {
	case "date":
		var d Date
		d, err = ParseDate(text)
		p = d.Parts()
	case "localtime":
		var d LocalTime
		d, err = ParseLocalTime(text)
		p = d.Parts()
	case "time":
		var d Time
		d, err = ParseTime(text, 0)
		p = d.Parts()
	case "localdatetime":
		var d LocalDateTime
		d, err = ParseLocalDateTime(text)
		p = d.Parts()
	default:
		var d DateTime
		d, err = ParseDateTime(text, nil)
		p = d.Parts()
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestBetween(t *testing.T) {
	const dt, ldt = "datetime 2014-07-21T21:40:36.143+0200", "localdatetime 2015-07-21T21:40:32.142"
	for _, c := range []struct{ from, to, between, months, days, seconds string }{
		{"date 1984-10-11", "date 2015-06-24", "P30Y8M13D", "P30Y8M", "P11213D", "PT269112H"},
		{"date 1984-10-11", "localdatetime 2016-07-21T21:45:22.142", "P31Y9M10DT21H45M22.142S", "P31Y9M", "P11606D", "PT278565H45M22.142S"},
		{"date 1984-10-11", "datetime 2015-07-21T21:40:32.142+0100", "P30Y9M10DT21H40M32.142S", "P30Y9M", "P11240D", "PT269781H40M32.142S"},
		{"date 1984-10-11", "localtime 16:30", "PT16H30M", "PT0S", "PT0S", "PT16H30M"},
		{"date 1984-10-11", "time 16:30+0100", "PT16H30M", "PT0S", "PT0S", "PT16H30M"},
		{"localtime 14:30", "date 2015-06-24", "PT-14H-30M", "PT0S", "PT0S", "PT-14H-30M"},
		{"localtime 14:30", "localdatetime 2016-07-21T21:45:22.142", "PT7H15M22.142S", "PT0S", "PT0S", "PT7H15M22.142S"},
		{"localtime 14:30", "datetime 2015-07-21T21:40:32.142+0100", "PT7H10M32.142S", "PT0S", "PT0S", "PT7H10M32.142S"},
		{"localtime 14:30", "localtime 16:30", "PT2H", "PT0S", "PT0S", "PT2H"},
		{"localtime 14:30", "time 16:30+0100", "PT2H", "PT0S", "PT0S", "PT2H"},
		{"time 14:30", "date 2015-06-24", "PT-14H-30M", "PT0S", "PT0S", "PT-14H-30M"},
		{"time 14:30", "datetime 2015-07-21T21:40:32.142+0100", "PT6H10M32.142S", "PT0S", "PT0S", "PT6H10M32.142S"},
		{"time 14:30", "time 16:30+0100", "PT1H", "PT0S", "PT0S", "PT1H"},
		{ldt, "date 2015-06-24", "P-27DT-21H-40M-32.142S", "PT0S", "P-27D", "PT-669H-40M-32.142S"},
		{ldt, "localdatetime 2016-07-21T21:45:22.142", "P1YT4M50S", "P1Y", "P366D", "PT8784H4M50S"},
		{ldt, "datetime 2015-07-21T21:40:32.142+0100", "PT0S", "PT0S", "PT0S", "PT0S"},
		{ldt, "localtime 16:30", "PT-5H-10M-32.142S", "PT0S", "PT0S", "PT-5H-10M-32.142S"},
		{dt, "date 2015-06-24", "P11M2DT2H19M23.857S", "P11M", "P337D", "PT8090H19M23.857S"},
		{dt, "localdatetime 2016-07-21T21:45:22.142", "P2YT4M45.999S", "P2Y", "P731D", "PT17544H4M45.999S"},
		{dt, "datetime 2015-07-21T21:40:32.142+0100", "P1YT59M55.999S", "P1Y", "P365D", "PT8760H59M55.999S"},
		{dt, "time 16:30+0100", "PT-4H-10M-36.143S", "PT0S", "PT0S", "PT-4H-10M-36.143S"},
		{"date 2018-03-11", "date 2016-06-24", "P-1Y-8M-17D", "P-1Y-8M", "P-625D", "PT-15000H"},
		{"date 2018-07-21", "datetime 2016-07-21T21:40:32.142+0100", "P-1Y-11M-30DT-2H-19M-27.858S", "P-1Y-11M", "P-729D", "PT-17498H-19M-27.858S"},
		{"datetime 2018-07-21T21:40:36.143+0500", "datetime 1984-07-21T22:40:36.143+0200", "P-33Y-11M-30DT-20H", "P-33Y-11M", "P-12417D", "PT-298028H"},
		{"localdatetime 2018-01-02T10:00:00.1", "localdatetime 2018-01-01T10:00:00.2", "PT-23H-59M-59.9S", "PT0S", "PT0S", "PT-23H-59M-59.9S"},
		{"datetime 2017-10-28T23:00+02:00[Europe/Stockholm]", "datetime 2017-10-29T04:00+01:00[Europe/Stockholm]", "PT6H", "PT0S", "PT0S", "PT6H"},
		{"datetime 2017-10-29T04:00+01:00[Europe/Stockholm]", "datetime 2017-10-28T23:00+02:00[Europe/Stockholm]", "PT-6H", "PT0S", "PT0S", "PT-6H"},
		{"datetime 2017-10-29T00:00[Europe/Stockholm]", "localdatetime 2017-10-29T04:00", "PT5H", "PT0S", "PT0S", "PT5H"},
		{"localtime 00:00", "datetime 2017-10-29T04:00[Europe/Stockholm]", "PT5H", "PT0S", "PT0S", "PT5H"},
		{"datetime 2017-10-29T00:00[Europe/Stockholm]", "date 2017-10-30", "P1D", "PT0S", "P1D", "PT25H"},
		{"date -999999999-01-01", "date +999999999-12-31", "P1999999998Y11M30D", "P1999999998Y11M", "P730484999633D", "PT17531639991192H"},
		{"localdatetime -999999999-01-01", "localdatetime +999999999-12-31T23:59:59", "P1999999998Y11M30DT23H59M59S", "P1999999998Y11M", "P730484999633D", "PT17531639991215H59M59S"},
		{"localtime 12:44:54.7", "localtime 12:34:55.3", "PT-9M-59.4S", "PT0S", "PT0S", "PT-9M-59.4S"},
		{"localtime 12:34:56", "localtime 12:34:55.7", "PT-0.3S", "PT0S", "PT0S", "PT-0.3S"},
	} {
		from, to := partsOf(t, c.from), partsOf(t, c.to)
		between, err := Between(from, to)
		if got := said(between, err); got != c.between {
			t.Errorf("between %s and %s: %s, want %s", c.from, c.to, got, c.between)
		}
		if got := InMonths(from, to).String(); got != c.months {
			t.Errorf("months between %s and %s: %s, want %s", c.from, c.to, got, c.months)
		}
		if got := InDays(from, to).String(); got != c.days {
			t.Errorf("days between %s and %s: %s, want %s", c.from, c.to, got, c.days)
		}
		if got := InSeconds(from, to).String(); got != c.seconds {
			t.Errorf("seconds between %s and %s: %s, want %s", c.from, c.to, got, c.seconds)
		}
	}
}
