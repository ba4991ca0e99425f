package temporal

import (
	"errors"
	"math"
	"math/bits"
	"strconv"
)

// amountUnit is 1 in the parts of an Amount.
const amountUnit = 1_000_000_000_000_000_000

var (
	errDurationRange = errors.New("the duration is too large: each of its months, days and seconds must fit into 64 bits")
	errAmountNumber  = errors.New("a duration cannot have parts that are infinite or not a number")
)

// Amount is a number of units of time: Whole + Part/10^18, of which neither has the sign
// opposite to the other's. Numbers are taken as they are written in decimal: 0.1 is a tenth,
// though no binary fraction is.
type Amount struct {
	Whole, Part int64
}

// WholeAmount returns an amount without a fraction.
func WholeAmount(n int64) Amount { return Amount{Whole: n} }

// FloatAmount returns the shortest decimal number that stands for f. Digits after the 18th
// of the fraction are dropped.
func FloatAmount(f float64) (Amount, error) {
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return Amount{}, errAmountNumber
	case f >= math.MaxInt64 || f <= math.MinInt64:
		return Amount{}, errDurationRange
	case math.Abs(f) < 1.0/amountUnit:
		return Amount{}, nil
	}
	var buffer [64]byte
	text := strconv.AppendFloat(buffer[:0], math.Abs(f), 'f', -1, 64)
	a, _ := decimalAmount(text)
	if f < 0 {
		a = Amount{Whole: -a.Whole, Part: -a.Part}
	}
	return a, nil
}

// decimalAmount reads digits, of which a point or comma may begin a fraction. It is not ok if
// the whole does not fit into 64 bits.
func decimalAmount[T string | []byte](text T) (a Amount, ok bool) {
	i := 0
	for ; i < len(text) && isDigit(text[i]); i++ {
		digit := int64(text[i] - '0')
		if a.Whole > (math.MaxInt64-digit)/10 {
			return Amount{}, false
		}
		a.Whole = a.Whole*10 + digit
	}
	unit := int64(amountUnit)
	for i++; i < len(text) && unit > 1; i++ {
		unit /= 10
		a.Part += int64(text[i]-'0') * unit
	}
	return a, true
}

// total adds amounts up. Whole and part may have opposite signs until settle; the part stays
// within ±amountUnit.
type total struct {
	Amount
	overflow bool
}

// add adds an amount so many times.
func (t *total) add(a Amount, times int64) {
	if a == (Amount{}) { // as most parts of a duration are
		return
	}
	t.addWhole(a.Whole, times)
	whole, part := partTimes(a.Part, times)
	t.addWhole(whole, 1)
	t.addPart(part)
}

func (t *total) addWhole(n, times int64) {
	product, ok := multiply(n, times)
	whole, ok2 := sum(t.Whole, product)
	t.Whole = whole
	t.overflow = t.overflow || !ok || !ok2
}

// addPart adds a part of less than amountUnit.
func (t *total) addPart(part int64) {
	t.Part += part
	t.addWhole(t.Part/amountUnit, 1)
	t.Part %= amountUnit
}

// settle gives whole and part one sign.
func (t *total) settle() {
	switch {
	case t.Whole > 0 && t.Part < 0:
		t.Whole--
		t.Part += amountUnit
	case t.Whole < 0 && t.Part > 0:
		t.Whole++
		t.Part -= amountUnit
	}
}

// partTimes multiplies a part and returns the whole and the part of the product.
func partTimes(part, times int64) (whole, rest int64) {
	switch {
	case part == 0:
		return 0, 0
	case part < 0:
		whole, rest = partTimes(-part, times)
		return -whole, -rest
	}
	hi, lo := bits.Mul64(uint64(part), uint64(times))
	w, r := bits.Div64(hi, lo, amountUnit)
	return int64(w), int64(r)
}

// multiply returns a product and whether it fits into 64 bits.
func multiply(a, b int64) (int64, bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	p := a * b
	return p, p/b == a && (a != math.MinInt64 || b != -1) && (b != math.MinInt64 || a != -1)
}

// sum returns a sum and whether it fits into 64 bits.
func sum(a, b int64) (int64, bool) {
	s := a + b
	return s, (s > a) == (b > 0)
}
