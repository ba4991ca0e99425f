package exec

import (
	"slices"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// hop follows one relationship pattern from a node.
type hop struct {
	spec   *plan.Hop
	rule   *typeRule // nil where the types are names
	types  []graph.TypeID
	labels []graph.LabelID
	marks  storage.LabelFilter // of labels
	set    *labelSet           // of labels; nil where each node is asked
	picked []uint16            // scratch of pick
	// resolved tells that all names were found, so that they need not be looked up again;
	// possible that a relationship can match at all.
	resolved, possible bool
	names              int  // names that existed when they were looked up
	settled            bool // the rule gives the same types as long as there are no new names

	banned []graph.Edge // relationships that the row has used already
}

// resolve looks the names up.
func (h *hop) resolve(r *run) error {
	if h.resolved || h.settled && h.names == r.store.NameCount() {
		h.set = r.labelSet(h.labels)
		return nil
	}
	h.names = r.store.NameCount()
	h.types, h.labels = h.types[:0], h.labels[:0]
	h.resolved, h.possible = true, true
	for _, name := range h.spec.Types {
		if id, ok := r.store.LookupType(name); ok {
			h.types = append(h.types, id)
		} else {
			h.resolved = false
		}
	}
	if len(h.spec.Types) > 0 && len(h.types) == 0 {
		h.possible = false
	}
	for _, name := range h.spec.ToLabels {
		if id, ok := r.store.LookupLabel(name); ok {
			h.labels = append(h.labels, id)
		} else {
			h.resolved, h.possible = false, false
		}
	}
	h.marks.Ask(h.labels)
	h.set = nil
	if h.possible {
		h.set = r.labelSet(h.labels)
	}
	if h.rule == nil || !h.possible {
		return nil
	}
	return h.chooseTypes(r)
}

// refresh looks the names up again if there are new ones, which the statement itself may
// have made, and reports whether there were.
func (h *hop) refresh(r *run) (bool, error) {
	if h.resolved || h.names == r.store.NameCount() {
		return false, nil
	}
	return true, h.resolve(r)
}

// adjacent finds the relationships of n in direction d.
func (h *hop) adjacent(r *run, dst []storage.Segment, n graph.NodeID, d graph.Direction) []storage.Segment {
	if h.possible && n != graph.NoNode {
		dst = r.tx.Adjacent(dst, n, d, h.types)
	}
	return dst
}

// ban collects the relationships that the row must not use again.
func (h *hop) ban(in *batch.Batch, row int) {
	h.banned = h.banned[:0]
	for _, s := range h.spec.Distinct {
		v := &in.Columns[s]
		if v.Kind == batch.Edges {
			if e := v.Edges[row]; e.ID != graph.NoEdge {
				h.banned = append(h.banned, e)
			}
			continue
		}
		h.banned = appendEdges(h.banned, v.Value(row))
	}
}

// appendEdges appends a relationship or a list of them.
func appendEdges(dst []graph.Edge, v value.Value) []graph.Edge {
	switch v.Kind() {
	case value.KindEdge:
		return append(dst, v.AsEdge())
	case value.KindList:
		for _, x := range v.AsList() {
			if x.Kind() == value.KindEdge {
				dst = append(dst, x.AsEdge())
			}
		}
	case value.KindNull, value.KindBool, value.KindInt, value.KindFloat, value.KindString,
		value.KindBytes, value.KindMap, value.KindNode, value.KindPath,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return dst
}

func (h *hop) allowed(id graph.EdgeID) bool {
	for i := range h.banned {
		if h.banned[i].ID == id {
			return false
		}
	}
	return true
}

// used tells whether banned relationship i, which is none of those before it, would match
// at n but for the labels of the other end, and what that end is.
func (h *hop) used(r *run, n graph.NodeID, i int) (other graph.NodeID, ok bool) {
	e := h.banned[i]
	src := r.tx.EdgeSource(e)
	out, in := src == n && h.spec.Direction != graph.In, e.Dst == n && h.spec.Direction != graph.Out
	if !out && !in || slices.Contains(h.banned[:i], e) {
		return graph.NoNode, false
	}
	if len(h.types) > 0 && !slices.Contains(h.types, r.tx.EdgeType(e)) {
		return graph.NoNode, false
	}
	if out {
		return e.Dst, true
	}
	return src, true
}

// sieves tells whether some of the nodes that a relationship of the view leads to may not have
// the labels.
func (h *hop) sieves() bool {
	return len(h.labels) > 0 && (h.set == nil || !h.set.every)
}

// labelled tells whether the node n at the other end has the labels that are asked for.
func (h *hop) labelled(r *run, n graph.NodeID) bool {
	if len(h.labels) == 0 {
		return true
	}
	if h.set.ready(r, 1) {
		return h.set.bits.has(n)
	}
	return r.tx.Labelled(&h.marks, n)
}

// pick returns the places in nodes, at most 65,536 of them, that labelled reports.
func (h *hop) pick(r *run, nodes []graph.NodeID) []uint16 {
	if h.set.ready(r, len(nodes)) {
		h.picked = h.set.pick(h.picked[:0], nodes)
	} else {
		h.picked = r.tx.AppendLabelled(&h.marks, h.picked[:0], nodes)
	}
	return h.picked
}

// degreeAbout counts the relationships of n; one from n to itself may count twice.
func (h *hop) degreeAbout(r *run, n graph.NodeID, d graph.Direction) int {
	if d == graph.Both {
		return r.tx.Degree(n, graph.Out, h.types) + r.tx.Degree(n, graph.In, h.types)
	}
	return r.tx.Degree(n, d, h.types)
}

// plain tells that every relationship of the right type and direction matches.
func (h *hop) plain() bool { return !h.sieves() && len(h.banned) == 0 }

// walker goes over the relationships of one node: all of one direction, then, where the
// pattern has none, those of the other but for self-loops.
type walker struct {
	node  graph.NodeID
	d     graph.Direction // of the relationships now
	more  bool            // the other direction is still to come
	nodes []graph.NodeID  // what is left of the run that is gone over
	edges []graph.EdgeID
	segs  []storage.Segment // the runs after it
	seg   int
	free  bool // what is found does not count as followed
	brief bool // it leaves out nodes that take long, and is late then
	late  bool
}

// start begins with the relationships of n.
func (w *walker) start(r *run, h *hop, n graph.NodeID) {
	w.node = n
	w.d, w.more = h.spec.Direction, false
	if w.d == graph.Both {
		w.d, w.more = graph.Out, true
	}
	w.load(r, h)
}

// load finds the relationships of the node in the direction now.
func (w *walker) load(r *run, h *hop) {
	w.segs, w.seg = w.segs[:0], 0
	w.nodes, w.edges = nil, nil
	if w.node == graph.NoNode || !h.possible {
		return
	}
	var ok bool
	if w.nodes, w.edges, ok = r.tx.Run(w.node, w.d, h.types); ok {
		return
	}
	if w.late = w.late || w.brief && !r.tx.Quick(w.node, w.d); !w.late {
		w.segs = r.tx.Adjacent(w.segs, w.node, w.d, h.types)
	}
}

// left counts the relationships of the direction now that are still to come.
func (w *walker) left() int { return len(w.nodes) + size(w.segs[w.seg:]) }

// next returns the next run of relationships, at most limit of them, and steps over it.
// It returns nil at the end.
func (w *walker) next(r *run, h *hop, limit int) ([]graph.NodeID, []graph.EdgeID) {
	for len(w.nodes) == 0 {
		switch {
		case w.seg < len(w.segs):
			s := &w.segs[w.seg]
			w.nodes, w.edges = s.Nodes, s.Edges
			w.seg++
		case w.more:
			w.more = false
			w.d = graph.In
			w.load(r, h)
		default:
			return nil, nil
		}
	}
	n := min(len(w.nodes), limit)
	if r.hops.limited && !w.free {
		// One at a time, so that what is looked at counts and no more.
		if n = r.hops.take(1); n == 0 {
			return nil, nil
		}
	}
	nodes, edges := w.nodes[:n:n], w.edges[:n]
	w.nodes, w.edges = w.nodes[n:], w.edges[n:]
	return nodes, edges
}

// skips tells whether the relationship to other has been seen on the other side.
func (w *walker) skips(h *hop, other graph.NodeID) bool {
	return w.d == graph.In && h.spec.Direction == graph.Both && other == w.node
}

// edge makes the handle of a relationship that w found.
func (w *walker) edge(id graph.EdgeID, other graph.NodeID) graph.Edge {
	if w.d == graph.In {
		return graph.Edge{ID: id, Dst: w.node}
	}
	return graph.Edge{ID: id, Dst: other}
}
