package model

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
	"memgraphd/test/model/reference"
)

// A digest is the text of a graph that two graphs share if they differ at most in the ids of
// what a query has made: one line for each node and relationship, which names its neighbours
// by what they and their neighbours are like.

// digestNode and digestEdge are what is known of an entity; text names it by its id if it was
// there before the query.
type digestNode struct{ text, color string }

type digestEdge struct {
	from, to int
	text     string
}

// rounds is how far apart things can be that tell two entities from each other.
const rounds = 4

func digest(nodes []digestNode, edges []digestEdge) string {
	for i := range nodes {
		nodes[i].color = hashed(nodes[i].text)
	}
	for range rounds {
		around := make([][]string, len(nodes))
		for _, e := range edges {
			around[e.from] = append(around[e.from], ">"+e.text+nodes[e.to].color)
			around[e.to] = append(around[e.to], "<"+e.text+nodes[e.from].color)
		}
		for i := range nodes {
			slices.Sort(around[i])
			around[i] = []string{hashed(nodes[i].color + strings.Join(around[i], "\n"))}
		}
		for i := range nodes {
			nodes[i].color = around[i][0]
		}
	}
	var lines []string
	for _, n := range nodes {
		lines = append(lines, n.text+" ~"+n.color[:6])
	}
	for _, e := range edges {
		lines = append(lines, fmt.Sprintf("%s from ~%s to ~%s", e.text, nodes[e.from].color[:6], nodes[e.to].color[:6]))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

func hashed(text string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text))
	return fmt.Sprintf("%016x", h.Sum64())
}

// digestOf is the digest of a plain graph.
func digestOf(g *reference.Graph, before old) string {
	var nodes []digestNode
	var edges []digestEdge
	at := make([]int, len(g.Nodes))
	for id, n := range g.Nodes {
		if n.Deleted {
			continue
		}
		at[id] = len(nodes)
		nodes = append(nodes, digestNode{text: named(id, id < before.nodes, shown("node", n.Labels, listed(n.Props)))})
	}
	for _, e := range g.Edges {
		if e.Deleted {
			continue
		}
		text := named(e.ID, before.edges[e.ID], shown("edge", []string{e.Type}, listed(e.Props)))
		edges = append(edges, digestEdge{at[e.From], at[e.To], text})
	}
	return digest(nodes, edges)
}

// named puts the id before what is shown of an entity that was there before.
func named(id int, before bool, shown string) string {
	if before {
		return fmt.Sprintf("#%d %s", id, strings.TrimPrefix(shown, "new "))
	}
	return shown
}

// digest is the digest of the graph in an engine, as the open transaction sees it; failed is
// what became of a query that did not give the graph.
func (e *engine) digest(before old) (text string, failed *Outcome) {
	var nodes []digestNode
	var edges []digestEdge
	at := map[graph.NodeID]int{}
	collect := func(v value.Value, of batch.Entities) value.Value {
		if v.Kind() == value.KindNode {
			id := v.AsNode()
			labels := of.NodeLabels(nil, id)
			slices.Sort(labels)
			at[id] = len(nodes)
			nodes = append(nodes, digestNode{text: named(int(id), int(id) < before.nodes && fresh(of.NodeElementID(id)),
				shown("node", labels, of.NodeProperties(nil, id)))})
			return value.Null
		}
		r := v.AsEdge()
		text := named(int(r.ID), before.edges[int(r.ID)] && fresh(of.EdgeElementID(r)),
			shown("edge", []string{of.EdgeType(r)}, of.EdgeProperties(nil, r)))
		edges = append(edges, digestEdge{at[of.EdgeSource(r)], at[r.Dst], text})
		return value.Null
	}
	for _, q := range []string{"MATCH (n) RETURN n", "MATCH ()-[r]->() RETURN r"} {
		if out := e.run(q, value.Null, collect); out.Err != nil || out.Panic != "" || out.Hung {
			return "", out
		}
	}
	return digest(nodes, edges), nil
}

// fresh tells whether the id of an element has been given to nothing before it.
func fresh(element string) bool { return !strings.Contains(element, ":") }
