package temporal

import (
	"strings"
	"testing"
)

// parsers reads each type of instant and writes its canonical text.
var parsers = map[string]func(string) (string, error){
	"date":          func(s string) (string, error) { d, err := ParseDate(s); return d.String(), err },
	"localtime":     func(s string) (string, error) { t, err := ParseLocalTime(s); return t.String(), err },
	"time":          func(s string) (string, error) { t, err := ParseTime(s, 0); return t.String(), err },
	"localdatetime": func(s string) (string, error) { t, err := ParseLocalDateTime(s); return t.String(), err },
	"datetime":      func(s string) (string, error) { t, err := ParseDateTime(s, nil); return t.String(), err },
}

func TestParse(t *testing.T) {
	for kind, cases := range map[string]string{
		"date": `
2015-07-21 = 2015-07-21
20150721 = 2015-07-21
2015-7-1 = 2015-07-01
2015-07 = 2015-07-01
201507 = 2015-07-01
2015-W30-2 = 2015-07-21
2015-w30-2 = 2015-07-21
2015W302 = 2015-07-21
2015-W30 = 2015-07-20
2015W30 = 2015-07-20
2015-Q2-60 = 2015-05-30
2015Q260 = 2015-05-30
2015-Q2 = 2015-04-01
2015Q2 = 2015-04-01
2015-202 = 2015-07-21
2015202 = 2015-07-21
2015 = 2015-01-01
0000 = 0000-01-01
-1 = -0001-01-01
-0044-03-15 = -0044-03-15
+12345-W01 = +12345-01-01
-999999999-01-01 = -999999999-01-01
+999999999-12-31 = +999999999-12-31
2016-366 = 2016-12-31
2020-W53-7 = 2021-01-03`,
		"localtime": `
21:40:32.142 = 21:40:32.142
214032.142 = 21:40:32.142
21:40:32,5 = 21:40:32.5
21:40:32 = 21:40:32
214032 = 21:40:32
21:40 = 21:40
2140 = 21:40
21 = 21:00
9:05 = 09:05
T21:40 = 21:40
00:00:00.000000001 = 00:00:00.000000001
23:59:59.999999999 = 23:59:59.999999999`,
		"time": `
21:40:32.142+0100 = 21:40:32.142+01:00
214032.142Z = 21:40:32.142Z
21:40:32+01:00 = 21:40:32+01:00
214032-0100 = 21:40:32-01:00
21:40-01:30 = 21:40-01:30
2140-00:00 = 21:40Z
2140-02 = 21:40-02:00
22+18:00 = 22:00+18:00
12:34:56-02:05:07 = 12:34:56-02:05:07
12:34:56+020507 = 12:34:56+02:05:07
12:34z = 12:34Z
T1234+01 = 12:34+01:00
12:34 = 12:34Z`,
		"localdatetime": `
2015-07-21T21:40:32.142 = 2015-07-21T21:40:32.142
2015-W30-2T214032.142 = 2015-07-21T21:40:32.142
2015-202T21:40:32 = 2015-07-21T21:40:32
2015T214032 = 2015-01-01T21:40:32
20150721T21:40 = 2015-07-21T21:40
2015-W30T2140 = 2015-07-20T21:40
2015202T21 = 2015-07-21T21:00
2015-07-21t21:40 = 2015-07-21T21:40
2015-07-21 = 2015-07-21T00:00
-0001-12-31T23:59:59.5 = -0001-12-31T23:59:59.5`,
		"datetime": `
2015-07-21T21:40:32.142+0100 = 2015-07-21T21:40:32.142+01:00
2015-W30-2T214032.142Z = 2015-07-21T21:40:32.142Z
2015-202T21:40:32+01:00 = 2015-07-21T21:40:32+01:00
2015T214032-0100 = 2015-01-01T21:40:32-01:00
20150721T21:40-01:30 = 2015-07-21T21:40-01:30
2015-W30T2140-00:00 = 2015-07-20T21:40Z
2015-W30T2140-02 = 2015-07-20T21:40-02:00
2015202T21+18:00 = 2015-07-21T21:00+18:00
2015-07-21T21:40:32.142+02:00[Europe/Stockholm] = 2015-07-21T21:40:32.142+02:00[Europe/Stockholm]
2015-07-21T21:40:32.142+0845[Australia/Eucla] = 2015-07-21T21:40:32.142+08:45[Australia/Eucla]
2015-07-21T21:40:32.142-04[America/New_York] = 2015-07-21T21:40:32.142-04:00[America/New_York]
2015-07-21T21:40:32.142[Europe/London] = 2015-07-21T21:40:32.142+01:00[Europe/London]
1818-07-21T21:40:32.142[Europe/Stockholm] = 1818-07-21T21:40:32.142+00:53:28[Europe/Stockholm]
2017-10-29T02:30+01:00[Europe/Stockholm] = 2017-10-29T02:30+01:00[Europe/Stockholm]
2017-10-29T02:30+02:00[Europe/Stockholm] = 2017-10-29T02:30+02:00[Europe/Stockholm]
2017-10-29T02:30[Europe/Stockholm] = 2017-10-29T02:30+02:00[Europe/Stockholm]
2017-03-26T02:30[Europe/Stockholm] = 2017-03-26T03:30+02:00[Europe/Stockholm]
2017-03-26[Europe/Stockholm] = 2017-03-26T00:00+01:00[Europe/Stockholm]
2017-03-26T12[UTC] = 2017-03-26T12:00Z[UTC]
+999999999-07-01T12[America/New_York] = +999999999-07-01T12:00-04:00[America/New_York]
-999999999-07-01T12[America/New_York] = -999999999-07-01T12:00-04:56:02[America/New_York]
2015-07-21 = 2015-07-21T00:00Z`,
	} {
		for line := range strings.SplitSeq(strings.TrimSpace(cases), "\n") {
			text, want, _ := strings.Cut(line, " = ")
			if got, err := parsers[kind](text); err != nil || got != want {
				t.Errorf("%s %q is %q, %v; want %q", kind, text, got, err, want)
			}
		}
	}
}

func TestParseErrors(t *testing.T) {
	for kind, cases := range map[string]string{
		"date": `
 : at character 1 expected a year of four digits, or of more with a sign, or a date such as 2015-07-21 or 20150721
15-07-21 : at character 1 expected a year of four digits, or of more with a sign, or a date such as 2015-07-21 or 20150721
2015-13-01 : at character 6 month must be between 1 and 12, but is 13
2015-02-29 : at character 9 day must be between 1 and 28 in 2015-02, but is 29
20150229 : at character 7 day must be between 1 and 28 in 2015-02, but is 29
2015-W54 : at character 7 week must be between 1 and 53 in 2015, but is 54
2014W531 : at character 6 week must be between 1 and 52 in 2014, but is 53
2015-W30-8 : at character 10 dayOfWeek must be between 1 and 7, but is 8
2015-366 : at character 6 ordinalDay must be between 1 and 365 in 2015, but is 366
2015000 : at character 5 ordinalDay must be between 1 and 365 in 2015, but is 0
2015-Q5 : at character 7 quarter must be between 1 and 4, but is 5
2015-Q1-91 : at character 9 dayOfQuarter must be between 1 and 90 in 2015-Q1, but is 91
2015-07-21T12:00 : at character 11 expected the end of the date
2015- : at character 6 expected a month (07), a week (W30), a quarter (Q2) or a day of the year (202)
+1000000000 : at character 2 expected a year of one to nine digits after its sign
+999999999-W53 : at character 13 week must be between 1 and 52 in +999999999, but is 53`,
		"localtime": `
24:00 : at character 1 hour must be between 0 and 23, but is 24
21:60 : at character 4 minute must be between 0 and 59, but is 60
214060 : at character 5 second must be between 0 and 59, but is 60
21:4a : at character 5 expected the end of the time (a local time has no offset)
21: : at character 4 expected the minute in one or two digits
214 : at character 1 expected a time of day such as 21:40:32 or 214032
21:40:32. : at character 10 expected one to nine digits of a second
21:40:32.1234567890 : at character 10 expected one to nine digits of a second
21:40Z : at character 6 expected the end of the time (a local time has no offset)`,
		"time": `
21:40+1 : at character 7 expected the hours of the offset in two digits
21:40+18:01 : at character 6 an offset lies between -18:00 and +18:00, with minutes and seconds below 60
21:40+01:60 : at character 6 an offset lies between -18:00 and +18:00, with minutes and seconds below 60
21:40+01: : at character 10 expected the minutes of the offset in two digits
21:40[Europe/Berlin] : at character 6 expected the end of the time (a time has an offset, but no named zone)
21:40 Z : at character 6 expected an offset such as Z or +01:00, or the end of the time`,
		"localdatetime": `
2015-07-21 21:40 : at character 11 expected the end of the time (a local datetime has no zone)
2015-07-21T : at character 12 expected a time of day such as 21:40:32 or 214032
2015-07-21T21:40Z : at character 17 expected the end of the time (a local datetime has no zone)`,
		"datetime": `
2015-07-21T21:40[Europe/Stokholm] : at character 18 unknown time zone "Europe/Stokholm"; did you mean "Europe/Stockholm"?
2015-07-21T21:40[europe/stockholm] : at character 18 unknown time zone "europe/stockholm"; did you mean "Europe/Stockholm"?
2015-07-21T21:40[] : at character 18 unknown time zone ""; expected a name such as Europe/Stockholm, Z, or an offset such as +01:00
2015-07-21T21:40[+01:00] : at character 18 unknown time zone "+01:00"; expected a name such as Europe/Stockholm, Z, or an offset such as +01:00
2015-07-21T21:40[UTC : at character 21 expected ] after the name of the zone
2015-07-21T21:40+01:00[Europe/Stockholm] : at character 17 the offset must be that of Europe/Stockholm at that time, which is +02:00, but is +01:00
2015-07-21T21:40 UTC : at character 17 expected a zone such as Z, +01:00 or [Europe/Stockholm], or the end of the datetime`,
	} {
		for line := range strings.SplitSeq(strings.Trim(cases, "\n"), "\n") {
			text, want, _ := strings.Cut(line, " : ")
			if got, err := parsers[kind](text); err == nil || !strings.HasSuffix(err.Error(), want) {
				t.Errorf("%s %q is %q, %v; want %s", kind, text, got, err, want)
			}
		}
	}
	for kind, parse := range parsers {
		if _, err := parse(strings.Repeat("1", 1<<20)); err == nil || len(err.Error()) > 1000 {
			t.Errorf("%s: a text of a megabyte gives %v", kind, err)
		}
	}
}
