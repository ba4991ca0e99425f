package column

import (
	"math"
	"strings"

	"memgraphd/internal/storage/value"
)

// textMax bounds the texts of one chunk: what is longer is better read where it is.
const textMax = 64 << 10

// Builder makes chunks. Its memory is used again from chunk to chunk.
type Builder struct {
	kind      Kind
	count     int // slots with a value
	present   Bits
	low, high int64
	ints      [GroupNodes]int64
	floats    [GroupNodes]float64
	bools     [GroupNodes]bool
	codes     [GroupNodes]uint16
	numbers   map[string]uint16 // of texts
	text      strings.Builder
	ends      []uint32
}

// Reset begins another chunk.
func (b *Builder) Reset() {
	b.kind, b.count, b.present = None, 0, Bits{}
	b.low, b.high = math.MaxInt64, math.MinInt64
	b.text.Reset()
	b.ends = b.ends[:0]
	clear(b.numbers)
}

// Hopeless reports whether what was set so far has no column.
func (b *Builder) Hopeless() bool { return b.kind == Mixed }

// Set gives slot i a value, once at most; null is none.
func (b *Builder) Set(i int, v value.Value) {
	k := kindOf(v)
	switch {
	case k == None || b.kind == Mixed:
		return
	case b.kind == None:
		b.kind = k
	case b.kind != k:
		b.kind = Mixed
	}
	switch b.kind {
	case Ints:
		x := v.AsInt()
		b.ints[i] = x
		b.low, b.high = min(b.low, x), max(b.high, x)
	case Floats:
		b.floats[i] = v.AsFloat()
	case Bools:
		b.bools[i] = v.AsBool()
	case Strings:
		b.setText(i, v.AsString())
	case None, Mixed:
	}
	b.present.Add(uint32(i))
	b.count++
}

func kindOf(v value.Value) Kind {
	switch v.Kind() {
	case value.KindNull:
		return None
	case value.KindInt:
		return Ints
	case value.KindFloat:
		return Floats
	case value.KindBool:
		return Bools
	case value.KindString:
		return Strings
	case value.KindBytes, value.KindList, value.KindMap, value.KindNode, value.KindEdge, value.KindPath,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return Mixed
}

func (b *Builder) setText(i int, text string) {
	n, known := b.numbers[text]
	if !known {
		if b.text.Len()+len(text) > textMax {
			b.kind = Mixed
			return
		}
		if b.numbers == nil {
			b.numbers = map[string]uint16{}
		}
		n = uint16(len(b.ends))
		b.numbers[text] = n
		b.text.WriteString(text)
		b.ends = append(b.ends, uint32(b.text.Len()))
	}
	b.codes[i] = n
}

// Chunk returns the chunk of what was set. Where fewer than a number of slots have a value, it
// is mixed.
func (b *Builder) Chunk(least int) Chunk {
	c := Chunk{kind: b.kind}
	if b.kind != None && b.count < least {
		c.kind = Mixed
		return c
	}
	if b.kind == None || b.kind == Mixed {
		return c
	}
	if b.count < GroupNodes {
		c.nulls = new(Bits)
		for i, word := range b.present {
			c.nulls[i] = ^word
		}
	}
	switch b.kind {
	case Ints:
		b.packInts(&c)
	case Floats:
		c.real = copied(&b.floats)
	case Bools:
		c.truth = copied(&b.bools)
	case Strings:
		c.text = strings.Clone(b.text.String())
		c.ends = append(make([]uint32, 0, len(b.ends)), b.ends...)
		if len(b.ends) <= math.MaxUint8+1 {
			c.one = narrowed[uint8](&b.codes, &b.present)
		} else {
			c.two = narrowed[uint16](&b.codes, &b.present)
		}
	case None, Mixed:
	}
	return c
}

func copied[T any](data *[GroupNodes]T) *[GroupNodes]T {
	made := *data
	return &made
}

// narrowed copies the numbers of texts; that of a slot without a text is 0.
func narrowed[T uint8 | uint16](codes *[GroupNodes]uint16, present *Bits) *[GroupNodes]T {
	made := new([GroupNodes]T)
	for i, code := range codes {
		if present.Has(uint32(i)) {
			made[i] = T(code)
		}
	}
	return made
}

func (b *Builder) packInts(c *Chunk) {
	c.low, c.high = b.low, b.high
	switch width := uint64(b.high) - uint64(b.low); {
	case width <= math.MaxUint8:
		c.one = distances[uint8](b)
	case width <= math.MaxUint16:
		c.two = distances[uint16](b)
	case width <= math.MaxUint32:
		c.four = distances[uint32](b)
	default:
		c.eight = distances[uint64](b)
	}
}

// distances returns how far each integer is from the least; 0 for a slot without one.
func distances[T uint8 | uint16 | uint32 | uint64](b *Builder) *[GroupNodes]T {
	made := new([GroupNodes]T)
	for i, x := range b.ints {
		if b.present.Has(uint32(i)) {
			made[i] = T(uint64(x) - uint64(b.low))
		}
	}
	return made
}
