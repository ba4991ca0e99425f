package temporal

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func dates() *rapid.Generator[Date] {
	return rapid.Custom(func(t *rapid.T) Date {
		return Date{rapid.OneOf(
			rapid.Int64Range(-800_000, 800_000), rapid.Int64Range(MinDays, MaxDays), rapid.SampledFrom([]int64{MinDays, MaxDays}),
		).Draw(t, "days")}
	})
}

// TestCalendar compares with package time, whose calendar reaches as far.
func TestCalendar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := dates().Draw(t, "date")
		want := time.Unix(d.Days*SecondsPerDay, 0).UTC()
		c := d.Civil()
		if y, m, day := want.Date(); c != (Civil{Year: int64(y), Month: int(m), Day: day}) {
			t.Fatalf("%d is %v, want %s", d.Days, c, want)
		}
		weekYear, week := d.Week()
		if y, w := want.ISOWeek(); weekYear != int64(y) || week != w {
			t.Fatalf("%s is in week %d of %d, want %d of %d", d, week, weekYear, w, y)
		}
		if d.OrdinalDay() != want.YearDay() || d.DayOfWeek()%7 != int(want.Weekday()) {
			t.Fatalf("%s is day %d of the year and %d of the week", d, d.OrdinalDay(), d.DayOfWeek())
		}
		for name, again := range map[string]func() (Date, error){
			"civil":   func() (Date, error) { return NewDate(c.Year, int64(c.Month), int64(c.Day)) },
			"ordinal": func() (Date, error) { return NewOrdinalDate(c.Year, int64(d.OrdinalDay())) },
			"quarter": func() (Date, error) { return NewQuarterDate(c.Year, int64(d.Quarter()), int64(d.DayOfQuarter())) },
		} {
			if got, err := again(); got != d || err != nil {
				t.Fatalf("%s: %s comes back as %s, %v", name, d, got, err)
			}
		}
		if weekYear > MaxYear || weekYear < MinYear {
			return
		}
		if again, err := NewWeekDate(weekYear, int64(week), int64(d.DayOfWeek())); again != d || err != nil {
			t.Fatalf("week: %s comes back as %s, %v", d, again, err)
		}
	})
}

func TestCalendarLimits(t *testing.T) {
	for text, want := range map[string]struct{ weekYear, week, dayOfWeek, quarter, dayOfQuarter, ordinalDay int64 }{
		"1984-10-11": {1984, 41, 4, 4, 11, 285},
		"1984-01-01": {1983, 52, 7, 1, 1, 1},
		"1984-11-11": {1984, 45, 7, 4, 42, 316},
		"1816-12-30": {1817, 1, 1, 4, 91, 365},
		"2000-02-29": {2000, 9, 2, 1, 60, 60},
	} {
		d, err := ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		year, week := d.Week()
		got := want
		got.weekYear, got.week, got.dayOfWeek = year, int64(week), int64(d.DayOfWeek())
		got.quarter, got.dayOfQuarter, got.ordinalDay = int64(d.Quarter()), int64(d.DayOfQuarter()), int64(d.OrdinalDay())
		if got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
	first, last := Date{MinDays}, Date{MaxDays}
	if first.String() != "-999999999-01-01" || last.String() != "+999999999-12-31" {
		t.Errorf("the first day is %s, the last %s", first, last)
	}
	const outside = "the result lies outside the years -999999999 to 999999999"
	for _, f := range []func() (Date, error){
		func() (Date, error) { return last.AddDays(1) },
		func() (Date, error) { return first.AddDays(-1) },
		func() (Date, error) { return last.AddMonths(1) },
		func() (Date, error) { return first.AddMonths(-1) },
		func() (Date, error) { return last.AddDays(1 << 62) },
		func() (Date, error) { return last.AddMonths(1 << 62) },
		func() (Date, error) { return last.Add(Duration{Seconds: SecondsPerDay}) },
	} {
		if d, err := f(); said(d, err) != outside {
			t.Errorf("beyond the limits: %s", said(d, err))
		}
	}
}
