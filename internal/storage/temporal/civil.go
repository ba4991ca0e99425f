package temporal

// Date in the calendars in which people write it. Days are counted from 1970-01-01, and
// every conversion is exact from year MinYear to MaxYear.

const (
	daysPerWeek   = 7
	daysPerCycle  = 146_097 // in 400 years, after which the calendar repeats
	yearsPerCycle = 400
	monthsPerYear = 12
	epochShift    = 719_468 // days from 0000-03-01 to 1970-01-01
)

// Civil is a day by year, month and day of the month.
type Civil struct {
	Year       int64
	Month, Day int // 1 … 12, 1 … 31
}

// NewDate returns the day of a year, month and day of the month.
func NewDate(year, month, day int64) (Date, error) {
	if err := checkYear(year); err != nil {
		return Date{}, err
	}
	if month < 1 || month > monthsPerYear {
		return Date{}, &RangeError{Field: "month", Value: month, Min: 1, Max: monthsPerYear}
	}
	if last := int64(daysInMonth(year, int(month))); day < 1 || day > last {
		return Date{}, &RangeError{Field: "day", Value: day, Min: 1, Max: last, In: monthText(year, month)}
	}
	return Date{daysOf(year, month, day)}, nil
}

// NewWeekDate returns the day of an ISO week: weeks begin on Monday (day 1), and the first
// week of a year is the one with its first Thursday.
func NewWeekDate(weekYear, week, dayOfWeek int64) (Date, error) {
	if err := checkYear(weekYear); err != nil {
		return Date{}, err
	}
	if last := weeksIn(weekYear); week < 1 || week > last {
		return Date{}, &RangeError{Field: "week", Value: week, Min: 1, Max: last, In: yearText(weekYear)}
	}
	if dayOfWeek < 1 || dayOfWeek > daysPerWeek {
		return Date{}, &RangeError{Field: "dayOfWeek", Value: dayOfWeek, Min: 1, Max: daysPerWeek}
	}
	d := Date{firstMonday(weekYear) + (week-1)*daysPerWeek + dayOfWeek - 1}
	return d, d.check()
}

// NewOrdinalDate returns the day of a year by its number, of which the first is 1.
func NewOrdinalDate(year, ordinalDay int64) (Date, error) {
	if err := checkYear(year); err != nil {
		return Date{}, err
	}
	last := int64(365)
	if isLeap(year) {
		last++
	}
	if ordinalDay < 1 || ordinalDay > last {
		return Date{}, &RangeError{Field: "ordinalDay", Value: ordinalDay, Min: 1, Max: last, In: yearText(year)}
	}
	return Date{daysOf(year, 1, 1) + ordinalDay - 1}, nil
}

// NewQuarterDate returns the day of a quarter by its number, of which the first is 1.
func NewQuarterDate(year, quarter, dayOfQuarter int64) (Date, error) {
	if err := checkYear(year); err != nil {
		return Date{}, err
	}
	if quarter < 1 || quarter > 4 {
		return Date{}, &RangeError{Field: "quarter", Value: quarter, Min: 1, Max: 4}
	}
	first := daysOf(year, quarter*3-2, 1)
	last := daysOf(year, quarter*3, int64(daysInMonth(year, int(quarter*3)))) - first + 1
	if dayOfQuarter < 1 || dayOfQuarter > last {
		return Date{}, &RangeError{
			Field: "dayOfQuarter", Value: dayOfQuarter, Min: 1, Max: last, In: quarterText(year, quarter),
		}
	}
	return Date{first + dayOfQuarter - 1}, nil
}

// Civil returns year, month and day of the month.
func (d Date) Civil() Civil {
	z := d.Days + epochShift
	cycle := floorDiv(z, daysPerCycle)
	day := z - cycle*daysPerCycle
	year := (day - day/1460 + day/36_524 - day/146_096) / 365
	day -= 365*year + year/4 - year/100
	month := (5*day + 2) / 153 // from March
	day -= (153*month + 2) / 5
	year += cycle * yearsPerCycle
	if month += 3; month > monthsPerYear {
		month -= monthsPerYear
		year++
	}
	return Civil{Year: year, Month: int(month), Day: int(day + 1)}
}

// Year returns the year.
func (d Date) Year() int64 { return d.Civil().Year }

// Month returns the month of the year, 1 to 12.
func (d Date) Month() int { return d.Civil().Month }

// Day returns the day of the month, 1 to 31.
func (d Date) Day() int { return d.Civil().Day }

// OrdinalDay returns the day of the year, 1 to 366.
func (d Date) OrdinalDay() int { return int(d.Days-daysOf(d.Year(), 1, 1)) + 1 }

// Quarter returns the quarter of the year, 1 to 4.
func (d Date) Quarter() int { return (d.Month() + 2) / 3 }

// DayOfQuarter returns the day of the quarter, 1 to 92.
func (d Date) DayOfQuarter() int {
	c := d.Civil()
	return int(d.Days-daysOf(c.Year, int64((c.Month-1)/3*3+1), 1)) + 1
}

// DayOfWeek returns the day of the week, from 1 for Monday to 7 for Sunday.
func (d Date) DayOfWeek() int { return int(floorMod(d.Days+3, daysPerWeek)) + 1 }

// Week returns the ISO week and the year to which it belongs.
func (d Date) Week() (weekYear int64, week int) {
	thursday := Date{d.Days + 4 - int64(d.DayOfWeek())}
	return thursday.Year(), (thursday.OrdinalDay()-1)/daysPerWeek + 1
}

// AddMonths returns the same day of another month, or the last day of that month if it is
// shorter.
func (d Date) AddMonths(months int64) (Date, error) {
	c := d.Civil()
	const limit = 2 * (MaxYear + 1) * monthsPerYear
	if months < -limit || months > limit {
		return Date{}, errInstantRange
	}
	total := c.Year*monthsPerYear + int64(c.Month-1) + months
	year, month := floorDiv(total, monthsPerYear), floorMod(total, monthsPerYear)+1
	day := min(c.Day, daysInMonth(year, int(month)))
	d = Date{daysOf(year, month, int64(day))}
	return d, d.check()
}

// AddDays returns the day that is so many days later.
func (d Date) AddDays(days int64) (Date, error) {
	const limit = MaxDays - MinDays
	if days < -limit || days > limit {
		return Date{}, errInstantRange
	}
	d.Days += days
	return d, d.check()
}

func (d Date) check() error {
	if !d.Valid() {
		return errInstantRange
	}
	return nil
}

// isLeap reports whether a year has 366 days.
func isLeap(year int64) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

// daysInMonth returns the number of days of a month.
func daysInMonth(year int64, month int) int {
	switch month {
	case 2:
		if isLeap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	default:
		return 31
	}
}

// daysOf counts the days to a date; the month lies within the year.
func daysOf(year, month, day int64) int64 {
	if month <= 2 {
		year--
		month += monthsPerYear
	}
	cycle := floorDiv(year, yearsPerCycle)
	year -= cycle * yearsPerCycle
	return cycle*daysPerCycle + year*365 + year/4 - year/100 + (153*(month-3)+2)/5 + day - 1 - epochShift
}

// firstMonday is the day on which the first week of a year begins.
func firstMonday(year int64) int64 {
	fourth := Date{daysOf(year, 1, 4)}
	return fourth.Days - int64(fourth.DayOfWeek()) + 1
}

func weeksIn(year int64) int64 { return (firstMonday(year+1) - firstMonday(year)) / daysPerWeek }

func checkYear(year int64) error {
	if year < MinYear || year > MaxYear {
		return &RangeError{Field: "year", Value: year, Min: MinYear, Max: MaxYear}
	}
	return nil
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 {
	if a %= b; a < 0 {
		a += b
	}
	return a
}
