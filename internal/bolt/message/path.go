package message

import (
	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// pathScratch finds what occurs in a path more than once.
type pathScratch struct {
	nodes   []graph.NodeID // each once, in order of appearance
	edges   []graph.Edge   // each once, in order of appearance
	nodeAt  map[graph.NodeID]int
	edgeAt  map[graph.EdgeID]int
	indices []int64
}

// fill lists the nodes and relationships of p and the walk through them.
func (s *pathScratch) fill(p *value.PathValue) {
	s.nodes, s.edges, s.indices = s.nodes[:0], s.edges[:0], s.indices[:0]
	if s.nodeAt == nil {
		s.nodeAt, s.edgeAt = map[graph.NodeID]int{}, map[graph.EdgeID]int{}
	}
	clear(s.nodeAt)
	clear(s.edgeAt)
	for i, n := range p.Nodes {
		at, ok := s.nodeAt[n]
		if !ok {
			at = len(s.nodes)
			s.nodeAt[n] = at
			s.nodes = append(s.nodes, n)
		}
		if i > 0 {
			s.indices = append(s.indices, s.step(p.Edges[i-1], n), int64(at))
		}
	}
}

// step returns the index of a relationship that was followed to the node.
func (s *pathScratch) step(edge graph.Edge, to graph.NodeID) int64 {
	at, ok := s.edgeAt[edge.ID]
	if !ok {
		s.edges = append(s.edges, edge)
		at = len(s.edges)
		s.edgeAt[edge.ID] = at
	}
	if edge.Dst != to {
		return int64(-at)
	}
	return int64(at)
}

// appendPath appends the structure of p.
func (r *Records) appendPath(dst []byte, p *value.PathValue, e batch.Entities) []byte {
	s := &r.path
	s.fill(p)
	dst = packstream.AppendStructHeader(dst, 3, packstream.TagPath)
	dst = packstream.AppendListHeader(dst, len(s.nodes))
	for _, n := range s.nodes {
		dst = r.node(dst, n, e)
	}
	dst = packstream.AppendListHeader(dst, len(s.edges))
	for _, edge := range s.edges {
		dst = r.unbound(dst, edge, e)
	}
	dst = packstream.AppendListHeader(dst, len(s.indices))
	for _, i := range s.indices {
		dst = packstream.AppendInt(dst, i)
	}
	return dst
}
