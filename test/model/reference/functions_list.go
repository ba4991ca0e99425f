package reference

import (
	"slices"
	"strings"
	"unicode/utf8"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/value"
)

// listFunction finds a function about lists, or one that takes lists besides other things.
func listFunction(name string) function {
	switch name {
	case "head":
		return ofList(func(l []value.Value) value.Value { return at(l, 0) })
	case "last":
		return ofList(func(l []value.Value) value.Value { return at(l, len(l)-1) })
	case "tail":
		return ofList(func(l []value.Value) value.Value { return value.List(l[min(1, len(l)):]) })
	case "toset":
		return ofList(func(l []value.Value) value.Value {
			out := []value.Value{}
			for _, x := range l {
				if !slices.ContainsFunc(out, func(y value.Value) bool { return same(x, y) }) {
					out = append(out, x)
				}
			}
			return value.List(out)
		})
	case "size", "length", "isempty":
		return size
	case "reverse":
		return reversed
	case "range":
		return span
	}
	return nil
}

func at(list []value.Value, i int) value.Value {
	if i < 0 || i >= len(list) {
		return value.Null
	}
	return list[i]
}

func ofList(f func([]value.Value) value.Value) function {
	return func(_ *run, e *ast.Call, args []value.Value) (value.Value, error) {
		if args[0].Kind() != value.KindList {
			return wrongType(e, args[0])
		}
		return f(args[0].AsList()), nil
	}
}

// size is size(), length() or isEmpty().
func size(_ *run, e *ast.Call, args []value.Value) (value.Value, error) {
	var n int
	switch x := args[0]; {
	case x.Kind() == value.KindList:
		n = len(x.AsList())
	case x.Kind() == value.KindString:
		n = utf8.RuneCountInString(x.AsString())
	case x.Kind() == value.KindMap:
		n = len(x.AsMap())
	case x.Kind() == value.KindPath:
		n = len(x.AsPath().Edges)
	default:
		return wrongType(e, x)
	}
	if strings.EqualFold(e.Name, "isEmpty") {
		return value.Bool(n == 0), nil
	}
	return value.Int(int64(n)), nil
}

func reversed(_ *run, e *ast.Call, args []value.Value) (value.Value, error) {
	switch x := args[0]; {
	case x.Kind() == value.KindList:
		out := slices.Clone(x.AsList())
		slices.Reverse(out)
		return value.List(out), nil
	case x.Kind() == value.KindString:
		letters := []rune(x.AsString())
		slices.Reverse(letters)
		return value.String(string(letters)), nil
	}
	return wrongType(e, args[0])
}

// span is range().
func span(r *run, e *ast.Call, args []value.Value) (value.Value, error) {
	bounds := []int64{0, 0, 1}
	for i, x := range args {
		if x.Kind() != value.KindInt {
			return value.Null, fail(e, "ArgumentError", "range() of %s", x.Kind())
		}
		bounds[i] = x.AsInt()
	}
	from, to, by := bounds[0], bounds[1], bounds[2]
	if by == 0 {
		return value.Null, fail(e, "ArgumentError", "range() in steps of 0")
	}
	var out []value.Value
	for i := from; by > 0 && i <= to || by < 0 && i >= to; i += by {
		out = append(out, value.Int(i))
		if err := r.step(1); err != nil {
			return value.Null, err
		}
		if next := i + by; (next > i) != (by > 0) {
			break
		}
	}
	return value.List(out), nil
}
