package exec

import (
	"context"
	"errors"
	"slices"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

const (
	// PromptSearchMax is how many relationships a Prompt looks at, at most, to find its paths: what takes some tens
	// of microseconds.
	PromptSearchMax = 4096
	// PromptPathMax is how many relationships a path of a Prompt has at most.
	PromptPathMax = 64
)

// errNotPrompt ends a search that takes longer than a Prompt may.
var errNotPrompt = errors.New("exec: not a matter of microseconds")

// promptPath is the shortest path that a Prompt looks for. The search is that of the operator, so that it finds the same one.
type promptPath struct {
	spec    *plan.ShortestPath
	options *Options
	hops    [2]hop // from the one end and from the other
	back    bool   // it is looked for from what the second look-up finds
}

// promptPaths are the paths of a Prompt, in memory that is used again.
type promptPaths struct {
	run   run
	bfs   bfs
	found track
	nodes []graph.NodeID // of all paths
	edges []graph.Edge
	paths [promptRowsMax]value.PathValue // of nodes and edges
	n     int

	read     []storage.Found // the nodes, if their properties are asked for
	elements []value.Value   // of all lists
}

// search makes a row of a shortest path between each node of starts and each of ends. It reports false where there may be more
// rows, or longer paths, than a Prompt has, where more has to be looked at, or where not everything may be seen.
func (p *promptPath) search(tx *storage.Tx, starts, ends []storage.Found, rows *PromptRows) bool {
	if len(starts)*len(ends) > promptRowsMax || tx.Guard() != nil {
		return false
	}
	if rows.paths == nil {
		rows.paths = &promptPaths{bfs: bfs{brief: true, edges: newProbe(0, nil, nil), ends: newProbe(0, nil, nil)}}
		rows.paths.run.ctx = context.Background()
	}
	m := rows.paths
	m.begin(p, tx)
	rows.starts, rows.ends = rows.starts[:0], rows.ends[:0]
	for i := range starts {
		for j := range ends {
			from, to := starts[i].ID, ends[j].ID
			if p.back {
				from, to = to, from
			}
			if from == to && p.spec.Cycles != nil {
				return false
			}
			some, ok := m.find(from, to, p.spec.Reverse)
			if !ok {
				return false
			}
			if some {
				rows.starts, rows.ends = append(rows.starts, starts[i]), append(rows.ends, ends[j])
			}
		}
	}
	m.part()
	return true
}

// begin empties m.
func (m *promptPaths) begin(p *promptPath, tx *storage.Tx) {
	m.run.tx, m.run.o, m.run.hits = tx, p.options, 0
	m.bfs.spec, m.bfs.hops = p.spec, p.hops
	m.nodes, m.edges, m.elements, m.read, m.n = m.nodes[:0], m.edges[:0], m.elements[:0], m.read[:0], 0
}

// find adds a shortest path; some is false if there is none, ok if it is left open.
func (m *promptPaths) find(from, to graph.NodeID, reverse bool) (some, ok bool) {
	if err := m.bfs.begin(&m.run, nil, 0, from, to); err != nil {
		return false, false
	}
	some, err := m.bfs.next(&m.run)
	if err != nil || !some {
		return false, err == nil
	}
	m.bfs.trace(&m.found)
	if reverse {
		m.found.turn()
	}
	m.nodes, m.edges = append(m.nodes, m.found.nodes...), append(m.edges, m.found.edges...)
	m.paths[m.n] = value.PathValue{Nodes: m.found.nodes, Edges: m.found.edges} // for their lengths
	m.n++
	return true, true
}

// part gives each path its part of nodes and edges.
func (m *promptPaths) part() {
	nodes, edges := m.nodes, m.edges
	for i := range m.paths[:m.n] {
		p := &m.paths[i]
		n, e := len(p.Nodes), len(p.Edges)
		p.Nodes, p.Edges = nodes[:n:n], edges[:e:e]
		nodes, edges = nodes[n:], edges[e:]
	}
}

// end lets go of the transaction.
func (m *promptPaths) end() {
	if m != nil && m.run.tx != nil {
		m.bfs.close(&m.run)
		m.run.tx = nil
	}
}

// fill makes a column of what the paths have.
func (m *promptPaths) fill(tx *storage.Tx, c *promptColumn, out *batch.Vector) bool {
	out.Kind = batch.Values
	out.Values = out.Values[:0]
	if c.kind == promptNodeProperties && len(m.read) == 0 {
		if m.read = tx.FoundEnds(m.read, m.nodes, nil); len(m.read) != len(m.nodes) {
			return false
		}
	}
	read := m.read
	for i := range m.paths[:m.n] {
		p := &m.paths[i]
		var v value.Value
		switch c.kind {
		case promptWhole:
			v = value.Path(p)
		case promptLength:
			v = value.Int(int64(len(p.Edges) + c.more))
		case promptNodes:
			v = m.list(len(p.Nodes), func(i int) value.Value { return value.Node(p.Nodes[i]) })
		case promptEdges:
			v = m.list(len(p.Edges), func(i int) value.Value { return value.Edge(p.Edges[i]) })
		case promptNodeProperties:
			v = m.list(len(p.Nodes), func(i int) value.Value { return tx.FoundProperty(&read[i], c.key) })
			read = read[len(p.Nodes):]
		case promptEdgeProperties:
			v = m.list(len(p.Edges), func(i int) value.Value { return tx.EdgeProperty(p.Edges[i], c.key) })
		case promptValue, promptNode, promptProperty:
			return false
		}
		out.Values = append(out.Values, v)
	}
	return true
}

// list makes a list of n elements. The lists before it keep theirs, where room is made for more.
func (m *promptPaths) list(n int, at func(i int) value.Value) value.Value {
	from := len(m.elements)
	m.elements = slices.Grow(m.elements, n)
	for i := range n {
		m.elements = append(m.elements, at(i))
	}
	return value.List(m.elements[from:])
}
