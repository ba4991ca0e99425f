package packstream

import (
	"bytes"

	"memgraphd/internal/storage/value"
)

// Value reads one value that outlives the message. Structures that are no temporal value and
// no point are refused with a *StructureError, and so are those out of range.
func (d *Decoder) Value() (value.Value, error) { return d.value(0) }

// Map reads a map as a value that outlives the message.
func (d *Decoder) Map() (value.Value, error) { return d.mapValue(0) }

func (d *Decoder) value(depth int) (value.Value, error) {
	if depth > d.limits.Depth {
		return value.Null, &LimitError{What: "levels of nesting", Max: d.limits.Depth}
	}
	switch d.Peek() {
	case TypeNull:
		d.at++
		return value.Null, nil
	case TypeBool:
		b, err := d.Bool()
		return value.Bool(b), err
	case TypeInt:
		i, err := d.Int()
		return value.Int(i), err
	case TypeFloat:
		f, err := d.Float()
		return value.Float(f), err
	case TypeBytes:
		b, err := d.Bytes()
		return value.Bytes(bytes.Clone(b)), err
	case TypeString:
		b, err := d.StringView()
		return value.String(string(b)), err
	case TypeList:
		return d.listValue(depth)
	case TypeMap:
		return d.mapValue(depth)
	case TypeStruct:
		return d.structure()
	case TypeInvalid:
	}
	_, err := d.marker(TypeNull)
	return value.Null, err
}

// listValue reads a list. Its length is bounded by the bytes that are left and by the
// budget of elements before the slice is made.
func (d *Decoder) listValue(depth int) (value.Value, error) {
	n, err := d.ListHeader()
	if err != nil {
		return value.Null, err
	}
	elements := make([]value.Value, n)
	for i := range elements {
		if elements[i], err = d.value(depth + 1); err != nil {
			return value.Null, inElement(err, i)
		}
	}
	return value.List(elements), nil
}

func (d *Decoder) mapValue(depth int) (value.Value, error) {
	n, err := d.MapHeader()
	if err != nil {
		return value.Null, err
	}
	if n == 0 {
		return value.Map(nil), nil
	}
	return d.entries(make([]value.Entry, n), depth)
}

// scratchMax is how many entries MapIn keeps room for.
const scratchMax = 32

// MapIn is Map with entries that lie in scratch where they are few, which must not be used for
// another map before this one is done with. What they hold has memory of its own.
func (d *Decoder) MapIn(scratch *[]value.Entry) (value.Value, error) {
	n, err := d.MapHeader()
	if err != nil {
		return value.Null, err
	}
	switch {
	case n == 0:
		return value.Map(nil), nil
	case n > scratchMax:
		return d.entries(make([]value.Entry, n), 0)
	case n > cap(*scratch):
		*scratch = make([]value.Entry, n)
	}
	*scratch = (*scratch)[:n]
	return d.entries(*scratch, 0)
}

// entries reads as many entries of a map as there is room for.
func (d *Decoder) entries(entries []value.Entry, depth int) (value.Value, error) {
	var err error
	for i := range entries {
		if entries[i].Key, err = d.String(); err != nil {
			return value.Null, err
		}
		if entries[i].Value, err = d.value(depth + 1); err != nil {
			return value.Null, inEntry(err, entries[i].Key)
		}
	}
	return value.Map(entries), nil
}

// Append appends v, with instants in the form of UTCDateTimes. It holds no node,
// relationship or path and nothing longer than SizeMax: those need the graph, and their
// structures belong to the message package.
func Append(dst []byte, v value.Value) []byte {
	switch v.Kind() {
	case value.KindNull:
		return append(dst, markNull)
	case value.KindBool:
		return AppendBool(dst, v.AsBool())
	case value.KindInt:
		return AppendInt(dst, v.AsInt())
	case value.KindFloat:
		return AppendFloat(dst, v.AsFloat())
	case value.KindString:
		return AppendString(dst, v.AsString())
	case value.KindBytes:
		return AppendBytes(dst, v.AsBytes())
	case value.KindList:
		list := v.AsList()
		dst = AppendListHeader(dst, len(list))
		for _, e := range list {
			dst = Append(dst, e)
		}
		return dst
	case value.KindMap:
		entries := v.AsMap()
		dst = AppendMapHeader(dst, len(entries))
		for _, e := range entries {
			dst = Append(AppendString(dst, e.Key), e.Value)
		}
		return dst
	case value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint:
		return appendStructure(dst, v)
	case value.KindNode, value.KindEdge, value.KindPath, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	panic("packstream: a " + v.Kind().String() + " is not a plain value")
}
