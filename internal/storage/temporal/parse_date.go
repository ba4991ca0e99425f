package temporal

import "errors"

// Dates in ISO 8601, extended and basic, and parts of them that lack their end:
//
//	2015-07-21  20150721   2015-07  201507   2015
//	2015-W30-2  2015W302   2015-W30 2015W30
//	2015-Q2-60  2015Q260   2015-Q2  2015Q2
//	2015-202    2015202
//
// A year has four digits, or a sign and up to nine.

// ParseDate reads a date.
func ParseDate(text string) (Date, error) {
	s, err := start("date", text)
	if err != nil {
		return Date{}, err
	}
	d, err := s.date()
	if err == nil {
		err = s.end("the end of the date")
	}
	if err != nil {
		return Date{}, err
	}
	return d, nil
}

// datePlaces are the places of the parts of a date in the text, for errors.
type datePlaces struct {
	year, middle, last int
}

func (s *scanner) date() (Date, error) {
	at := datePlaces{year: s.pos}
	negative := s.peek() == '-'
	signed := s.accept('-') || s.accept('+')
	n := s.digits()
	switch {
	case signed && (n == 0 || n > 9):
		return Date{}, s.expected("a year of one to nine digits after its sign")
	case !signed && (n < 4 || n == 5 || n > 8):
		return Date{}, s.expected("a year of four digits, or of more with a sign, or a date such as 2015-07-21 or 20150721")
	case signed || n == 4:
		year := s.number(n)
		if negative {
			year = -year
		}
		return s.afterYear(year, at)
	}
	year := s.number(4)
	at.middle = s.pos
	if n == 7 {
		d, err := NewOrdinalDate(year, s.number(3))
		return d, s.locate(err, at)
	}
	month, day := s.number(2), int64(1)
	if at.last = s.pos; n == 8 {
		day = s.number(2)
	}
	d, err := NewDate(year, month, day)
	return d, s.locate(err, at)
}

// afterYear reads what may follow a year that stands for itself.
func (s *scanner) afterYear(year int64, at datePlaces) (Date, error) {
	extended := s.accept('-')
	switch n := s.digits(); {
	case s.accept('W'):
		return s.week(year, at, extended)
	case s.accept('Q'):
		return s.quarter(year, at, extended)
	case !extended:
		d, err := NewDate(year, 1, 1)
		return d, s.locate(err, at)
	case n == 3:
		at.middle = s.pos
		d, err := NewOrdinalDate(year, s.number(n))
		return d, s.locate(err, at)
	case n == 1 || n == 2:
		at.middle = s.pos
		month, day := s.number(n), int64(1)
		if s.peek() == '-' {
			s.pos++
			if n = s.digits(); n != 1 && n != 2 {
				return Date{}, s.expected("the day of the month in one or two digits")
			}
			at.last = s.pos
			day = s.number(n)
		}
		d, err := NewDate(year, month, day)
		return d, s.locate(err, at)
	default:
		return Date{}, s.expected("a month (07), a week (W30), a quarter (Q2) or a day of the year (202)")
	}
}

// week reads what follows the W: 30, 30-2 or 302.
func (s *scanner) week(year int64, at datePlaces, extended bool) (Date, error) {
	n := s.digits()
	if n != 2 && (extended || n != 3) {
		return Date{}, s.expected("the number of the week in two digits")
	}
	at.middle = s.pos
	week, day := s.number(2), int64(1)
	at.last = s.pos
	switch {
	case n == 3:
		day = s.number(1)
	case extended && s.accept('-'):
		if s.digits() != 1 {
			return Date{}, s.expected("the day of the week as a digit from 1 to 7")
		}
		at.last = s.pos
		day = s.number(1)
	}
	d, err := NewWeekDate(year, week, day)
	return d, s.locate(err, at)
}

// quarter reads what follows the Q: 2, 2-60 or 260.
func (s *scanner) quarter(year int64, at datePlaces, extended bool) (Date, error) {
	n := s.digits()
	if n != 1 && (extended || n != 3) {
		return Date{}, s.expected("the number of the quarter as one digit")
	}
	at.middle = s.pos
	quarter, day := s.number(1), int64(1)
	at.last = s.pos
	switch {
	case n == 3:
		day = s.number(2)
	case extended && s.accept('-'):
		if n = s.digits(); n != 1 && n != 2 {
			return Date{}, s.expected("the day of the quarter in one or two digits")
		}
		at.last = s.pos
		day = s.number(n)
	}
	d, err := NewQuarterDate(year, quarter, day)
	return d, s.locate(err, at)
}

// locate gives an error of a field its place in the text.
func (s *scanner) locate(err error, at datePlaces) error {
	if err == nil {
		return nil
	}
	place := at.year
	if r, ok := errors.AsType[*RangeError](err); ok {
		switch r.Field {
		case "month", "week", "quarter", "ordinalDay":
			place = at.middle
		case "day", "dayOfWeek", "dayOfQuarter":
			place = at.last
		}
	}
	return s.wrong(place, err.Error())
}
