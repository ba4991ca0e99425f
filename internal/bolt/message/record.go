package message

import (
	"errors"

	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// valueDepthMax bounds the nesting of a value that is sent, which recursion follows.
const valueDepthMax = 1000

// Errors of records that cannot be sent.
var (
	ErrValueTooDeep  = errors.New("a value of the result is nested deeper than 1000 levels")
	ErrValueTooLarge = errors.New("a value of the result is larger than 2147483647 bytes or elements")
)

// Records encodes the rows of batches. It is used by one goroutine and keeps scratch
// memory, so that a record allocates nothing.
type Records struct {
	elementIDs bool
	dateTimes  packstream.DateTimes
	labels     []string
	properties []batch.Property
	path       pathScratch
	err        error
}

// NewRecords returns an encoder of entities and instants in the forms that the client
// understands.
func NewRecords(form EntityForm, times packstream.DateTimes) *Records {
	return &Records{elementIDs: form == WithElementIDs, dateTimes: times}
}

// EntityForm says which fields nodes and relationships have on the wire.
type EntityForm uint8

// The forms.
const (
	WithoutElementIDs EntityForm = iota // up to 4.4
	WithElementIDs                      // from 5.0 on
)

// Append appends the RECORD of one physical row of b.
func (r *Records) Append(dst []byte, b *batch.Batch, row int, e batch.Entities) ([]byte, error) {
	dst = packstream.AppendStructHeader(dst, 1, byte(KindRecord))
	dst = packstream.AppendListHeader(dst, len(b.Columns))
	for i := range b.Columns {
		c := &b.Columns[i]
		if c.Kind == batch.Values && c.Values[row].Kind() == value.KindInt {
			dst = packstream.AppendInt(dst, c.Values[row].AsInt())
			continue
		}
		dst = r.cell(dst, c, row, e)
	}
	err := r.err
	r.err = nil
	return dst, err
}

// cell appends one row of one column.
func (r *Records) cell(dst []byte, v *batch.Vector, row int, e batch.Entities) []byte {
	switch v.Kind {
	case batch.Values:
		return r.value(dst, v.Values[row], e, 0)
	case batch.Nodes:
		if v.Nodes[row] == graph.NoNode {
			return packstream.AppendNull(dst)
		}
		return r.node(dst, v.Nodes[row], e)
	case batch.Edges:
		if v.Edges[row].ID == graph.NoEdge {
			return packstream.AppendNull(dst)
		}
		return r.edge(dst, v.Edges[row], e)
	case batch.Ints, batch.Floats, batch.Bools, batch.Strings:
	}
	if v.Nulls.Has(row) {
		return packstream.AppendNull(dst)
	}
	switch v.Kind {
	case batch.Ints:
		return packstream.AppendInt(dst, v.Ints[row])
	case batch.Floats:
		return packstream.AppendFloat(dst, v.Floats[row])
	case batch.Bools:
		return packstream.AppendBool(dst, v.Bools[row])
	case batch.Strings:
		return r.text(dst, v.Strings[row])
	case batch.Values, batch.Nodes, batch.Edges:
	}
	return packstream.AppendNull(dst)
}

// value appends v, which lies depth levels inside the cell.
func (r *Records) value(dst []byte, v value.Value, e batch.Entities, depth int) []byte {
	switch v.Kind() {
	case value.KindNull, value.KindBool, value.KindInt, value.KindFloat,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint:
		return packstream.Append(dst, v)
	case value.KindEnum:
		return packstream.Append(dst, e.Enum(v))
	case value.KindDateTime:
		return packstream.AppendDateTime(dst, v.AsDateTime(), r.dateTimes)
	case value.KindString:
		return r.text(dst, v.AsString())
	case value.KindBytes:
		if !r.fits(len(v.AsBytes())) {
			return dst
		}
		return packstream.AppendBytes(dst, v.AsBytes())
	case value.KindNode:
		return r.node(dst, v.AsNode(), e)
	case value.KindEdge:
		return r.edge(dst, v.AsEdge(), e)
	case value.KindVirtualNode:
		return r.virtualNode(dst, v.AsVirtualNode(), e)
	case value.KindVirtualEdge:
		return r.virtualEdge(dst, v.AsVirtualEdge(), e)
	case value.KindPath:
		return r.appendPath(dst, v.AsPath(), e)
	case value.KindList:
		list := v.AsList()
		if depth >= valueDepthMax {
			return r.fail(dst, ErrValueTooDeep)
		}
		if !r.fits(len(list)) {
			return dst
		}
		dst = packstream.AppendListHeader(dst, len(list))
		for _, element := range list {
			dst = r.value(dst, element, e, depth+1)
		}
		return dst
	case value.KindMap:
		if depth >= valueDepthMax {
			return r.fail(dst, ErrValueTooDeep)
		}
		entries := v.AsMap()
		dst = packstream.AppendMapHeader(dst, len(entries))
		for i := range entries {
			dst = r.value(r.text(dst, entries[i].Key), entries[i].Value, e, depth+1)
		}
		return dst
	}
	return packstream.AppendNull(dst)
}

// text appends a string.
func (r *Records) text(dst []byte, s string) []byte {
	if !r.fits(len(s)) {
		return dst
	}
	return packstream.AppendString(dst, s)
}

// fits reports whether a size can be written, and remembers the failure if not.
func (r *Records) fits(n int) bool {
	if n > packstream.SizeMax {
		r.err = ErrValueTooLarge
		return false
	}
	return true
}

func (r *Records) fail(dst []byte, err error) []byte {
	r.err = err
	return dst
}
