package storage

import (
	"sync/atomic"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
)

// counts is the numbers of committed things.
type counts struct {
	nodes  atomic.Int64
	edges  atomic.Int64
	labels arena.Table[atomic.Int64]
	types  arena.Table[atomic.Int64]
}

const countsPageShift = 6

func (c *counts) init(s *Store) {
	c.labels.Init(countsPageShift, s.graphBudget)
	c.types.Init(countsPageShift, s.graphBudget)
}

// deltas is what a transaction will add to the counts.
type deltas struct {
	nodes, edges int64
	labels       tally[graph.LabelID]
	types        tally[graph.TypeID]
}

// tally counts by id: the first few in a list, which is all that most transactions need.
type tally[K comparable] struct {
	few  [4]tallied[K]
	n    int
	many map[K]int64
}

type tallied[K comparable] struct {
	id K
	n  int64
}

func (t *tally[K]) add(id K, n int64) {
	for i := range t.few[:t.n] {
		if t.few[i].id == id {
			t.few[i].n += n
			return
		}
	}
	if t.n < len(t.few) {
		t.few[t.n] = tallied[K]{id, n}
		t.n++
		return
	}
	if t.many == nil {
		t.many = map[K]int64{}
	}
	t.many[id] += n
}

func (t *tally[K]) each(fn func(id K, n int64)) {
	for _, e := range t.few[:t.n] {
		fn(e.id, e.n)
	}
	for id, n := range t.many {
		fn(id, n)
	}
}

// relabel counts the change of a node from one label set to another.
func (d *deltas) relabel(s *Store, from, to setID) {
	if from == to {
		return
	}
	for _, l := range s.sets.labels(from) {
		d.labels.add(l, -1)
	}
	for _, l := range s.sets.labels(to) {
		d.labels.add(l, 1)
	}
}

func (c *counts) apply(d *deltas) {
	if d.nodes != 0 {
		c.nodes.Add(d.nodes)
	}
	if d.edges != 0 {
		c.edges.Add(d.edges)
	}
	d.labels.each(func(l graph.LabelID, n int64) { c.labels.At(uint32(l)).Add(n) })
	d.types.each(func(t graph.TypeID, n int64) { c.types.At(uint32(t)).Add(n) })
}

// NodeCount returns the number of nodes.
func (s *Store) NodeCount() int64 { return s.counts.nodes.Load() }

// EdgeCount returns the number of relationships.
func (s *Store) EdgeCount() int64 { return s.counts.edges.Load() }

// LabelCount returns the number of nodes with a label.
func (s *Store) LabelCount(l graph.LabelID) int64 {
	if uint64(l) >= s.counts.labels.Len() {
		return 0
	}
	return s.counts.labels.At(uint32(l)).Load()
}

// TypeCount returns the number of relationships of a type.
func (s *Store) TypeCount(t graph.TypeID) int64 {
	if uint64(t) >= s.counts.types.Len() {
		return 0
	}
	return s.counts.types.At(uint32(t)).Load()
}
