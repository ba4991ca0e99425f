// Package graph names the things of a property graph: identifiers and directions.
//
// Identifiers are slots in the pages of the store. A slot is stable for the life of
// the thing in it, over restarts too, and may be given to another thing afterwards;
// a generation tells the two apart (see ElementID). All identifiers are distinct
// types so that none can stand for another, and each width is decided here only.
package graph

import (
	"math"
	"strconv"
)

// NodeID is the slot of a node: what Cypher's id(n) returns.
type NodeID uint32

// EdgeID is the slot of a relationship: what Cypher's id(r) returns.
type EdgeID uint32

// LabelID, TypeID and KeyID are interned names of labels, relationship types and
// property keys.
type (
	// LabelID numbers a label name.
	LabelID uint32
	// TypeID numbers a relationship type name.
	TypeID uint16
	// KeyID numbers a property key name.
	KeyID uint32
)

// Bounds of the identifiers. The largest value of each type is kept free to mean "none".
const (
	NoNode = NodeID(math.MaxUint32)
	NoEdge = EdgeID(math.MaxUint32)

	LabelsMax = 1_000_000
	TypesMax  = 65_535
	KeysMax   = 1_000_000
)

// Edge is the handle of a relationship: its slot and its end node.
//
// The store keeps the start node of every edge in a column and the end node in the
// adjacency of the start node; carrying Dst beside the slot makes both ends known in
// one step without a second column.
type Edge struct {
	ID  EdgeID
	Dst NodeID
}

// Direction says along which side of a node its relationships are followed.
type Direction uint8

// The directions. Both is Out followed by In, a self-loop counted once.
const (
	Out Direction = iota
	In
	Both
)

// String returns the arrow of d.
func (d Direction) String() string {
	switch d {
	case Out:
		return "-->"
	case In:
		return "<--"
	case Both:
		return "--"
	}
	return "direction " + strconv.Itoa(int(d))
}

// Reversed returns the direction from the node at the other end.
func (d Direction) Reversed() Direction {
	switch d {
	case Out:
		return In
	case In:
		return Out
	case Both:
	}
	return Both
}

// ElementID renders a slot and its generation as the text of elementId(): the slot
// alone while the slot was never reused, and "slot:generation" afterwards.
func ElementID(slot, generation uint32) string {
	var text [len("4294967295:4294967295")]byte
	return string(AppendElementID(text[:0], slot, generation))
}

// AppendElementID appends the text that ElementID returns.
func AppendElementID(dst []byte, slot, generation uint32) []byte {
	dst = strconv.AppendUint(dst, uint64(slot), 10)
	if generation == 0 {
		return dst
	}
	return strconv.AppendUint(append(dst, ':'), uint64(generation), 10)
}
