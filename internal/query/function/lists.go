package function

import (
	"slices"
	"unicode/utf8"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// listFunctions are the functions about lists, and those that take lists besides other
// things.
func listFunctions() []Function {
	sized := []Type{Lists | String | Map}
	return []Function{
		{Name: "head", MinArgs: 1, MaxArgs: 1, Args: []Type{Lists}, Result: Any, NullIn: true, Eval: eval1(head)},
		{Name: "last", MinArgs: 1, MaxArgs: 1, Args: []Type{Lists}, Result: Any, NullIn: true, Eval: eval1(last)},
		{Name: "tail", MinArgs: 1, MaxArgs: 1, Args: []Type{Lists}, Result: List, NullIn: true, Eval: eval1(tail)},
		{Name: "size", MinArgs: 1, MaxArgs: 1, Args: sized, Result: Integer, NullIn: true, Eval: eval1(size)},
		{Name: "length", MinArgs: 1, MaxArgs: 1, Args: []Type{Path | Lists | String | Map}, Result: Integer, NullIn: true, Eval: eval1(length)},
		{Name: "isEmpty", MinArgs: 1, MaxArgs: 1, Args: sized, Result: Boolean, NullIn: true, Eval: eval1(isEmpty)},
		{Name: "reverse", MinArgs: 1, MaxArgs: 1, Args: []Type{Lists | String}, Result: Lists | String, NullIn: true, Eval: eval1(reverse)},
		{Name: "range", MinArgs: 2, MaxArgs: 3, Args: []Type{Any}, Result: List, NullIn: true, Eval: rangeOf},
		{Name: "toSet", MinArgs: 1, MaxArgs: 1, Args: []Type{Lists}, Result: List, NullIn: true, Eval: eval1(toSet)},
		{Name: "uniformSample", MinArgs: 2, MaxArgs: 2, Args: []Type{Lists, Integer}, Result: List, NullIn: true, Volatile: true, Eval: uniformSample},
	}
}

func head(_ *Call, x value.Value) (value.Value, error) {
	list, err := argList("head", x)
	if err != nil || len(list) == 0 {
		return value.Null, err
	}
	return list[0], nil
}

func last(_ *Call, x value.Value) (value.Value, error) {
	list, err := argList("last", x)
	if err != nil || len(list) == 0 {
		return value.Null, err
	}
	return list[len(list)-1], nil
}

func tail(_ *Call, x value.Value) (value.Value, error) {
	list, err := argList("tail", x)
	if err != nil {
		return value.Null, err
	}
	if len(list) > 0 {
		list = list[1:]
	}
	return value.List(list), nil
}

// count returns how many elements, characters, fields or steps x has.
func count(name string, x value.Value) (int, error) {
	switch x.Kind() {
	case value.KindList:
		return len(x.AsList()), nil
	case value.KindString:
		return utf8.RuneCountInString(x.AsString()), nil
	case value.KindMap:
		return len(x.AsMap()), nil
	case value.KindPath:
		return len(x.AsPath().Edges), nil
	case value.KindBytes:
		return len(x.AsBytes()), nil
	case value.KindNull, value.KindBool, value.KindInt, value.KindFloat, value.KindNode, value.KindEdge,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return 0, wrongType(name, "a list, a string, a map or a path", x)
}

func size(_ *Call, x value.Value) (value.Value, error) {
	n, err := count("size", x)
	return value.Int(int64(n)), err
}

func length(_ *Call, x value.Value) (value.Value, error) {
	n, err := count("length", x)
	return value.Int(int64(n)), err
}

func isEmpty(_ *Call, x value.Value) (value.Value, error) {
	n, err := count("isEmpty", x)
	return value.Bool(n == 0), err
}

func reverse(c *Call, x value.Value) (value.Value, error) {
	switch x.Kind() {
	case value.KindString:
		return reverseString(c, x.AsString())
	case value.KindList:
		if err := c.ReserveElements(len(x.AsList())); err != nil {
			return value.Null, err
		}
		out := slices.Clone(x.AsList())
		slices.Reverse(out)
		return value.List(out), nil
	case value.KindNull, value.KindBool, value.KindInt, value.KindFloat, value.KindBytes, value.KindMap, value.KindNode, value.KindEdge, value.KindPath,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return value.Null, wrongType("reverse", "a list or a string", x)
}

// rangeOf is range(start, end[, step]), both ends included.
func rangeOf(c *Call, args []value.Value) (value.Value, error) {
	bounds := [3]int64{2: 1}
	for i, x := range args {
		if x.Kind() != value.KindInt {
			return value.Null, failure.Argument("InvalidArgumentType", "range() expects integers, not a value of type %s", x.Kind())
		}
		bounds[i] = x.AsInt()
	}
	start, end, step := bounds[0], bounds[1], bounds[2]
	n, err := rangeLength(start, end, step)
	if err != nil {
		return value.Null, err
	}
	if err := c.ReserveElements(n); err != nil {
		return value.Null, err
	}
	// A very long list grows as it is filled, so that it is interrupted before its memory is touched.
	out := make([]value.Value, 0, min(n, 64*interruptEvery))
	for at := start; len(out) < n; at += step {
		out = append(out, value.Int(at))
		if len(out)%interruptEvery == 0 {
			if err := c.Check(); err != nil {
				return value.Null, err
			}
		}
	}
	return value.List(out), nil
}

// rangeLength counts the elements of a range; more than ListMax count as ListMax+1.
func rangeLength(start, end, step int64) (int, error) {
	var distance, stride uint64
	switch {
	case step == 0:
		return 0, outOfRange("range", "the step must not be 0")
	case step > 0 && start <= end:
		distance, stride = uint64(end)-uint64(start), uint64(step)
	case step < 0 && start >= end:
		distance, stride = uint64(start)-uint64(end), -uint64(step)
	default:
		return 0, nil
	}
	return int(min(distance/stride, ListMax)) + 1, nil
}

// toSet drops elements that were there before, keeping the first of each.
func toSet(c *Call, x value.Value) (value.Value, error) {
	list, err := argList("toSet", x)
	if err != nil {
		return value.Null, err
	}
	if err := c.ReserveElements(2 * len(list)); err != nil {
		return value.Null, err
	}
	seen := make(map[uint64][]int, len(list))
	out := make([]value.Value, 0, len(list))
	for _, e := range list {
		h := value.Hash(e)
		if slices.ContainsFunc(seen[h], func(i int) bool { return value.Same(out[i], e) }) {
			continue
		}
		seen[h] = append(seen[h], len(out))
		out = append(out, e)
	}
	return value.List(out), nil
}

// uniformSample draws n elements of a list, with replacement; null for an empty list.
func uniformSample(c *Call, args []value.Value) (value.Value, error) {
	list, err := argList("uniformSample", args[0])
	if err != nil {
		return value.Null, err
	}
	n, err := argCount("uniformSample", args[1])
	if err != nil || len(list) == 0 {
		return value.Null, err
	}
	random, err := c.random("uniformSample")
	if err != nil {
		return value.Null, err
	}
	if err := c.ReserveElements(int(min(n, ListMax+1))); err != nil {
		return value.Null, err
	}
	out := make([]value.Value, n)
	for i := range out {
		out[i] = list[random.IntN(len(list))]
	}
	return value.List(out), nil
}
