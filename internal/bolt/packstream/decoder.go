package packstream

import (
	"encoding/binary"
	"fmt"
	"math"
	"unicode/utf8"

	"memgraphd/internal/storage/memory"
)

// Limits bound what one message may make the decoder do.
type Limits struct {
	Depth    int // lists, maps and structures inside each other
	Elements int // elements of all lists, entries of all maps and fields of all structures

	// Memory is asked before elements are allocated; nil is unlimited.
	Memory *memory.Budget
}

// elementSize is what an element of a list takes in memory, and most of an entry of a
// map: more than the one byte that it may take in the message.
const elementSize = 32

// reserveStep is how much is allocated before Limits.Memory is asked.
const reserveStep = 64 << 10

// Decoder reads the values of one message. The zero Decoder is empty; Reset gives it a
// message. After an error the position is undefined.
type Decoder struct {
	data     []byte
	at       int
	limits   Limits
	elements int   // still allowed
	pending  int64 // bytes allocated that Memory was not asked for
	reserved int64 // bytes reserved in Memory
	interner *Interner
}

// Reset makes d read data, which must not change before the last call.
func (d *Decoder) Reset(data []byte, limits Limits) {
	d.data, d.at, d.limits, d.elements, d.pending = data, 0, limits, limits.Elements, 0
}

// TakeReserved returns the bytes reserved in Limits.Memory since the last call, which
// the caller releases when the values are gone.
func (d *Decoder) TakeReserved() int64 {
	n := d.reserved
	d.reserved = 0
	return n
}

// Intern makes d take the keys of maps and the strings of String from in.
func (d *Decoder) Intern(in *Interner) { d.interner = in }

// Left returns the number of bytes not read yet.
func (d *Decoder) Left() int { return len(d.data) - d.at }

// Peek returns the type of the next value, TypeInvalid at the end.
func (d *Decoder) Peek() Type {
	if d.at >= len(d.data) {
		return TypeInvalid
	}
	return typeOf(d.data[d.at])
}

// End reports bytes that follow the last value.
func (d *Decoder) End() error {
	if d.at < len(d.data) {
		return d.wrong(fmt.Sprintf("%d bytes too many", len(d.data)-d.at))
	}
	return nil
}

// Null reads a null.
func (d *Decoder) Null() error {
	_, err := d.marker(TypeNull)
	return err
}

// Bool reads a boolean.
func (d *Decoder) Bool() (bool, error) {
	m, err := d.marker(TypeBool)
	return m == markTrue, err
}

// Int reads an integer.
func (d *Decoder) Int() (int64, error) {
	m, err := d.marker(TypeInt)
	if err != nil {
		return 0, err
	}
	switch m {
	case markInt8:
		b, err := d.take(1)
		if err != nil {
			return 0, err
		}
		return int64(int8(b[0])), nil
	case markInt16:
		b, err := d.take(2)
		if err != nil {
			return 0, err
		}
		return int64(int16(binary.BigEndian.Uint16(b))), nil
	case markInt32:
		b, err := d.take(4)
		if err != nil {
			return 0, err
		}
		return int64(int32(binary.BigEndian.Uint32(b))), nil
	case markInt64:
		b, err := d.take(8)
		if err != nil {
			return 0, err
		}
		return int64(binary.BigEndian.Uint64(b)), nil
	}
	return int64(int8(m)), nil
}

// Float reads a float.
func (d *Decoder) Float() (float64, error) {
	if _, err := d.marker(TypeFloat); err != nil {
		return 0, err
	}
	b, err := d.take(8)
	if err != nil {
		return 0, err
	}
	return math.Float64frombits(binary.BigEndian.Uint64(b)), nil
}

// Bytes reads a byte array as a view into the message.
func (d *Decoder) Bytes() ([]byte, error) {
	m, err := d.marker(TypeBytes)
	if err != nil {
		return nil, err
	}
	n, err := d.size(1 << (m - markBytes8))
	if err != nil {
		return nil, err
	}
	return d.take(n)
}

// StringView reads a string as a view into the message.
func (d *Decoder) StringView() ([]byte, error) {
	b, err := d.text()
	if err != nil {
		return nil, err
	}
	return b, d.valid(b)
}

// String reads a string that outlives the message.
func (d *Decoder) String() (string, error) {
	b, err := d.text()
	if err != nil {
		return "", err
	}
	if s, ok := d.interner.known(b); ok { // what is kept is valid
		return s, nil
	}
	if err = d.valid(b); err != nil {
		return "", err
	}
	return d.interner.keep(b), nil
}

// text reads the bytes of a string.
func (d *Decoder) text() ([]byte, error) {
	m, err := d.marker(TypeString)
	if err != nil {
		return nil, err
	}
	n := int(m & 0x0F)
	if m >= markStr8 {
		if n, err = d.size(1 << (m - markStr8)); err != nil {
			return nil, err
		}
	}
	return d.take(n)
}

// valid refuses b, which was just read, where it is not UTF-8.
func (d *Decoder) valid(b []byte) error {
	if utf8.Valid(b) {
		return nil
	}
	d.at -= len(b)
	return d.wrong("a string is not valid UTF-8")
}

// ListHeader reads the head of a list and returns its length.
func (d *Decoder) ListHeader() (int, error) {
	m, err := d.marker(TypeList)
	if err != nil {
		return 0, err
	}
	return d.count(m, markList8, 1)
}

// MapHeader reads the head of a map and returns the number of its entries.
func (d *Decoder) MapHeader() (int, error) {
	m, err := d.marker(TypeMap)
	if err != nil {
		return 0, err
	}
	return d.count(m, markMap8, 2)
}

// StructHeader reads the head of a structure and returns its number of fields and tag.
func (d *Decoder) StructHeader() (fields int, tag byte, err error) {
	m, err := d.marker(TypeStruct)
	if err != nil {
		return 0, 0, err
	}
	b, err := d.take(1)
	if err != nil {
		return 0, 0, err
	}
	fields = int(m & 0x0F)
	return fields, b[0], d.charge(fields, fields)
}

// Skip reads one value of any type and drops it.
func (d *Decoder) Skip() error { return d.skip(0) }

func (d *Decoder) skip(depth int) error {
	if depth > d.limits.Depth {
		return &LimitError{What: "levels of nesting", Max: d.limits.Depth}
	}
	switch t := d.Peek(); t {
	case TypeNull, TypeBool:
		d.at++
		return nil
	case TypeInt:
		_, err := d.Int()
		return err
	case TypeFloat:
		_, err := d.Float()
		return err
	case TypeBytes:
		_, err := d.Bytes()
		return err
	case TypeString:
		_, err := d.StringView()
		return err
	case TypeList:
		n, err := d.ListHeader()
		return d.skipAll(n, depth, err)
	case TypeMap:
		n, err := d.MapHeader()
		for range n {
			if _, err = d.StringView(); err != nil {
				return err
			}
			if err = d.skip(depth + 1); err != nil {
				return err
			}
		}
		return err
	case TypeStruct:
		n, _, err := d.StructHeader()
		return d.skipAll(n, depth, err)
	case TypeInvalid:
	}
	_, err := d.marker(TypeNull)
	return err
}

// skipAll drops n values below depth, unless err holds already.
func (d *Decoder) skipAll(n, depth int, err error) error {
	for range n {
		if err != nil {
			return err
		}
		err = d.skip(depth + 1)
	}
	return err
}

// marker reads the marker of a value that must be of type t.
func (d *Decoder) marker(t Type) (byte, error) {
	if d.at < len(d.data) {
		if m := d.data[d.at]; typeOf(m) == t {
			d.at++
			return m, nil
		}
	}
	return 0, d.unexpected(t)
}

// unexpected says that what comes is not a t.
func (d *Decoder) unexpected(t Type) error {
	if d.at >= len(d.data) {
		return d.wrong("the message ends where " + t.article() + " is needed")
	}
	m := d.data[d.at]
	got := typeOf(m)
	if got == TypeInvalid {
		return d.wrong(fmt.Sprintf("unknown marker %02X", m))
	}
	return d.wrong(fmt.Sprintf("%s where %s is needed", got.article(), t.article()))
}

// take returns the next n bytes.
func (d *Decoder) take(n int) ([]byte, error) {
	if n > len(d.data)-d.at {
		return nil, d.wrong("the message ends inside a value")
	}
	b := d.data[d.at : d.at+n]
	d.at += n
	return b, nil
}

// size reads an unsigned size of width bytes.
func (d *Decoder) size(width int) (int, error) {
	b, err := d.take(width)
	if err != nil {
		return 0, err
	}
	var n uint64
	for _, x := range b {
		n = n<<8 | uint64(x)
	}
	if n > SizeMax {
		return 0, d.wrong("a size above 2147483647")
	}
	return int(n), nil
}

// count reads the count that belongs to the marker m of a list or map; each element
// takes at least width bytes.
func (d *Decoder) count(m, first byte, width int) (int, error) {
	n := int(m & 0x0F)
	if m >= first {
		var err error
		if n, err = d.size(1 << (m - first)); err != nil {
			return 0, err
		}
	}
	return n, d.charge(n, n*width)
}

// charge takes n elements of at least bytes bytes together from the budget.
func (d *Decoder) charge(n, bytes int) error {
	if bytes > len(d.data)-d.at {
		return d.wrong(fmt.Sprintf("%d elements are announced, but %d bytes are left", n, len(d.data)-d.at))
	}
	if n > d.elements {
		return &LimitError{What: "elements", Max: d.limits.Elements}
	}
	d.elements -= n
	if d.pending += int64(n) * elementSize; d.pending < reserveStep || d.limits.Memory == nil {
		return nil
	}
	if err := d.limits.Memory.Reserve(d.pending); err != nil {
		return err
	}
	d.reserved += d.pending
	d.pending = 0
	return nil
}

func (d *Decoder) wrong(what string) error { return &SyntaxError{At: d.at, What: what} }
