package function

import (
	"strconv"

	"memgraphd/internal/storage/value"
)

// onVirtual is a function of virtual nodes, of virtual relationships, or of both; ok is
// false where it is of the other.
type onVirtual = func(x value.Value) (out value.Value, ok bool)

// virtualElementID is elementId(x): the id as text.
func virtualElementID(x value.Value) (value.Value, bool) {
	return value.String(strconv.FormatInt(virtualIDOf(x), 10)), true
}

func virtualIDOf(x value.Value) int64 {
	if x.Kind() == value.KindVirtualEdge {
		return x.AsVirtualEdge().ID
	}
	return x.AsVirtualNode().ID
}

func virtualLabels(x value.Value) (value.Value, bool) {
	if x.Kind() != value.KindVirtualNode {
		return value.Null, false
	}
	names := x.AsVirtualNode().Labels
	out := make([]value.Value, len(names))
	for i, l := range names {
		out[i] = value.String(l)
	}
	return value.List(out), true
}

func virtualType(x value.Value) (value.Value, bool) {
	if x.Kind() != value.KindVirtualEdge {
		return value.Null, false
	}
	return value.String(x.AsVirtualEdge().Type), true
}

func virtualStart(x value.Value) (value.Value, bool) {
	if x.Kind() != value.KindVirtualEdge {
		return value.Null, false
	}
	return value.OfVirtualNode(x.AsVirtualEdge().From), true
}

func virtualEnd(x value.Value) (value.Value, bool) {
	if x.Kind() != value.KindVirtualEdge {
		return value.Null, false
	}
	return value.OfVirtualNode(x.AsVirtualEdge().To), true
}
