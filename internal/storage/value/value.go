// Package value is the one value type from the wire to the disk.
//
// A Value is 24 bytes: a pointer, a word, a half word and a kind. Numbers, booleans and
// entity handles live in the word; strings, lists, maps, paths, durations and points behind
// the pointer, with the length of the first three in the word. The half word tells how deep
// lists and maps nest. Temporal instants have days, seconds or nanoseconds in the word, an
// offset or nanoseconds in the half word, and their zone behind the pointer. The value of an
// enum has the numbers of both in the word; a virtual node or relationship lies behind the
// pointer and has its id in the word. Values are
// immutable: what a constructor is given must not be changed afterwards, and what an
// accessor returns must not be written to. The zero Value is null.
package value

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/temporal"
)

// Kind tells what a Value holds. The numbers are internal: every file format has its own tags.
type Kind uint8

// The kinds.
const (
	KindNull Kind = iota
	KindBool
	KindInt
	KindFloat
	KindString
	KindBytes
	KindList
	KindMap
	KindNode
	KindEdge
	KindPath
	KindDate
	KindTime
	KindLocalTime
	KindDateTime
	KindLocalDateTime
	KindDuration
	KindPoint
	KindEnum
	KindVirtualNode
	KindVirtualEdge
)

// String returns the type name that messages use, and valueType() of all but virtual things.
func (k Kind) String() string {
	switch k {
	case KindNull:
		return "NULL"
	case KindBool:
		return "BOOLEAN"
	case KindInt:
		return "INTEGER"
	case KindFloat:
		return "FLOAT"
	case KindString:
		return "STRING"
	case KindBytes:
		return "BYTES"
	case KindList:
		return "LIST"
	case KindMap:
		return "MAP"
	case KindNode:
		return "NODE"
	case KindEdge:
		return "RELATIONSHIP"
	case KindPath:
		return "PATH"
	case KindDate:
		return "DATE"
	case KindTime:
		return "ZONED TIME"
	case KindLocalTime:
		return "LOCAL TIME"
	case KindDateTime:
		return "ZONED DATETIME"
	case KindLocalDateTime:
		return "LOCAL DATETIME"
	case KindDuration:
		return "DURATION"
	case KindPoint:
		return "POINT"
	case KindEnum:
		return "ENUM"
	case KindVirtualNode:
		return "VIRTUAL NODE"
	case KindVirtualEdge:
		return "VIRTUAL RELATIONSHIP"
	}
	return "kind " + strconv.Itoa(int(k))
}

// Value is one Cypher value. It has four fields and no more, because the compiler keeps a
// larger struct in memory and not in registers, which makes every use of it slower.
type Value struct {
	p unsafe.Pointer
	n uint64
	x int32 // how deep a list or map nests, the offset of a time, the nanoseconds of an instant
	k Kind
}

// Entry is one key and value of a map.
type Entry struct {
	Key   string
	Value Value
}

// PathValue is a walk through the graph: len(Nodes) == len(Edges)+1.
//
// Edges[i] joins Nodes[i] and Nodes[i+1]; it was followed against its direction
// where Edges[i].Dst differs from Nodes[i+1].
type PathValue struct {
	Nodes []graph.NodeID
	Edges []graph.Edge
}

// Null is the null value.
var Null = Value{}

// True and False are the boolean values.
var (
	True  = Value{k: KindBool, n: 1}
	False = Value{k: KindBool}
)

// Bool returns b as a value.
func Bool(b bool) Value {
	if b {
		return True
	}
	return False
}

// Int returns i as a value.
func Int(i int64) Value { return Value{k: KindInt, n: uint64(i)} }

// Float returns f as a value.
func Float(f float64) Value { return Value{k: KindFloat, n: math.Float64bits(f)} }

// String returns s as a value.
func String(s string) Value {
	return Value{k: KindString, p: unsafe.Pointer(unsafe.StringData(s)), n: uint64(len(s))}
}

// Bytes returns b as a value; b must not be written to afterwards.
func Bytes(b []byte) Value {
	return Value{k: KindBytes, p: unsafe.Pointer(unsafe.SliceData(b)), n: uint64(len(b))}
}

// List returns the elements as a value; they must not be written to afterwards.
func List(elements []Value) Value {
	d := 0
	for i := range elements {
		d = max(d, elements[i].Depth())
	}
	return Value{k: KindList, p: unsafe.Pointer(unsafe.SliceData(elements)), n: uint64(len(elements)), x: deeper(d)}
}

// Map returns the entries as a value. It takes the slice over and sorts it by key; of
// entries with the same key the last one stays.
func Map(entries []Entry) Value {
	if !slices.IsSortedFunc(entries, func(a, b Entry) int { return strings.Compare(a.Key, b.Key) }) {
		slices.SortStableFunc(entries, func(a, b Entry) int { return strings.Compare(a.Key, b.Key) })
	}
	out := entries[:0]
	d := 0
	for i, e := range entries {
		if i+1 < len(entries) && entries[i+1].Key == e.Key {
			continue
		}
		d = max(d, e.Value.Depth())
		out = append(out, e)
	}
	return Value{k: KindMap, p: unsafe.Pointer(unsafe.SliceData(out)), n: uint64(len(out)), x: deeper(d)}
}

// Node returns the node id as a value.
func Node(id graph.NodeID) Value { return Value{k: KindNode, n: uint64(id)} }

// Edge returns the relationship e as a value.
func Edge(e graph.Edge) Value {
	return Value{k: KindEdge, n: uint64(e.ID) | uint64(e.Dst)<<32}
}

// Path returns p as a value; p must not be written to afterwards.
func Path(p *PathValue) Value { return Value{k: KindPath, p: unsafe.Pointer(p)} }

// deeper is the nesting of a list or map around something that nests d deep.
func deeper(d int) int32 { return int32(min(d+1, math.MaxInt32)) }

// Depth returns how deep the lists and maps in v nest: 0 for other values, 1 for a flat
// list. Whoever makes lists out of lists bounds it, because order, equality, hash and the
// encoders recurse.
func (v Value) Depth() int {
	if v.k == KindList || v.k == KindMap {
		return int(v.x)
	}
	return 0
}

// Kind returns what v holds.
func (v Value) Kind() Kind { return v.k }

// IsNull reports whether v is null.
func (v Value) IsNull() bool { return v.k == KindNull }

// IsNumber reports whether v is an integer or a float.
func (v Value) IsNumber() bool { return v.k == KindInt || v.k == KindFloat }

// IsTrue reports whether v is the boolean true.
func (v Value) IsTrue() bool { return v.k == KindBool && v.n == 1 }

// AsBool returns the boolean in v, which must be of KindBool.
func (v Value) AsBool() bool {
	v.must(KindBool)
	return v.n == 1
}

// AsInt returns the integer in v, which must be of KindInt.
func (v Value) AsInt() int64 {
	v.must(KindInt)
	return int64(v.n)
}

// AsFloat returns the float in v, which must be of KindFloat.
func (v Value) AsFloat() float64 {
	v.must(KindFloat)
	return math.Float64frombits(v.n)
}

// Number returns the integer or float in v as a float.
func (v Value) Number() float64 {
	if v.k == KindInt {
		return float64(int64(v.n))
	}
	return v.AsFloat()
}

// AsString returns the string in v, which must be of KindString.
func (v Value) AsString() string {
	v.must(KindString)
	return unsafe.String((*byte)(v.p), int(v.n))
}

// AsBytes returns the bytes in v, which must be of KindBytes.
func (v Value) AsBytes() []byte {
	v.must(KindBytes)
	return unsafe.Slice((*byte)(v.p), int(v.n))
}

// AsList returns the elements of v, which must be of KindList.
func (v Value) AsList() []Value {
	v.must(KindList)
	return unsafe.Slice((*Value)(v.p), int(v.n))
}

// AsMap returns the entries of v, sorted by key; v must be of KindMap.
func (v Value) AsMap() []Entry {
	v.must(KindMap)
	return unsafe.Slice((*Entry)(v.p), int(v.n))
}

// AsNode returns the node in v, which must be of KindNode.
func (v Value) AsNode() graph.NodeID {
	v.must(KindNode)
	return graph.NodeID(v.n)
}

// AsEdge returns the relationship in v, which must be of KindEdge.
func (v Value) AsEdge() graph.Edge {
	v.must(KindEdge)
	return graph.Edge{ID: graph.EdgeID(v.n), Dst: graph.NodeID(v.n >> 32)}
}

// AsPath returns the path in v, which must be of KindPath.
func (v Value) AsPath() *PathValue {
	v.must(KindPath)
	return (*PathValue)(v.p)
}

// fieldsScanned is the size of maps in which looking at each key is the fastest search.
const fieldsScanned = 8

// Field returns the value of key in the map v, and whether it is there.
func (v Value) Field(key string) (Value, bool) {
	entries := v.AsMap()
	if len(entries) <= fieldsScanned {
		for i := range entries {
			if entries[i].Key == key {
				return entries[i].Value, true
			}
		}
		return Null, false
	}
	i, ok := slices.BinarySearchFunc(entries, key, func(e Entry, k string) int { return strings.Compare(e.Key, k) })
	if !ok {
		return Null, false
	}
	return entries[i].Value, true
}

// Size returns the bytes that v holds behind its pointer, for memory accounting.
func (v Value) Size() int64 {
	switch v.k {
	case KindString, KindBytes:
		return int64(v.n)
	case KindList:
		size := int64(v.n) * int64(unsafe.Sizeof(Value{}))
		for _, e := range v.AsList() {
			size += e.Size()
		}
		return size
	case KindMap:
		size := int64(v.n) * int64(unsafe.Sizeof(Entry{}))
		for _, e := range v.AsMap() {
			size += int64(len(e.Key)) + e.Value.Size()
		}
		return size
	case KindPath:
		p := v.AsPath()
		return int64(len(p.Nodes))*4 + int64(len(p.Edges))*8 + 48
	case KindDuration:
		return int64(unsafe.Sizeof(temporal.Duration{}))
	case KindPoint:
		return int64(unsafe.Sizeof(PointValue{}))
	case KindVirtualNode:
		return v.AsVirtualNode().Size()
	case KindVirtualEdge:
		return v.AsVirtualEdge().Size()
	case KindNull, KindBool, KindInt, KindFloat, KindNode, KindEdge,
		KindDate, KindTime, KindLocalTime, KindDateTime, KindLocalDateTime, KindEnum:
	}
	return 0
}

// must panics where a caller asks a value for what it does not hold: a bug, never user input.
func (v Value) must(k Kind) {
	if v.k != k {
		misused(v.k, k)
	}
}

// misused is apart from must so that must is inlined.
func misused(held, asked Kind) {
	panic("value: " + held.String() + " used as " + asked.String())
}
