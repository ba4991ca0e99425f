package temporal

// Dates and times of day are selected from fields in one of several calendars. Fields that
// were not given come from a base; without a base, the larger ones must be given down to
// the smallest that is, and the smaller ones are those of the first day or midnight.

// Date returns the day that the fields select.
//
// Only one calendar may be used: month and day, week and dayOfWeek, quarter and
// dayOfQuarter, or ordinalDay. In that of weeks the year is the one that the week belongs
// to. A quarter alone keeps the month of the quarter and the day of the month of the base.
func (f *Fields) Date(base *Date) (Date, error) {
	if err := f.oneCalendar(); err != nil {
		return Date{}, err
	}
	if base == nil {
		if err := f.complete(); err != nil {
			return Date{}, err
		}
	}
	switch {
	case f.Has(FieldWeek) || f.Has(FieldDayOfWeek) || f.Has(FieldWeekYear):
		return f.weekDate(base)
	case f.Has(FieldOrdinalDay):
		return NewOrdinalDate(f.year(base), f.values[FieldOrdinalDay])
	case f.Has(FieldDayOfQuarter), f.Has(FieldQuarter) && base == nil:
		quarter := int64(1)
		if base != nil {
			quarter = int64(base.Quarter())
		}
		return NewQuarterDate(f.year(base), f.or(FieldQuarter, quarter), f.or(FieldDayOfQuarter, 1))
	default:
		return f.civilDate(base)
	}
}

// calendars are the fields beside the year, by the calendar to which they belong.
var calendars = [...][]Field{
	{FieldMonth, FieldDay},
	{FieldWeek, FieldDayOfWeek, FieldWeekYear},
	{FieldQuarter, FieldDayOfQuarter},
	{FieldOrdinalDay},
}

// oneCalendar fails where fields of several calendars were given.
func (f *Fields) oneCalendar() error {
	if f.Has(FieldYear) && f.Has(FieldWeekYear) {
		return &ConflictError{FieldYear, FieldWeekYear}
	}
	const none = fieldCount
	first := none
	for _, calendar := range calendars {
		here := none
		for _, field := range calendar {
			if f.Has(field) {
				here = field
				break
			}
		}
		switch {
		case here == none:
		case first != none:
			return &ConflictError{first, here}
		default:
			first = here
		}
	}
	return nil
}

// complete fails where a field was given without a larger one.
func (f *Fields) complete() error {
	for _, need := range [...]MissingError{
		{FieldDay, FieldMonth}, {FieldDayOfWeek, FieldWeek}, {FieldDayOfQuarter, FieldQuarter}, {FieldWeekYear, FieldWeek},
	} {
		if f.Has(need.Field) && !f.Has(need.Needed) {
			return &MissingError{need.Field, need.Needed}
		}
	}
	if f.Has(FieldYear) || f.Has(FieldWeekYear) {
		return nil
	}
	for field := FieldQuarter; field <= FieldOrdinalDay; field++ {
		if f.Has(field) {
			return &MissingError{field, FieldYear}
		}
	}
	return &MissingError{FieldYear, FieldYear}
}

// year is the year that was given, or that of the base.
func (f *Fields) year(base *Date) int64 {
	if f.Has(FieldYear) {
		return f.values[FieldYear]
	}
	return base.Year()
}

func (f *Fields) weekDate(base *Date) (Date, error) {
	year, week, day := int64(0), 1, 1
	if base != nil {
		year, week = base.Week()
		day = base.DayOfWeek()
	}
	year = f.or(FieldYear, f.or(FieldWeekYear, year))
	return NewWeekDate(year, f.or(FieldWeek, int64(week)), f.or(FieldDayOfWeek, int64(day)))
}

// civilDate selects year, month and day. A day of the base that the month does not have
// becomes its last.
func (f *Fields) civilDate(base *Date) (Date, error) {
	year, month, day := f.or(FieldYear, 0), f.or(FieldMonth, 1), f.or(FieldDay, 1)
	if base != nil {
		c := base.Civil()
		year, month = f.or(FieldYear, c.Year), f.or(FieldMonth, int64(c.Month))
		if f.Has(FieldQuarter) {
			quarter := f.values[FieldQuarter]
			if quarter < 1 || quarter > 4 {
				return Date{}, &RangeError{Field: "quarter", Value: quarter, Min: 1, Max: 4}
			}
			month = (quarter-1)*3 + int64(c.Month-1)%3 + 1
		}
		if !f.Has(FieldDay) {
			day = int64(min(c.Day, DaysInMonth(year, int(month))))
		}
	}
	return NewDate(year, month, day)
}

// LocalTime returns the time of day that the fields select. Any fraction of a second that
// was given replaces the whole fraction of the base. Without a base and without any field
// of a time it is midnight.
func (f *Fields) LocalTime(base *LocalTime) (LocalTime, error) {
	var c Clock
	if base != nil {
		c = base.Clock()
	} else if err := f.completeTime(); err != nil {
		return LocalTime{}, err
	}
	nanos := int64(c.Nanosecond)
	if f.given>>FieldMillisecond != 0 {
		var err error
		if nanos, err = f.fraction(); err != nil {
			return LocalTime{}, err
		}
	}
	return NewLocalTime(f.or(FieldHour, int64(c.Hour)), f.or(FieldMinute, int64(c.Minute)), f.or(FieldSecond, int64(c.Second)), nanos)
}

// completeTime fails where a field was given without the next larger one; the fractions of
// a second all need the second.
func (f *Fields) completeTime() error {
	for field := FieldMinute; field <= FieldNanosecond; field++ {
		if needed := min(field-1, FieldSecond); f.Has(field) && !f.Has(needed) {
			return &MissingError{field, needed}
		}
	}
	return nil
}

// fraction returns the nanoseconds of the second. Each of the three fields counts what the
// larger of them leave over.
func (f *Fields) fraction() (int64, error) {
	var nanos int64
	rest := int64(NanosPerSecond)
	for field, unit := FieldMillisecond, int64(1e6); field <= FieldNanosecond; field, unit = field+1, unit/1e3 {
		if !f.Has(field) {
			continue
		}
		v := f.values[field]
		if limit := rest / unit; v < 0 || v >= limit {
			return 0, &RangeError{Field: field.String(), Value: v, Max: limit - 1}
		}
		nanos += v * unit
		rest = unit
	}
	return nanos, nil
}
