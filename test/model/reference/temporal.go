package reference

import (
	"cmp"
	"math/big"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// The calendar itself is taken from package temporal, which has tests of its own; how its
// values compare and where they can stand is decided here.

// isInstant tells whether < orders values of this kind.
func isInstant(v value.Value) bool {
	switch v.Kind() { //nolint:exhaustive // these are all
	case value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime:
		return true
	}
	return false
}

func isTemporal(v value.Value) bool { return isInstant(v) || v.Kind() == value.KindDuration }

// orderTemporal compares two temporal values or points of the same kind.
func orderTemporal(a, b value.Value) int {
	var x, y []*big.Float
	switch a.Kind() { //nolint:exhaustive // nothing else comes here
	case value.KindDate:
		x, y = whole64(a.AsDate().Days), whole64(b.AsDate().Days)
	case value.KindLocalTime:
		x, y = whole64(a.AsLocalTime().Nanos), whole64(b.AsLocalTime().Nanos)
	case value.KindLocalDateTime:
		p, q := a.AsLocalDateTime(), b.AsLocalDateTime()
		x, y = whole64(p.Seconds, int64(p.Nanos)), whole64(q.Seconds, int64(q.Nanos))
	case value.KindTime:
		p, q := a.AsTime(), b.AsTime()
		x, y = whole64(p.Nanos-int64(p.Offset)*1e9, int64(p.Offset)), whole64(q.Nanos-int64(q.Offset)*1e9, int64(q.Offset))
	case value.KindDateTime:
		p, q := a.AsDateTime(), b.AsDateTime()
		x = whole64(p.Seconds, int64(p.Nanos), int64(p.Zone.OffsetAt(p.Seconds)))
		y = whole64(q.Seconds, int64(q.Nanos), int64(q.Zone.OffsetAt(q.Seconds)))
		if c := compareAll(x, y); c != 0 {
			return c
		}
		return strings.Compare(p.Zone.Name(), q.Zone.Name())
	case value.KindDuration:
		p, q := a.AsDuration(), b.AsDuration()
		x, y = append(length(p), whole64(p.Months, p.Days)...), append(length(q), whole64(q.Months, q.Days)...)
	case value.KindPoint:
		p, q := a.AsPoint(), b.AsPoint()
		return cmp.Or(cmp.Compare(p.SRID, q.SRID), cmp.Compare(p.X, q.X), cmp.Compare(p.Y, q.Y), cmp.Compare(p.Z, q.Z))
	}
	return compareAll(x, y)
}

func whole64(all ...int64) []*big.Float {
	var out []*big.Float
	for _, n := range all {
		out = append(out, new(big.Float).SetPrec(256).SetInt64(n))
	}
	return out
}

// length is a duration in seconds, with months of their mean length.
func length(d temporal.Duration) []*big.Float {
	all := new(big.Int).Mul(big.NewInt(d.Months), big.NewInt(2_629_746))
	all.Add(all, new(big.Int).Mul(big.NewInt(d.Days), big.NewInt(86_400)))
	all.Add(all, big.NewInt(d.Seconds))
	return append([]*big.Float{new(big.Float).SetPrec(256).SetInt(all)}, whole64(int64(d.Nanos))...)
}

func compareAll(x, y []*big.Float) int {
	for i := range x {
		if c := x[i].Cmp(y[i]); c != 0 {
			return c
		}
	}
	return 0
}

// temporalFunction finds a function that makes a temporal value of a text, or a point of a map.
func temporalFunction(name string) function {
	switch name {
	case "date":
		return ofText(func(s string) (value.Value, error) { return wrapped(value.Date)(temporal.ParseDate(s)) })
	case "localtime":
		return ofText(func(s string) (value.Value, error) { return wrapped(value.LocalTime)(temporal.ParseLocalTime(s)) })
	case "time":
		return ofText(func(s string) (value.Value, error) { return wrapped(value.Time)(temporal.ParseTime(s, 0)) })
	case "localdatetime":
		return ofText(func(s string) (value.Value, error) {
			return wrapped(value.LocalDateTime)(temporal.ParseLocalDateTime(s))
		})
	case "datetime":
		return ofText(func(s string) (value.Value, error) {
			utc, err := temporal.FromEpoch(0, 0)
			if err != nil {
				return value.Null, err
			}
			return wrapped(value.DateTime)(temporal.ParseDateTime(s, utc.Zone))
		})
	case "duration":
		return ofText(func(s string) (value.Value, error) { return wrapped(value.Duration)(temporal.ParseDuration(s)) })
	case "point":
		return point
	}
	return nil
}

func wrapped[T any](f func(T) value.Value) func(T, error) (value.Value, error) {
	return func(x T, err error) (value.Value, error) {
		if err != nil {
			return value.Null, err
		}
		return f(x), nil
	}
}

func ofText(f func(string) (value.Value, error)) function {
	return func(_ *run, e *ast.Call, args []value.Value) (value.Value, error) {
		if len(args) != 1 || args[0].Kind() != value.KindString {
			return value.Null, unsupported(e)
		}
		v, err := f(args[0].AsString())
		if err != nil {
			return value.Null, fail(e, "ArgumentError", "%v", err)
		}
		return v, nil
	}
}

// point makes a point of x, y and perhaps z, or of longitude and latitude.
func point(_ *run, e *ast.Call, args []value.Value) (value.Value, error) {
	if args[0].Kind() != value.KindMap {
		return wrongType(e, args[0])
	}
	at := map[string]float64{}
	for _, f := range args[0].AsMap() {
		if f.Value.IsNull() {
			return value.Null, nil
		}
		if !isNumber(f.Value) {
			return value.Null, fail(e, "ArgumentError", "a coordinate is %s", f.Value.Kind())
		}
		at[f.Key] = f.Value.Number()
	}
	_, plane := at["x"]
	_, high := at["z"]
	p := value.PointValue{X: at["x"] + at["longitude"], Y: at["y"] + at["latitude"], Z: at["z"]}
	switch {
	case plane && high:
		p.SRID = value.Cartesian3D
	case plane:
		p.SRID = value.Cartesian
	case !high:
		p.SRID = value.WGS84
	default:
		return value.Null, unsupported(e)
	}
	return value.Point(p), nil
}

// pointText is what toString() gives for a point.
func pointText(p *value.PointValue) string {
	text := "point({x: " + textOf(value.Float(p.X)) + ", y: " + textOf(value.Float(p.Y))
	if p.ThreeD() {
		text += ", z: " + textOf(value.Float(p.Z))
	}
	return text + ", crs: '" + p.System() + "'})"
}

// shifted is + or - where a temporal value takes part.
func shifted(e *ast.Binary, x, y value.Value) (value.Value, error) {
	switch {
	case isInstant(x) && y.Kind() == value.KindDuration && (e.Op == "+" || e.Op == "-"):
		return moved(e, x, y.AsDuration())
	case x.Kind() == value.KindDuration && isInstant(y) && e.Op == "+":
		return moved(e, y, x.AsDuration())
	case x.Kind() == value.KindDuration && y.Kind() == value.KindDuration && e.Op == "+":
		return settled(e)(wrapped(value.Duration)(x.AsDuration().Add(y.AsDuration())))
	case x.Kind() == value.KindDuration && y.Kind() == value.KindDuration && e.Op == "-":
		return settled(e)(wrapped(value.Duration)(x.AsDuration().Sub(y.AsDuration())))
	case isNumber(x) || isNumber(y) || x.Kind() == y.Kind():
		return value.Null, unsupported(e)
	}
	return value.Null, typeError(e, "%s %s %s", x.Kind(), e.Op, y.Kind())
}

// moved adds a duration to an instant, or takes it off.
func moved(e *ast.Binary, x value.Value, d temporal.Duration) (value.Value, error) {
	ok := settled(e)
	minus := e.Op == "-"
	switch x.Kind() { //nolint:exhaustive // these are all instants
	case value.KindDate:
		if minus {
			return ok(wrapped(value.Date)(x.AsDate().Sub(d)))
		}
		return ok(wrapped(value.Date)(x.AsDate().Add(d)))
	case value.KindLocalDateTime:
		if minus {
			return ok(wrapped(value.LocalDateTime)(x.AsLocalDateTime().Sub(d)))
		}
		return ok(wrapped(value.LocalDateTime)(x.AsLocalDateTime().Add(d)))
	case value.KindDateTime:
		if minus {
			return ok(wrapped(value.DateTime)(x.AsDateTime().Sub(d)))
		}
		return ok(wrapped(value.DateTime)(x.AsDateTime().Add(d)))
	case value.KindTime:
		if minus {
			return value.Time(x.AsTime().Sub(d)), nil
		}
		return value.Time(x.AsTime().Add(d)), nil
	}
	if minus {
		return value.LocalTime(x.AsLocalTime().Sub(d)), nil
	}
	return value.LocalTime(x.AsLocalTime().Add(d)), nil
}

func settled(e ast.Expr) func(value.Value, error) (value.Value, error) {
	return func(v value.Value, err error) (value.Value, error) {
		if err != nil {
			return value.Null, fail(e, "ArithmeticError", "%v", err)
		}
		return v, nil
	}
}

// totalTime is sum() or avg() of durations.
func totalTime(c *ast.Call, values []value.Value) (value.Value, error) {
	var all temporal.Duration
	for _, v := range values {
		if v.Kind() != value.KindDuration {
			return value.Null, typeError(c, "%s() of durations and %s", c.Name, v.Kind())
		}
		var err error
		if all, err = all.Add(v.AsDuration()); err != nil {
			return value.Null, fail(c, "ArithmeticError", "%v", err)
		}
	}
	if strings.EqualFold(c.Name, "avg") {
		return settled(c)(wrapped(value.Duration)(all.Divide(int64(len(values)))))
	}
	return value.Duration(all), nil
}

// component reads a part of a temporal value or a point.
func component(v value.Value, name string, at ast.Expr) (value.Value, error) {
	switch v.Kind() { //nolint:exhaustive // the others have none
	case value.KindDate:
		d := v.AsDate().Civil()
		switch name {
		case "year":
			return value.Int(d.Year), nil
		case "month":
			return value.Int(int64(d.Month)), nil
		case "day":
			return value.Int(int64(d.Day)), nil
		}
	case value.KindDuration:
		switch name {
		case "months":
			return value.Int(v.AsDuration().Months), nil
		case "days":
			return value.Int(v.AsDuration().Days), nil
		}
	case value.KindPoint:
		switch name {
		case "x":
			return value.Float(v.AsPoint().X), nil
		case "y":
			return value.Float(v.AsPoint().Y), nil
		}
	}
	return value.Null, unsupported(at)
}
