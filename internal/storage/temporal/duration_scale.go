package temporal

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"
)

var errDivideByZero = errors.New("a duration cannot be divided by zero")

// Multiply returns the duration n times.
func (d Duration) Multiply(n int64) (Duration, error) {
	if n > math.MaxInt32 || n < math.MinInt32 {
		return d.scale(big.NewInt(n), big.NewInt(1))
	}
	months, ok := multiply(d.Months, n)
	days, ok2 := multiply(d.Days, n)
	whole, nanos := d.signed()
	nanos *= n
	seconds, ok3 := multiply(whole, n)
	seconds, ok4 := sum(seconds, nanos/NanosPerSecond)
	if !ok || !ok2 || !ok3 || !ok4 {
		return Duration{}, errDurationRange
	}
	return newDuration(months, days, seconds, nanos%NanosPerSecond)
}

// MultiplyFloat returns the duration f times, f being taken as the shortest decimal number
// that stands for it. Fractions go down as in DurationParts.
func (d Duration) MultiplyFloat(f float64) (Duration, error) {
	numerator, denominator, err := fraction(f)
	if err != nil {
		return Duration{}, err
	}
	return d.scale(numerator, denominator)
}

// Divide returns the nth part of the duration. Fractions go down as in DurationParts.
func (d Duration) Divide(n int64) (Duration, error) {
	if n == 0 {
		return Duration{}, errDivideByZero
	}
	return d.scale(big.NewInt(1), big.NewInt(n))
}

// DivideFloat returns the duration divided by f, f being taken as the shortest decimal number
// that stands for it. Fractions go down as in DurationParts.
func (d Duration) DivideFloat(f float64) (Duration, error) {
	numerator, denominator, err := fraction(f)
	switch {
	case err != nil:
		return Duration{}, err
	case numerator.Sign() == 0:
		return Duration{}, errDivideByZero
	default:
		return d.scale(denominator, numerator)
	}
}

// fraction returns the shortest decimal number that stands for f as a fraction.
func fraction(f float64) (numerator, denominator *big.Int, err error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, nil, errAmountNumber
	}
	digits, power, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	whole, part, _ := strings.Cut(digits, ".")
	exponent, err := strconv.Atoi(power)
	if err != nil {
		return nil, nil, err
	}
	numerator, _ = new(big.Int).SetString(whole+part, 10)
	denominator = big.NewInt(1)
	exponent -= len(part)
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(exponent, -exponent))), nil)
	if exponent > 0 {
		return numerator.Mul(numerator, ten), denominator, nil
	}
	return numerator, ten, nil
}

// scale multiplies by a fraction, exactly up to the last nanosecond, which is cut off: the
// remainder of the months goes on in days, and the remainder of those in seconds.
func (d Duration) scale(numerator, denominator *big.Int) (Duration, error) {
	if denominator.Sign() < 0 {
		numerator, denominator = numerator.Neg(numerator), denominator.Neg(denominator)
	}
	rest := new(big.Int)
	// part takes the whole units out of a numerator and leaves the remainder in rest.
	part := func(n, unit int64, perUnit *big.Int) *big.Int {
		total := new(big.Int).Mul(big.NewInt(n), numerator)
		total.Mul(total, big.NewInt(unit)).Add(total, rest)
		whole, _ := total.QuoRem(total, perUnit, rest)
		return whole
	}
	months := part(d.Months, 1, denominator)
	rest.Mul(rest, big.NewInt(SecondsPerMonth))
	days := part(d.Days, SecondsPerDay, new(big.Int).Mul(denominator, big.NewInt(SecondsPerDay)))
	rest.Mul(rest, big.NewInt(NanosPerSecond))
	rest.Add(rest, new(big.Int).Mul(big.NewInt(int64(d.Nanos)), numerator))
	nanos := part(d.Seconds, NanosPerSecond, denominator)
	seconds, below := nanos.QuoRem(nanos, big.NewInt(NanosPerSecond), new(big.Int))
	if !months.IsInt64() || !days.IsInt64() || !seconds.IsInt64() {
		return Duration{}, errDurationRange
	}
	return newDuration(months.Int64(), days.Int64(), seconds.Int64(), below.Int64())
}
