package storage

import (
	"slices"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/column"
	"memgraphd/internal/storage/constraint"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/index"
	"memgraphd/internal/storage/value"
)

// Bound is one end of a range. A null Value leaves that end open.
type Bound = index.Bound

// NodeScan walks over the nodes of a view: all, those of a range of ids, of a label, or of
// an index. It sees the view as it is at each Next.
type NodeScan struct {
	tx    *Tx
	kind  scanKind
	at    graph.NodeID // next id
	to    graph.NodeID // exclusive
	label graph.LabelID

	index  *propertyIndex
	cursor index.Cursor
	looked bool // the entries that equal was looked up with are taken, or cursor walks over them
	ended  bool // cursor has no more entries
	lo, hi Bound
	equal  value.Value // null: the bounds decide
	zones  []Zone
	tuple  []value.Value // of the keys of a unique constraint; nil: equal and the bounds decide
}

type scanKind uint8

const (
	scanRange scanKind = iota
	scanLabel
	scanIndex
)

// ScanNodes walks over all nodes in the order of their ids.
func (tx *Tx) ScanNodes() *NodeScan { return tx.ScanNodeRange(0, graph.NoNode) }

// ScanNodeRange walks over the nodes from ≤ id < to.
func (tx *Tx) ScanNodeRange(from, to graph.NodeID) *NodeScan {
	return &NodeScan{tx: tx, at: from, to: to}
}

// ScanLabel walks over the nodes with a label in the order of their ids.
func (tx *Tx) ScanLabel(l graph.LabelID) *NodeScan {
	return tx.ScanLabelRange(l, 0, graph.NoNode)
}

// ScanLabelRange walks over the nodes from ≤ id < to with a label in the order of their ids.
func (tx *Tx) ScanLabelRange(l graph.LabelID, from, to graph.NodeID) *NodeScan {
	return &NodeScan{tx: tx, kind: scanLabel, label: l, at: from, to: to}
}

// NodeLimit returns an id above those of all nodes in the view.
func (tx *Tx) NodeLimit() graph.NodeID {
	return graph.NodeID(min(tx.store.nodes.limit.Load(), uint64(graph.NoNode)))
}

// ScanEqual walks over the nodes with label l whose property k equals v. ok is false if
// there is no such index.
func (tx *Tx) ScanEqual(l graph.LabelID, k graph.KeyID, v value.Value) (scan *NodeScan, ok bool) {
	p := tx.readyIndex(l, k)
	if p == nil {
		return nil, false
	}
	c := &NodeScan{}
	c.equals(tx, l, p, v)
	return c, true
}

// ScanEqualIn is ScanEqual in the memory of a scan that is new or not used any more.
func (tx *Tx) ScanEqualIn(c *NodeScan, l graph.LabelID, k graph.KeyID, v value.Value) (ok bool) {
	p := tx.readyIndex(l, k)
	if p == nil {
		return false
	}
	c.equals(tx, l, p, v)
	return true
}

func (c *NodeScan) equals(tx *Tx, l graph.LabelID, p *propertyIndex, v value.Value) {
	c.tx, c.kind, c.label, c.index, c.equal = tx, scanIndex, l, p, v
	c.looked, c.ended, c.tuple = false, v.IsNull(), nil
}

// ScanRange walks over the nodes with label l whose property k lies between two bounds,
// in the order of the values. What has no order with a bound is not between them.
func (tx *Tx) ScanRange(l graph.LabelID, k graph.KeyID, lo, hi Bound) (scan *NodeScan, ok bool) {
	p := tx.readyIndex(l, k)
	if p == nil {
		return nil, false
	}
	c := &NodeScan{tx: tx, kind: scanIndex, label: l, index: p, lo: lo, hi: hi}
	c.cursor = p.tree.Range(lo, hi)
	return c, true
}

// ScanPrefix walks over the nodes with label l whose property k is a string that begins
// with prefix, in the order of the strings.
func (tx *Tx) ScanPrefix(l graph.LabelID, k graph.KeyID, prefix string) (scan *NodeScan, ok bool) {
	p := tx.readyIndex(l, k)
	if p == nil {
		return nil, false
	}
	return &NodeScan{tx: tx, kind: scanIndex, label: l, index: p, cursor: p.tree.Prefix(prefix)}, true
}

// ScanUnique walks over the node, one at most, with label l whose properties equal values.
// ok is false if there is no unique constraint on just these properties.
func (tx *Tx) ScanUnique(l graph.LabelID, keys []graph.KeyID, values []value.Value) (scan *NodeScan, ok bool) {
	for _, r := range tx.store.registry.Load().rulesByLabel[l] {
		if r.index == nil || !r.ready.Load() || len(r.def.Keys) != len(keys) {
			continue
		}
		tuple := make([]value.Value, 0, len(keys))
		for _, k := range r.def.Keys {
			if i := slices.Index(keys, k); i >= 0 {
				tuple = append(tuple, values[i])
			}
		}
		if len(tuple) == len(keys) {
			cursor := r.index.tree.Same(constraint.Key(tuple))
			return &NodeScan{tx: tx, kind: scanIndex, label: l, index: r.index, cursor: cursor, tuple: tuple}, true
		}
	}
	return nil, false
}

func (tx *Tx) readyIndex(l graph.LabelID, k graph.KeyID) *propertyIndex {
	p := tx.store.registry.Load().find(l, k)
	if p == nil || !p.ready.Load() {
		return nil
	}
	return p
}

// Next fills dst with the next nodes and returns how many; 0 is the end.
func (c *NodeScan) Next(dst []graph.NodeID) int {
	switch c.kind {
	case scanRange:
		return c.nextInRange(dst)
	case scanLabel:
		return c.nextWithLabel(dst)
	case scanIndex:
		return c.nextOfIndex(dst)
	}
	return 0
}

func (c *NodeScan) nextInRange(dst []graph.NodeID) int {
	s := c.tx.store
	to := min(uint64(c.to), s.nodes.limit.Load())
	n := 0
	records := s.nodes.records.Pages()
	for uint64(c.at) < to && n < len(dst) {
		end := groupEnd(c.at, graph.NodeID(to))
		if c.skips(uint32(c.at) >> column.GroupShift) {
			c.at = end
			continue
		}
		if m := c.tx.members(noLabel, uint32(c.at)>>column.GroupShift, int(end-c.at)); m != nil {
			var got int
			got, c.at = m.scan(dst[n:], c.at, end)
			n += got
			continue
		}
		for ; c.at < end && n < len(dst); c.at++ {
			rec := records.At(uint32(c.at))
			if rec.state.Load() == 0 && c.tx.guard == nil || c.tx.reads(c.at).exists {
				dst[n] = c.at
				n++
			}
		}
	}
	return n
}

// Zone is a condition of a scan: the property is an integer in the span.
type Zone struct {
	Columns NodeColumns
	Span    column.Span
}

// Skip tells the scan of a range or a label to leave out nodes that do not fulfil all of some
// conditions, as far as that costs nothing: most that do not are found nevertheless.
func (c *NodeScan) Skip(zones []Zone) { c.zones = zones }

// skips reports whether no node of a group fulfils all conditions.
func (c *NodeScan) skips(group uint32) bool {
	for i := range c.zones {
		z := &c.zones[i]
		if chunk := lookUp(&c.tx.store.columns, z.Columns.dir, group); chunk != nil && chunk.Misses(z.Span) {
			return true
		}
	}
	return false
}

// groupEnd returns the end of the group of a node, or to if that comes first.
func groupEnd(id, to graph.NodeID) graph.NodeID {
	return graph.NodeID(min(uint64(to), uint64(id)|(column.GroupNodes-1)+1))
}

func (c *NodeScan) nextWithLabel(dst []graph.NodeID) int {
	labelled := c.tx.store.labelBitmaps.get(c.label)
	if labelled == nil {
		return 0
	}
	n := 0
	for n < len(dst) && c.at < c.to {
		group := uint32(c.at) >> column.GroupShift
		if c.skips(group) {
			c.at = groupEnd(c.at, c.to)
			continue
		}
		m := c.tx.members(c.label, group, labelled.CountGroup(group))
		if m == nil {
			return n + c.nextOfBits(labelled, dst[n:])
		}
		var got int
		got, c.at = m.scan(dst[n:], c.at, groupEnd(c.at, c.to))
		n += got
		if n < len(dst) && c.at < c.to && c.at&(column.GroupNodes-1) == 0 {
			c.skip(labelled)
		}
	}
	return n
}

// skip goes on to the next node that may have the label.
func (c *NodeScan) skip(labelled *index.Label) {
	var next [1]graph.NodeID
	if labelled.Scan(next[:], c.at) == 0 {
		c.at = c.to
		return
	}
	c.at = min(next[0], c.to)
}

// nextOfBits looks at each node that may have the label.
func (c *NodeScan) nextOfBits(bits *index.Label, dst []graph.NodeID) int {
	s := c.tx.store
	n := 0
	var last setID // the label set that was looked at last, and whether it has the label
	var lastHas bool
	for n < len(dst) {
		got := bits.Scan(dst[n:], c.at)
		if got == 0 {
			c.at = c.to
			break
		}
		full := got == len(dst)-n
		found := dst[n : n+got]
		for len(found) > 0 && found[len(found)-1] >= c.to {
			found, full = found[:len(found)-1], false
		}
		c.at = dst[n+got-1] + 1
		records := s.nodes.records.Pages()
		for _, id := range found {
			rec := records.At(uint32(id))
			labels := setID(rec.labels.Load())
			if rec.state.Load() != 0 {
				im := c.tx.image(id)
				if !im.exists {
					continue
				}
				labels = im.labels
			}
			if labels != last {
				last, lastHas = labels, c.wants(labels)
			}
			if lastHas {
				dst[n] = id
				n++
			}
		}
		if !full {
			c.at = c.to
			break
		}
	}
	return n
}

// wants reports whether nodes with a set of labels are what the scan of a label looks for.
func (c *NodeScan) wants(labels setID) bool {
	return c.tx.store.sets.has(labels, c.label) && c.tx.shows(image{labels: labels, exists: true})
}

// nextOfIndex begins with few entries: most look-ups find one.
func (c *NodeScan) nextOfIndex(dst []graph.NodeID) int {
	if c.ended {
		return 0
	}
	var few [4]index.Entry
	if !c.equal.IsNull() && !c.looked {
		c.looked = true
		got, all := c.index.tree.Look(c.equal, few[:min(len(few), len(dst))])
		if all {
			c.ended = true
			return c.keepEqual(dst, few[:got])
		}
		c.cursor = c.index.tree.Equal(c.equal)
	}
	n := c.takeOfIndex(dst, few[:])
	if c.ended || n == len(dst) {
		return n
	}
	return n + c.restOfIndex(dst[n:])
}

// Ended tells that Next has nothing more, if that is known without asking it.
func (c *NodeScan) Ended() bool { return c.ended }

// keepEqual puts the nodes of those entries into dst whose visible version has the value that
// is looked for. The value of each entry is that one, so that a node is there once.
func (c *NodeScan) keepEqual(dst []graph.NodeID, entries []index.Entry) (n int) {
	for _, e := range entries {
		if _, ok := c.tx.equals(e.Node, c.label, c.index.def.Key, c.equal); ok {
			dst[n] = e.Node
			n++
		}
	}
	return n
}

func (c *NodeScan) restOfIndex(dst []graph.NodeID) int {
	var entries [64]index.Entry
	n := 0
	for n < len(dst) && !c.ended {
		n += c.takeOfIndex(dst[n:], entries[:])
	}
	return n
}

// takeOfIndex looks at as many entries as there is room for, and notes the end.
func (c *NodeScan) takeOfIndex(dst []graph.NodeID, entries []index.Entry) int {
	entries = entries[:min(len(entries), len(dst))]
	got := c.cursor.Next(entries)
	c.ended = got < len(entries)
	n := 0
	for _, e := range entries[:got] {
		if c.holds(e) {
			dst[n] = e.Node
			n++
		}
	}
	return n
}

// holds reports whether the visible version of the node of e is what the scan looks for.
func (c *NodeScan) holds(e index.Entry) bool {
	im := c.tx.reads(e.Node)
	if !im.exists || !c.tx.store.sets.has(im.labels, c.label) {
		return false
	}
	if c.tuple != nil {
		return c.holdsTuple(im)
	}
	v := c.tx.readableOfNode(im, c.index.def.Key)
	if !c.index.tree.Matches(e, v) {
		return false
	}
	if !c.equal.IsNull() {
		return value.Equal(v, c.equal) == value.Yes
	}
	return within(v, c.lo, 1) && within(v, c.hi, -1)
}

// holdsTuple reports whether a version of a node has the values of all properties.
func (c *NodeScan) holdsTuple(im image) bool {
	var space [4]value.Value
	values, ok := c.tx.store.valuesOf(c.index.rule, im, space[:0])
	for _, k := range c.index.rule.def.Keys {
		ok = ok && (c.tx.guard == nil || c.tx.guard.nodeKey(im.labels, k, AccessReadKeys))
	}
	for i := range values {
		ok = ok && value.Equal(values[i], c.tuple[i]) == value.Yes
	}
	return ok
}

// within reports whether v lies on the side of b that sign says.
func within(v value.Value, b Bound, sign int) bool {
	if b.Value.IsNull() {
		return true
	}
	order, nan, ok := value.Compare(v, b.Value)
	return ok && !nan && (order*sign > 0 || order == 0 && b.Inclusive)
}

// EdgeScan walks over the relationships of a view in the order of their ids. It sees the
// view as it is at each Next.
type EdgeScan struct {
	tx     *Tx
	at, to graph.EdgeID
	types  []graph.TypeID
}

// ScanEdges walks over the relationships of some types, nil for all.
func (tx *Tx) ScanEdges(types []graph.TypeID) *EdgeScan {
	return &EdgeScan{tx: tx, to: graph.NoEdge, types: types}
}

// Next fills dst with the next relationships and returns how many; 0 is the end.
func (c *EdgeScan) Next(dst []graph.Edge) int {
	s := c.tx.store
	to := min(uint64(c.to), s.edges.limit.Load())
	n := 0
	for uint64(c.at) < to && n < len(dst) {
		if c.at%chunkEdges == 0 && !c.wants(s.edges.chunk(c.at).kind.Load()) {
			c.at += chunkEdges
			continue
		}
		if src := s.edges.source(c.at); src != graph.NoNode && c.wants(s.edges.chunk(c.at).kind.Load()) &&
			(*edgeFilter)(c.tx).VisibleEdge(c.at) {
			out := arena.Ref(s.nodes.records.At(uint32(src)).out.Load())
			node, ok := s.adjacency.Find(out, s.edges.typeOf(c.at), c.at)
			if ok && c.tx.showsEdge(s.edges.typeOf(c.at), src, node) {
				dst[n] = graph.Edge{ID: c.at, Dst: node}
				n++
			}
		}
		c.at++
	}
	return n
}

// wants reports whether a chunk of the given kind may hold what the scan looks for.
func (c *EdgeScan) wants(kind uint32) bool {
	if kind == 0 {
		return false
	}
	if c.types == nil {
		return true
	}
	for _, t := range c.types {
		if uint32(t)+1 == kind {
			return true
		}
	}
	return false
}
