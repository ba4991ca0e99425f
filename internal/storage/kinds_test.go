package storage

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"memgraphd/internal/storage/graph"
)

// linkedEdge is a relationship as TestLinked remembers it.
type linkedEdge struct {
	e        graph.Edge
	src, dst graph.NodeID
	kind     graph.TypeID
}

// linkedView is a view, and what it has.
type linkedView struct {
	tx    *Tx
	edges []linkedEdge
}

// TestLinked asks whether nodes may have relationships, of more types than have a bit of their own,
// while relationships come and go: of none that has some it is denied, in no view.
func TestLinked(t *testing.T) {
	s := openStore(t, Options{})
	const nodes, types = 60, 20
	for i := range types {
		_, err := s.InternType(fmt.Sprint("T", i))
		must(t, err)
	}
	write(t, s, func(tx *Tx) {
		for range nodes {
			_, err := tx.CreateNode(nil, nil)
			must(t, err)
		}
	})
	rnd := rand.New(rand.NewPCG(3, 5))
	var edges []linkedEdge
	var views []linkedView
	for round := range 60 {
		tx := s.Begin(TxOptions{})
		after := changeLinks(t, tx, rnd, slices.Clone(edges), nodes, types, round >= 40)
		checkLinked(t, linkedView{tx, after}, rnd, nodes, types)
		for _, v := range views {
			checkLinked(t, v, rnd, nodes, types)
		}
		if rnd.IntN(4) == 0 {
			tx.Rollback()
		} else {
			_, err := tx.Commit()
			must(t, err)
			edges = after
		}
		tx.Release()
		if views = append(views, linkedView{s.Begin(TxOptions{ReadOnly: true}), edges}); len(views) > 4 {
			views[0].tx.Release()
			views = views[1:]
		}
	}
	for _, v := range views {
		v.tx.Release()
	}
	write(t, s, func(tx *Tx) {
		for _, e := range edges {
			_, err := tx.DeleteEdge(e.e)
			must(t, err)
		}
	})
	s.Collect()
	tx := s.Begin(TxOptions{ReadOnly: true})
	defer tx.Release()
	if left := linked(tx, nil, graph.Both, nodes); len(left) > 0 {
		t.Errorf("nodes %v may have relationships after all were deleted", left)
	}
}

// changeLinks creates and deletes relationships in tx, which has edges, and returns what it has then.
func changeLinks(t *testing.T, tx *Tx, rnd *rand.Rand, edges []linkedEdge, nodes, types int, less bool) []linkedEdge {
	t.Helper()
	for range 12 {
		if len(edges) > 0 && (less || rnd.IntN(3) == 0) {
			i := rnd.IntN(len(edges))
			_, err := tx.DeleteEdge(edges[i].e)
			must(t, err)
			edges = slices.Delete(edges, i, i+1)
			continue
		}
		x := linkedEdge{src: graph.NodeID(rnd.IntN(nodes)), dst: graph.NodeID(rnd.IntN(nodes)), kind: graph.TypeID(rnd.IntN(types))}
		var err error
		x.e, err = tx.CreateEdge(x.src, x.dst, x.kind, nil)
		must(t, err)
		edges = append(edges, x)
	}
	return edges
}

// checkLinked compares what a view says with what it has.
func checkLinked(t *testing.T, v linkedView, rnd *rand.Rand, nodes, types int) {
	t.Helper()
	for range 10 {
		dir := []graph.Direction{graph.Out, graph.In, graph.Both}[rnd.IntN(3)]
		var asked []graph.TypeID
		for range rnd.IntN(3) {
			asked = append(asked, graph.TypeID(rnd.IntN(types)))
		}
		pass := linked(v.tx, asked, dir, nodes)
		degrees := make([]int, nodes)
		for _, e := range v.edges {
			if asked != nil && !slices.Contains(asked, e.kind) {
				continue
			}
			if dir != graph.In {
				degrees[e.src]++
			}
			if dir == graph.In || dir == graph.Both && e.src != e.dst {
				degrees[e.dst]++
			}
		}
		for id, want := range degrees {
			n := graph.NodeID(id)
			if want > 0 && !slices.Contains(pass, n) {
				t.Fatalf("node %d is left out, but has %d relationships of types %v %v", n, want, asked, dir)
			}
			if got := v.tx.Degree(n, dir, asked); got != want {
				t.Fatalf("node %d has %d relationships of types %v %v, want %d", n, got, asked, dir, want)
			}
		}
	}
}

// linked returns those of the first nodes that may have a relationship.
func linked(tx *Tx, types []graph.TypeID, dir graph.Direction, nodes int) []graph.NodeID {
	ids := make([]graph.NodeID, nodes)
	for i := range ids {
		ids[i] = graph.NodeID(i)
	}
	var test LinkTest
	test.Ask(types, dir)
	return ids[:tx.Linked(ids, &test)]
}
