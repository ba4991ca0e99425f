package temporal

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
)

// memberNamed finds what is called name among the first so many of an enumeration.
func memberNamed[T interface {
	~uint8
	fmt.Stringer
}](count T, name string) (T, bool) {
	for x := range count {
		if x.String() == name {
			return x, true
		}
	}
	return 0, false
}

// durationOf reads a duration as a map of Cypher: "years 12.5 days -14".
func durationOf(t *testing.T, text string) (Duration, error) {
	t.Helper()
	var parts DurationParts
	words := strings.Fields(text)
	for i := 0; i < len(words); i += 2 {
		unit, ok := memberNamed(durationUnits, words[i])
		if !ok {
			t.Fatalf("no unit %s", words[i])
		}
		n, err := strconv.ParseInt(words[i+1], 10, 64)
		if err == nil {
			parts[unit] = WholeAmount(n)
			continue
		}
		f, err := strconv.ParseFloat(words[i+1], 64)
		if err != nil {
			t.Fatal(err)
		}
		if parts[unit], err = FloatAmount(f); err != nil {
			return Duration{}, err
		}
	}
	return parts.Duration()
}

const tooLarge = "the duration is too large: each of its months, days and seconds must fit into 64 bits"

func TestDurationOfParts(t *testing.T) {
	for text, want := range map[string]string{
		"days 14 hours 16 minutes 12": "P14DT16H12M",
		"months 5 days 1.5":           "P5M1DT12H",
		"months 0.75":                 "P22DT19H51M49.5S",
		"weeks 2.5":                   "P17DT12H",
		"years 12 months 5 days 14 hours 16 minutes 12 seconds 70": "P12Y5M14DT16H13M10S",
		"days 14 seconds 70 milliseconds 1":                        "P14DT1M10.001S",
		"days 14 seconds 70 microseconds 1":                        "P14DT1M10.000001S",
		"days 14 seconds 70 nanoseconds 1":                         "P14DT1M10.000000001S",
		"minutes 1.5 seconds 1":                                    "PT1M31S",
		"years 12 months 5 days -14 hours 16":                      "P12Y5M-14DT16H",
		"minutes 12 seconds -60":                                   "PT11M",
		"seconds 2 milliseconds -1":                                "PT1.999S",
		"seconds -2 milliseconds 1":                                "PT-1.999S",
		"seconds -2 milliseconds -1":                               "PT-2.001S",
		"days 1 milliseconds 1":                                    "P1DT0.001S",
		"days 1 milliseconds -1":                                   "P1DT-0.001S",
		"seconds 60 milliseconds -1":                               "PT59.999S",
		"seconds -60 milliseconds 1":                               "PT-59.999S",
		"seconds -60 milliseconds -1":                              "PT-1M-0.001S",
		"years 12.5 months 5.5 days 14.5 hours 16.5 minutes 12.5 seconds 70.5 nanoseconds 3": "P12Y11M29DT33H58M13.500000003S",
		"quarters 5":                 "P1Y3M",
		"quarters 0.5":               "P1M15DT5H14M33S",
		"days 0.1":                   "PT2H24M",
		"seconds 70.001":             "PT1M10.001S",
		"seconds 0.1 milliseconds 1": "PT0.101S",
		"months -0.5":                "P-15DT-5H-14M-33S",
		"months 0.5 days -20":        "P-4DT-18H-45M-27S",
		"months 0.5 days 20":         "P35DT5H14M33S",
		"days -0.5 hours 13":         "PT1H",
		"years -1 months 1.5":        "P-10M-15DT-5H-14M-33S",
		"nanoseconds 0.9":            "PT0S",
		"nanoseconds -1.5":           "PT-0.000000001S",
		"microseconds 1.5":           "PT0.0000015S",
		"milliseconds 86400000":      "PT24H",
		"hours 1e-300":               "PT0S",
		"":                           "PT0S",
		"seconds 9223372036854775807 nanoseconds 999999999": "PT2562047788015215H30M7.999999999S",
		"seconds -9223372036854775808":                      "PT-2562047788015215H-30M-8S",
		"seconds -9223372036854775808 nanoseconds -1":       tooLarge,
		"seconds 9223372036854775807 milliseconds 1000":     tooLarge,
		"years 9223372036854775807":                         tooLarge,
		"weeks 9223372036854775807":                         tooLarge,
		"hours 2562047788015216":                            tooLarge,
		"days 1e19":                                         tooLarge,
		"days NaN":                                          "a duration cannot have parts that are infinite or not a number",
		"days Inf":                                          "a duration cannot have parts that are infinite or not a number",
	} {
		d, err := durationOf(t, text)
		if got := said(d, err); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
		if err == nil {
			if again, err := ParseDuration(d.String()); again != d || err != nil {
				t.Errorf("%s: %s is read as %s, %v", text, d, again, err)
			}
		}
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]string{
		"P14DT16H12M":              "P14DT16H12M",
		"P5M1.5D":                  "P5M1DT12H",
		"P0.75M":                   "P22DT19H51M49.5S",
		"PT0.75M":                  "PT45S",
		"P2.5W":                    "P17DT12H",
		"P12Y5M14DT16H12M70S":      "P12Y5M14DT16H13M10S",
		"P2012-02-02T14:37:21.545": "P2012Y2M2DT14H37M21.545S",
		"P2012-02-02":              "P2012Y2M2D",
		"P20120202T143721.545":     "P2012Y2M2DT14H37M21.545S",
		"P20120202":                "P2012Y2M2D",
		"-P1Y2M":                   "P-1Y-2M",
		"+P1Y-2M":                  "P10M",
		"-PT-1.5S":                 "PT1.5S",
		"PT-0.4S":                  "PT-0.4S",
		"p1y2m3w4dt5h6m7,5s":       "P1Y2M25DT5H6M7.5S",
		"PT0.0000000019S":          "PT0.000000001S",
		"PT0S":                     "PT0S",
		"P1.5Y1.5M":                "P1Y7M15DT5H14M33S",
	} {
		if d, err := ParseDuration(text); err != nil || d.String() != want {
			t.Errorf("%s is %s, %v; want %s", text, d, err, want)
		}
	}
	for text, want := range map[string]string{
		"":                         "at character 1 expected P, as in P1Y2M10DT2H30M",
		"P":                        "at character 2 expected a number and its unit, as in P1Y2M10DT2H30M",
		"PT":                       "at character 3 expected a number and its unit, as in P1Y2M10DT2H30M",
		"P1YT":                     "at character 5 expected a number and its unit, as in P1Y2M10DT2H30M",
		"P1":                       "at character 3 expected the unit of the number, one of Y, M, W, D",
		"P1M2Y":                    "at character 5 expected the unit of the number, one of W, D",
		"P1D2D":                    "at character 4 expected the end of the duration, or (after its days) T and a time",
		"PT1S2S":                   "at character 5 expected the end of the duration, or (after its days) T and a time",
		"P1H":                      "at character 3 expected the unit of the number, one of Y, M, W, D",
		"P1.D":                     "at character 4 expected the digits of the fraction",
		"P--1D":                    "at character 2 expected a number and its unit, as in P1Y2M10DT2H30M",
		"P9223372036854775808D":    "at character 2 the number is too large",
		"P2012-13-02":              "at character 7 months must be between 0 and 12, but is 13",
		"P2012-02-32":              "at character 10 days must be between 0 and 31, but is 32",
		"P2012-02":                 "at character 9 expected - and the days",
		"P2012-02-02T24:00":        "at character 13 hour must be between 0 and 23, but is 24",
		"P2012-02-02X":             "at character 12 expected T and a time of day, or the end of the duration",
		"P9223372036854775807Y":    "at character 1 " + tooLarge,
		"-PT-9223372036854775808S": "at character 5 the number is too large",
	} {
		if d, err := ParseDuration(text); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%q is %s, %v; want %s", text, d, err, want)
		}
	}
}

func TestDurationArithmetic(t *testing.T) {
	a, b, c := "P12Y5M14DT16H13M10.000000001S", "P1M-14DT15H49M10S", "P12Y11M29DT33H58M13.500000003S"
	for _, x := range []struct{ a, b, sum, difference string }{
		{a, a, "P24Y10M28DT32H26M20.000000002S", "PT0S"},
		{a, b, "P12Y6MT32H2M20.000000001S", "P12Y4M28DT24M0.000000001S"},
		{a, c, "P25Y4M43DT50H11M23.500000004S", "P-6M-15DT-17H-45M-3.500000002S"},
		{b, a, "P12Y6MT32H2M20.000000001S", "P-12Y-4M-28DT-24M-0.000000001S"},
		{b, c, "P13Y15DT49H47M23.500000003S", "P-12Y-10M-43DT-18H-9M-3.500000003S"},
		{c, c, "P25Y10M58DT67H56M27.000000006S", "PT0S"},
		{"PT9223372036854775807S", "PT0.5S", "PT2562047788015215H30M7.5S", "PT2562047788015215H30M6.5S"},
		{"PT9223372036854775807.5S", "PT0.5S", tooLarge, "PT2562047788015215H30M7S"},
		{"P9223372036854775807D", "P1D", tooLarge, "P9223372036854775806D"},
		{"P-9223372036854775807D", "P2D", "P-9223372036854775805D", tooLarge},
	} {
		a, err := ParseDuration(x.a)
		b, err2 := ParseDuration(x.b)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		sum, err := a.Add(b)
		difference, err2 := a.Sub(b)
		if said(sum, err) != x.sum || said(difference, err2) != x.difference {
			t.Errorf("%s and %s: %s and %s, want %s and %s",
				x.a, x.b, said(sum, err), said(difference, err2), x.sum, x.difference)
		}
	}
	least := Duration{Seconds: math.MinInt64}
	if _, err := least.Neg(); err == nil {
		t.Error("the longest negative duration has an opposite")
	}
	if d, err := (Duration{Seconds: math.MinInt64, Nanos: 1}).Add(Duration{Seconds: -1, Nanos: 999_999_999}); err != nil || d != least {
		t.Errorf("a sum that ends at the limit: %v, %v", d, err)
	}
}

func TestDurationScale(t *testing.T) {
	const a = "P12Y5M14DT16H13M10.000000001S"
	for _, x := range []struct{ text, by, product, quotient string }{
		{a, "1", a, a},
		{a, "2", "P24Y10M28DT32H26M20.000000002S", "P6Y2M22DT13H21M8S"},
		{a, "0.5", "P6Y2M22DT13H21M8S", "P24Y10M28DT32H26M20.000000002S"},
		{"P1M", "3", "P3M", "P10DT3H29M42S"},
		{"P1M", "-3", "P-3M", "P-10DT-3H-29M-42S"},
		{"P10D", "0.1", "P1D", "P100D"},
		{"P1D", "0.3", "PT7H12M", "P3DT8H"},
		{"PT-1.999S", "-1", "PT1.999S", "PT1.999S"},
		{"PT-1.999S", "2", "PT-3.998S", "PT-0.9995S"},
		{"PT1S", "5000000000", "PT1388888H53M20S", "PT0S"},
		{"PT1S", "1e10", "PT2777777H46M40S", "PT0S"},
		{"P1D", "0", "PT0S", "a duration cannot be divided by zero"},
		{"P1D", "0.0", "PT0S", "a duration cannot be divided by zero"},
		{"P1D", "9223372036854775807", "P9223372036854775807D", "PT0S"},
		{"P2D", "9223372036854775807", tooLarge, "PT0S"},
		{"P3000000000Y", "2147483647", tooLarge, "P1Y4M23DT5H56M56.69601408S"},
		{"P1D", "1e300", tooLarge, "PT0S"},
		{"P1D", "1e-300", "PT0S", tooLarge},
		{"P1D", "NaN", "a duration cannot have parts that are infinite or not a number", "a duration cannot have parts that are infinite or not a number"},
	} {
		d, err := ParseDuration(x.text)
		if err != nil {
			t.Fatal(err)
		}
		var product, quotient Duration
		var err2 error
		if n, e := strconv.ParseInt(x.by, 10, 64); e == nil {
			product, err = d.Multiply(n)
			quotient, err2 = d.Divide(n)
		} else {
			f, e := strconv.ParseFloat(x.by, 64)
			if e != nil {
				t.Fatal(e)
			}
			product, err = d.MultiplyFloat(f)
			quotient, err2 = d.DivideFloat(f)
		}
		if said(product, err) != x.product || said(quotient, err2) != x.quotient {
			t.Errorf("%s and %s: %s and %s, want %s and %s",
				x.text, x.by, said(product, err), said(quotient, err2), x.product, x.quotient)
		}
	}
}

func TestDurationComponents(t *testing.T) {
	d, err := durationOf(t, "years 1 months 4 days 10 hours 1 minutes 1 seconds 1 nanoseconds 111111111")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int64{
		"years": 1, "quarters": 5, "months": 16, "weeks": 1, "days": 10, "hours": 1, "minutes": 61, "seconds": 3661,
		"milliseconds": 3661111, "microseconds": 3661111111, "nanoseconds": 3661111111111, "quartersOfYear": 1,
		"monthsOfQuarter": 1, "monthsOfYear": 4, "daysOfWeek": 3, "minutesOfHour": 1, "secondsOfMinute": 1,
		"millisecondsOfSecond": 111, "microsecondsOfSecond": 111111, "nanosecondsOfSecond": 111111111,
	} {
		c, ok := memberNamed(durationComponents, name)
		if got, err := d.Number(c); !ok || got != want || err != nil {
			t.Errorf("%s is %d, %v; want %d", name, got, err, want)
		}
	}
	if n, err := (Duration{Seconds: math.MaxInt64}).Number(MillisecondsIn); err == nil {
		t.Errorf("the longest duration has %d milliseconds", n)
	}
	if n, err := (Duration{Seconds: -9223372037, Nanos: 145224192}).Number(NanosecondsIn); err != nil || n != math.MinInt64 {
		t.Errorf("the least number of nanoseconds is %d, %v", n, err)
	}
}
