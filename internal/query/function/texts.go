package function

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// stringFunctions are the functions of strings. Positions and lengths count characters.
func stringFunctions() []Function {
	text, two := []Type{String}, []Type{String, String}
	return []Function{
		{Name: "toUpper", MinArgs: 1, MaxArgs: 1, Args: text, Result: String, NullIn: true, Eval: mapping("toUpper", strings.ToUpper)},
		{Name: "toLower", MinArgs: 1, MaxArgs: 1, Args: text, Result: String, NullIn: true, Eval: mapping("toLower", strings.ToLower)},
		{Name: "contains", MinArgs: 2, MaxArgs: 2, Args: two, Result: Boolean, NullIn: true, Eval: test("contains", strings.Contains)},
		{Name: "startsWith", MinArgs: 2, MaxArgs: 2, Args: two, Result: Boolean, NullIn: true, Eval: test("startsWith", strings.HasPrefix)},
		{Name: "endsWith", MinArgs: 2, MaxArgs: 2, Args: two, Result: Boolean, NullIn: true, Eval: test("endsWith", strings.HasSuffix)},
		{Name: "left", MinArgs: 2, MaxArgs: 2, Args: []Type{String, Integer}, Result: String, NullIn: true, Eval: left},
		{Name: "right", MinArgs: 2, MaxArgs: 2, Args: []Type{String, Integer}, Result: String, NullIn: true, Eval: right},
		{Name: "substring", MinArgs: 2, MaxArgs: 3, Args: []Type{String, Integer, Integer}, Result: String, NullIn: true, Eval: substring},
		{Name: "replace", MinArgs: 3, MaxArgs: 3, Args: text, Result: String, NullIn: true, Eval: replace},
		{Name: "split", MinArgs: 2, MaxArgs: 2, Args: two, Result: List, NullIn: true, Eval: split},
		{Name: "toByteString", MinArgs: 1, MaxArgs: 1, Args: text, Result: Bytes, NullIn: true, Eval: eval1(toByteString)},
		{Name: "fromByteString", MinArgs: 1, MaxArgs: 2, Args: []Type{Bytes, Integer}, Result: String, NullIn: true, Eval: fromByteString},
	}
}

func mapping(name string, of func(string) string) func(*Call, []value.Value) (value.Value, error) {
	return func(c *Call, args []value.Value) (value.Value, error) {
		s, err := argString(name, args[0])
		if err != nil {
			return value.Null, err
		}
		if err := c.Reserve(int64(len(s))); err != nil {
			return value.Null, err
		}
		return value.String(of(s)), nil
	}
}

func test(name string, of func(s, t string) bool) func(*Call, []value.Value) (value.Value, error) {
	return func(_ *Call, args []value.Value) (value.Value, error) {
		s, err := argString(name, args[0])
		if err != nil {
			return value.Null, err
		}
		t, err := argString(name, args[1])
		if err != nil {
			return value.Null, err
		}
		return value.Bool(of(s, t)), nil
	}
}

// prefix returns how many bytes the first n characters of s take, at most all.
func prefix(s string, n int64) int {
	if n >= int64(len(s)) {
		return len(s)
	}
	at := 0
	for ; n > 0 && at < len(s); n-- {
		_, width := utf8.DecodeRuneInString(s[at:])
		at += width
	}
	return at
}

func left(_ *Call, args []value.Value) (value.Value, error) {
	s, err := argString("left", args[0])
	if err != nil {
		return value.Null, err
	}
	n, err := argCount("left", args[1])
	if err != nil {
		return value.Null, err
	}
	return value.String(s[:prefix(s, n)]), nil
}

func right(_ *Call, args []value.Value) (value.Value, error) {
	s, err := argString("right", args[0])
	if err != nil {
		return value.Null, err
	}
	n, err := argCount("right", args[1])
	if err != nil {
		return value.Null, err
	}
	skip := int64(utf8.RuneCountInString(s)) - n
	return value.String(s[prefix(s, skip):]), nil
}

// substring is substring(s, start[, length]), start counting from 0.
func substring(_ *Call, args []value.Value) (value.Value, error) {
	s, err := argString("substring", args[0])
	if err != nil {
		return value.Null, err
	}
	start, err := argCount("substring", args[1])
	if err != nil {
		return value.Null, err
	}
	s = s[prefix(s, start):]
	if len(args) == 3 {
		n, err := argCount("substring", args[2])
		if err != nil {
			return value.Null, err
		}
		s = s[:prefix(s, n)]
	}
	return value.String(s), nil
}

func replace(c *Call, args []value.Value) (value.Value, error) {
	var s [3]string
	for i := range s {
		var err error
		if s[i], err = argString("replace", args[i]); err != nil {
			return value.Null, err
		}
	}
	n := int64(strings.Count(s[0], s[1]))
	if n == 0 {
		return args[0], nil
	}
	if err := c.Reserve(int64(len(s[0])) + n*int64(len(s[2])-len(s[1]))); err != nil {
		return value.Null, err
	}
	return value.String(strings.ReplaceAll(s[0], s[1], s[2])), nil
}

func split(c *Call, args []value.Value) (value.Value, error) {
	s, err := argString("split", args[0])
	if err != nil {
		return value.Null, err
	}
	by, err := argString("split", args[1])
	if err != nil {
		return value.Null, err
	}
	n := strings.Count(s, by) + 1
	if err := c.ReserveElements(2 * n); err != nil {
		return value.Null, err
	}
	parts := make([]value.Value, 0, n)
	for part := range strings.SplitSeq(s, by) {
		parts = append(parts, value.String(part))
	}
	return value.List(parts), nil
}

func reverseString(c *Call, s string) (value.Value, error) {
	if err := c.Reserve(int64(len(s))); err != nil {
		return value.Null, err
	}
	out := make([]byte, len(s))
	at := len(s)
	for i := 0; i < len(s); {
		_, width := utf8.DecodeRuneInString(s[i:])
		at -= width
		copy(out[at:], s[i:i+width])
		i += width
	}
	return value.String(string(out)), nil
}

// toByteString reads hexadecimal digits, with or without 0x before them.
func toByteString(_ *Call, x value.Value) (value.Value, error) {
	s, err := argString("toByteString", x)
	if err != nil {
		return value.Null, err
	}
	b, err := hex.DecodeString(strings.TrimPrefix(strings.TrimPrefix(s, "0x"), "0X"))
	if err != nil {
		return value.Null, failure.Argument("InvalidArgumentValue", "toByteString() expects pairs of hexadecimal digits").WithCause(err)
	}
	return value.Bytes(b), nil
}

// fromByteString writes bytes as hexadecimal digits, with leading zeros up to the given
// number of bytes.
func fromByteString(c *Call, args []value.Value) (value.Value, error) {
	if args[0].Kind() != value.KindBytes {
		return value.Null, wrongType("fromByteString", "bytes", args[0])
	}
	b := args[0].AsBytes()
	missing := int64(0)
	if len(args) == 2 {
		n, err := argCount("fromByteString", args[1])
		if err != nil {
			return value.Null, err
		}
		if missing = max(n-int64(len(b)), 0); missing > ListMax {
			return value.Null, outOfRange("fromByteString", "%d bytes are too many", n)
		}
	}
	if err := c.Reserve(2 * (int64(len(b)) + missing)); err != nil {
		return value.Null, err
	}
	return value.String("0x" + strings.Repeat("00", int(missing)) + hex.EncodeToString(b)), nil
}
