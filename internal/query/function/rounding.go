package function

import (
	"math"
	"strconv"
	"strings"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// roundPlacesMax is the largest number of decimal places of round(): no float has more.
const roundPlacesMax = 1100

// rounding tells what becomes of a number between two neighbours.
type rounding func(r remainder) (up bool)

// remainder is what is cut off from a number of which the digits before stay.
type remainder struct {
	negative bool
	odd      bool // the last digit that stays
	half     int  // below, at or above the middle between two neighbours: -1, 0, 1
}

// roundings are the modes of round(), by name. "Up" is away from zero.
func roundings() map[string]rounding {
	return map[string]rounding{
		"UP":        func(remainder) bool { return true },
		"DOWN":      func(remainder) bool { return false },
		"CEILING":   func(r remainder) bool { return !r.negative },
		"FLOOR":     func(r remainder) bool { return r.negative },
		"HALF_UP":   halfUp,
		"HALF_DOWN": func(r remainder) bool { return r.half > 0 },
		"HALF_EVEN": func(r remainder) bool { return r.half > 0 || r.half == 0 && r.odd },
	}
}

func halfUp(r remainder) bool { return r.half >= 0 }

// round is round(x[, places[, mode]]); without a mode, halves go away from zero. Places are
// those of the decimal form, so that round(1.005, 2) is 1.01.
func round(_ *Call, args []value.Value) (value.Value, error) {
	x, err := argFloat("round", args[0])
	if err != nil {
		return value.Null, err
	}
	if len(args) == 1 {
		return value.Float(math.Round(x)), nil
	}
	places, err := argInt("round", args[1])
	if err != nil {
		return value.Null, err
	}
	if places < 0 || places > roundPlacesMax {
		return value.Null, outOfRange("round", "%d decimal places; 0 to %d are possible", places, roundPlacesMax)
	}
	mode := halfUp
	if len(args) == 3 {
		name, err := argString("round", args[2])
		if err != nil {
			return value.Null, err
		}
		named, ok := roundings()[strings.ToUpper(name)]
		if !ok {
			return value.Null, failure.Argument("InvalidArgumentValue", "round() knows no mode %q", name).
				WithHint("use UP, DOWN, CEILING, FLOOR, HALF_UP, HALF_DOWN or HALF_EVEN")
		}
		mode = named
	}
	return value.Float(roundDecimal(x, int(places), mode)), nil
}

// roundDecimal rounds the shortest decimal form of x.
func roundDecimal(x float64, places int, mode rounding) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return x
	}
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(math.Abs(x), 'f', -1, 64), ".")
	if len(fraction) <= places {
		return x
	}
	digits := []byte("0" + whole + fraction[:places])
	rest := strings.TrimRight(fraction[places:], "0")
	if rest == "" {
		return x
	}
	r := remainder{
		negative: math.Signbit(x), odd: digits[len(digits)-1]%2 == 1, half: strings.Compare(rest, "5"),
	}
	if mode(r) {
		at := len(digits) - 1
		for ; digits[at] == '9'; at-- {
			digits[at] = '0'
		}
		digits[at]++
	}
	point := len(digits) - places
	y, err := strconv.ParseFloat(string(digits[:point])+"."+string(digits[point:]), 64)
	if err != nil { // beyond the largest float
		return x
	}
	return math.Copysign(y, x)
}
