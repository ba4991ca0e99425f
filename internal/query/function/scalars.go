package function

import (
	"encoding/hex"
	"math/rand/v2"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// scalarFunctions are the functions that fit no other family.
func scalarFunctions() []Function {
	return []Function{
		{Name: "coalesce", MinArgs: 1, MaxArgs: Variadic, Args: []Type{Any}, Result: Any, Eval: coalesce},
		{Name: "exists", MinArgs: 1, MaxArgs: 1, Args: []Type{Any}, Result: Boolean, Eval: eval1(exists)},
		{Name: "nullIf", MinArgs: 2, MaxArgs: 2, Args: []Type{Any}, Result: Any, Eval: nullIf},
		{Name: "valueType", MinArgs: 1, MaxArgs: 1, Args: []Type{Any}, Result: String, Eval: eval1(valueType)},
		{Name: "randomUUID", Result: String, Volatile: true, Eval: randomUUID},
		{Name: "assert", MinArgs: 1, MaxArgs: 2, Args: []Type{Boolean, String}, Result: Boolean, Volatile: true, Eval: assert},
		{Name: "counter", MinArgs: 2, MaxArgs: 3, Args: []Type{String, Integer}, Result: Integer, Volatile: true, Eval: counter},
		{Name: "getHopsCounter", Result: Integer, Volatile: true, Eval: hopsCounter},
		{Name: "username", Result: String, Eval: username},
		{Name: "roles", MaxArgs: 1, Args: []Type{String}, Result: List, Eval: roles},
	}
}

// hopsCounter is getHopsCounter().
func hopsCounter(c *Call, _ []value.Value) (value.Value, error) {
	if c.Hops == nil {
		return value.Null, nil
	}
	return c.Hops(), nil
}

func coalesce(_ *Call, args []value.Value) (value.Value, error) {
	for _, x := range args {
		if !x.IsNull() {
			return x, nil
		}
	}
	return value.Null, nil
}

func exists(_ *Call, x value.Value) (value.Value, error) { return value.Bool(!x.IsNull()), nil }

func nullIf(_ *Call, args []value.Value) (value.Value, error) {
	if value.Equal(args[0], args[1]) == value.Yes {
		return value.Null, nil
	}
	return args[0], nil
}

func valueType(_ *Call, x value.Value) (value.Value, error) {
	switch x.Kind() { //nolint:exhaustive // the others are called what they are
	case value.KindVirtualNode:
		return value.String(value.KindNode.String()), nil
	case value.KindVirtualEdge:
		return value.String(value.KindEdge.String()), nil
	default:
		return value.String(x.Kind().String()), nil
	}
}

// random returns the source of random numbers of the statement.
func (c *Call) random(name string) (*rand.Rand, error) {
	if c.Rand == nil {
		return nil, failure.New(failure.ClientError, failure.Runtime, "NotAvailable", "%s() has no source of random numbers here", name)
	}
	return c.Rand, nil
}

// randomUUID makes a version 4 UUID.
func randomUUID(c *Call, _ []value.Value) (value.Value, error) {
	random, err := c.random("randomUUID")
	if err != nil {
		return value.Null, err
	}
	var b [16]byte
	hi, lo := random.Uint64(), random.Uint64()
	for i := range 8 {
		b[i], b[8+i] = byte(hi>>(8*i)), byte(lo>>(8*i))
	}
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	text := make([]byte, 36)
	hex.Encode(text[0:8], b[0:4])
	hex.Encode(text[9:13], b[4:6])
	hex.Encode(text[14:18], b[6:8])
	hex.Encode(text[19:23], b[8:10])
	hex.Encode(text[24:36], b[10:16])
	for _, dash := range []int{8, 13, 18, 23} {
		text[dash] = '-'
	}
	return value.String(string(text)), nil
}

// assert fails the statement where its condition is not true.
func assert(_ *Call, args []value.Value) (value.Value, error) {
	if args[0].IsTrue() {
		return value.True, nil
	}
	if k := args[0].Kind(); k != value.KindBool && k != value.KindNull {
		return value.Null, wrongType("assert", "a boolean", args[0])
	}
	message := "the condition is not true"
	if len(args) == 2 && !args[1].IsNull() {
		text, err := argString("assert", args[1])
		if err != nil {
			return value.Null, err
		}
		message = text
	}
	return value.Null, failure.New(failure.ClientError, failure.Runtime, "AssertionFailed", "%s", message)
}

// counterMax bounds the number of counters of one statement.
const counterMax = 10_000

// counter is counter(name, start[, step]): start at the first call for a name within a
// statement, and step more at each further call.
func counter(c *Call, args []value.Value) (value.Value, error) {
	name, err := argString("counter", args[0])
	if err != nil {
		return value.Null, err
	}
	start, err := argInt("counter", args[1])
	if err != nil {
		return value.Null, err
	}
	step := int64(1)
	if len(args) == 3 {
		if step, err = argInt("counter", args[2]); err != nil {
			return value.Null, err
		}
		if step == 0 {
			return value.Null, outOfRange("counter", "the step must not be 0")
		}
	}
	at, running := c.counters[name]
	if !running {
		if len(c.counters) >= counterMax {
			return value.Null, outOfRange("counter", "more than %d counters", counterMax)
		}
		if c.counters == nil {
			c.counters = make(map[string]int64)
		}
		at = start
	}
	c.counters[name] = at + step
	return value.Int(at), nil
}

func username(c *Call, _ []value.Value) (value.Value, error) {
	if c.User == "" {
		return value.Null, nil
	}
	return value.String(c.User), nil
}

func roles(c *Call, _ []value.Value) (value.Value, error) {
	if c.Roles == nil {
		return value.List(nil), nil
	}
	var list []value.Value
	for _, name := range c.Roles() {
		list = append(list, value.String(name))
	}
	return value.List(list), nil
}
