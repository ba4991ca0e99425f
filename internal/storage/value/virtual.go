package value

import "unsafe"

// VirtualNode is a node that a query made and that is in no graph. Nothing of it changes
// once it is in a value.
type VirtualNode struct {
	ID         int64 // below 0 and unique within the query, over relationships too
	Labels     []string
	Properties Value // a map
}

// VirtualEdge is a relationship between virtual nodes. Nothing of it changes once it is in
// a value.
type VirtualEdge struct {
	ID         int64 // below 0 and unique within the query, over nodes too
	Type       string
	From, To   *VirtualNode
	Properties Value // a map
}

// OfVirtualNode returns n as a value; n must not be written to afterwards.
func OfVirtualNode(n *VirtualNode) Value {
	return Value{k: KindVirtualNode, p: unsafe.Pointer(n), n: uint64(n.ID)}
}

// OfVirtualEdge returns e as a value; e must not be written to afterwards.
func OfVirtualEdge(e *VirtualEdge) Value {
	return Value{k: KindVirtualEdge, p: unsafe.Pointer(e), n: uint64(e.ID)}
}

// AsVirtualNode returns the node in v, which must be of KindVirtualNode.
func (v Value) AsVirtualNode() *VirtualNode {
	v.must(KindVirtualNode)
	return (*VirtualNode)(v.p)
}

// AsVirtualEdge returns the relationship in v, which must be of KindVirtualEdge.
func (v Value) AsVirtualEdge() *VirtualEdge {
	v.must(KindVirtualEdge)
	return (*VirtualEdge)(v.p)
}

// IsVirtual reports whether v is a virtual node or a virtual relationship.
func (v Value) IsVirtual() bool { return v.k == KindVirtualNode || v.k == KindVirtualEdge }

// VirtualProperties returns the properties of the virtual node or relationship in v, a map.
func (v Value) VirtualProperties() Value {
	if v.k == KindVirtualEdge {
		return v.AsVirtualEdge().Properties
	}
	return v.AsVirtualNode().Properties
}

// Size returns the bytes that n takes.
func (n *VirtualNode) Size() int64 {
	size := int64(unsafe.Sizeof(*n)) + n.Properties.Size()
	for _, l := range n.Labels {
		size += int64(unsafe.Sizeof(l)) + int64(len(l))
	}
	return size
}

// Size returns the bytes that e takes, without those of its nodes.
func (e *VirtualEdge) Size() int64 {
	return int64(unsafe.Sizeof(*e)) + int64(len(e.Type)) + e.Properties.Size()
}
