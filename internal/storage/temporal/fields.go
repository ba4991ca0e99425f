package temporal

import "errors"

// Field is a component that an instant can be made from.
type Field uint8

// The fields, by the names they have in Cypher: "year", …, "epochMillis".
const (
	Year Field = iota
	Quarter
	Month
	Week
	DayOfWeek
	OrdinalDay
	DayOfQuarter
	Day
	Hour
	Minute
	Second
	Millisecond
	Microsecond
	Nanosecond
	EpochSeconds
	EpochMillis
	fields
)

// String returns the name of the field.
func (f Field) String() string {
	return [...]string{
		"year", "quarter", "month", "week", "dayOfWeek", "ordinalDay", "dayOfQuarter", "day", "hour", "minute",
		"second", "millisecond", "microsecond", "nanosecond", "epochSeconds", "epochMillis",
	}[f]
}

// fieldSet is a set of fields.
type fieldSet uint32

// first returns the first field of a set that is not empty.
func (s fieldSet) first() Field {
	f := Field(0)
	for s&(1<<f) == 0 {
		f++
	}
	return f
}

// The groups of fields: ways to say which day, the time of day, and its fraction.
const (
	calendarFields fieldSet = 1<<Month | 1<<Day
	weekFields     fieldSet = 1<<Week | 1<<DayOfWeek
	quarterFields  fieldSet = 1<<Quarter | 1<<DayOfQuarter
	ordinalFields  fieldSet = 1 << OrdinalDay
	dateFields              = calendarFields | weekFields | quarterFields | ordinalFields | 1<<Year
	fractionFields fieldSet = 1<<Millisecond | 1<<Microsecond | 1<<Nanosecond
	timeFields              = fractionFields | 1<<Hour | 1<<Minute | 1<<Second
	epochFields    fieldSet = 1<<EpochSeconds | 1<<EpochMillis
)

// Fields are what is given to make an instant: numbers, other instants from which the rest is
// taken, and a zone. The zero value has nothing.
//
// Without other instants the larger fields must be given where a smaller one is, and what is
// smaller than the smallest one is the first it can be: a year is its first of January. With
// them the fields replace those of the other instants. Fields that say the day in different
// ways (month and week) exclude each other. Beside a week, the year is the one to which the
// week belongs.
type Fields struct {
	set    fieldSet
	values [fields]int64

	Date, Time, DateTime *Parts // other instants: the day, the time of day, both
	Zone                 *Zone  // if HasZone
	HasZone              bool
}

// Set gives a field its value. Whether the value is one that the field can have is said when
// the instant is made.
func (f *Fields) Set(field Field, value int64) {
	f.set |= 1 << field
	f.values[field] = value
}

func (f *Fields) has(s fieldSet) bool { return f.set&s != 0 }

// or returns the value of a field, or another one if it is not given.
func (f *Fields) or(field Field, other int64) int64 {
	if f.set&(1<<field) != 0 {
		return f.values[field]
	}
	return other
}

// only fails if a field is given that is not in a set.
func (f *Fields) only(s fieldSet, kind string) error {
	if other := f.set &^ s; other != 0 {
		return errors.New("a " + kind + " has no " + other.first().String())
	}
	return nil
}

// noZone fails if a zone is given.
func (f *Fields) noZone(kind string) error {
	if f.HasZone {
		return errors.New("a " + kind + " has no timezone")
	}
	return nil
}

// dateBase returns the instant from which the day is taken, or nil.
func (f *Fields) dateBase() (*Parts, error) { return f.base(f.Date, "date") }

// timeBase returns the instant from which the time of day is taken, or nil.
func (f *Fields) timeBase() (*Parts, error) { return f.base(f.Time, "time") }

func (f *Fields) base(p *Parts, name string) (*Parts, error) {
	if p == nil {
		return f.DateTime, nil
	}
	if f.DateTime != nil {
		return nil, together("datetime", name)
	}
	return p, nil
}

// date returns the day that the fields say, on the base of another one or of none.
func (f *Fields) date(base *Date) (Date, error) {
	if err := f.oneWay(); err != nil {
		return Date{}, err
	}
	if base != nil {
		return f.dateFrom(*base)
	}
	if !f.has(1 << Year) {
		return Date{}, missing(Year, f.set)
	}
	year := f.values[Year]
	switch {
	case f.has(weekFields):
		if !f.has(1 << Week) {
			return Date{}, missing(Week, f.set&weekFields)
		}
		return NewWeekDate(year, f.values[Week], f.or(DayOfWeek, 1))
	case f.has(quarterFields):
		if !f.has(1 << Quarter) {
			return Date{}, missing(Quarter, f.set&quarterFields)
		}
		return NewQuarterDate(year, f.values[Quarter], f.or(DayOfQuarter, 1))
	case f.has(ordinalFields):
		return NewOrdinalDate(year, f.values[OrdinalDay])
	case f.set&calendarFields == 1<<Day:
		return Date{}, missing(Month, f.set&calendarFields)
	default:
		return NewDate(year, f.or(Month, 1), f.or(Day, 1))
	}
}

// dateFrom replaces fields of a day. What is not given stays as it is, but that a day or week
// that the new month or year lacks becomes its last.
func (f *Fields) dateFrom(base Date) (Date, error) {
	c := base.Civil()
	year := f.or(Year, c.Year)
	switch {
	case f.has(weekFields):
		weekYear, week := base.Week()
		year = f.or(Year, weekYear)
		if checkYear(year) == nil {
			week = min(week, int(weeksIn(year)))
		}
		return NewWeekDate(year, f.or(Week, int64(week)), f.or(DayOfWeek, int64(base.DayOfWeek())))
	case f.has(1 << DayOfQuarter):
		return NewQuarterDate(year, f.or(Quarter, int64(base.Quarter())), f.values[DayOfQuarter])
	case f.has(ordinalFields):
		return NewOrdinalDate(year, f.values[OrdinalDay])
	}
	month := f.or(Month, int64(c.Month))
	if f.has(1 << Quarter) { // the same month of another quarter
		if _, err := NewQuarterDate(year, f.values[Quarter], 1); err != nil {
			return Date{}, err
		}
		month = f.values[Quarter]*3 - int64(2-(c.Month-1)%3)
	}
	day := int64(c.Day)
	if month >= 1 && month <= monthsPerYear {
		day = min(day, int64(daysInMonth(year, int(month))))
	}
	return NewDate(year, month, f.or(Day, day))
}

// oneWay fails if fields say the day in different ways.
func (f *Fields) oneWay() error {
	way := fieldSet(0)
	for _, s := range [...]fieldSet{calendarFields, weekFields, quarterFields, ordinalFields} {
		if !f.has(s) {
			continue
		}
		if way != 0 {
			return together(way.first().String(), (f.set & s).first().String())
		}
		way = f.set & s
	}
	return nil
}

// wholeDate reports whether the fields say which day, not just which month or year.
func (f *Fields) wholeDate() bool {
	return f.has(1<<Day | 1<<DayOfWeek | 1<<DayOfQuarter | 1<<OrdinalDay)
}

// time returns the time of day that the fields say, on the base of another one or of none.
func (f *Fields) time(base *LocalTime) (LocalTime, error) {
	var c Clock
	if base != nil {
		c = base.Clock()
	} else if err := f.wholeTime(); err != nil {
		return LocalTime{}, err
	}
	nanos := int64(c.Nanosecond)
	if f.has(fractionFields) {
		var err error
		if nanos, err = f.fraction(); err != nil {
			return LocalTime{}, err
		}
	}
	return NewLocalTime(f.or(Hour, int64(c.Hour)), f.or(Minute, int64(c.Minute)), f.or(Second, int64(c.Second)), nanos)
}

// wholeTime fails if a field is given without a larger one.
func (f *Fields) wholeTime() error {
	for field := Hour; field <= Second; field++ {
		smaller := timeFields &^ (1<<(field+1) - 1)
		if !f.has(1<<field) && f.has(smaller) {
			return missing(field, f.set&smaller)
		}
	}
	return nil
}

// fraction returns the nanoseconds of the second. Each field holds what the larger ones that
// are given leave of the second.
func (f *Fields) fraction() (int64, error) {
	nanos, most := int64(0), int64(NanosPerSecond)
	for field, unit := Millisecond, int64(nanosPerMilli); field <= Nanosecond; field, unit = field+1, unit/1000 {
		if !f.has(1 << field) {
			continue
		}
		value := f.values[field]
		if last := most/unit - 1; value < 0 || value > last {
			return 0, &RangeError{Field: field.String(), Value: value, Max: last}
		}
		nanos += value * unit
		most = unit
	}
	return nanos, nil
}

// missing is the error of a field without which others say nothing.
func missing(f Field, given fieldSet) error {
	if given == 0 {
		return errors.New(f.String() + " must be given")
	}
	return errors.New(f.String() + " must be given, since " + given.first().String() + " is")
}

// together is the error of two things that exclude each other.
func together(a, b string) error { return errors.New(a + " and " + b + " cannot be given together") }
