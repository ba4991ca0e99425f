package storage

import (
	"sync/atomic"

	"memgraphd/internal/storage/adjacency"
	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/constraint"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/mvcc"
)

// Store holds one graph. Its methods may be called concurrently, except where they say
// that they are for recovery.
type Store struct {
	options Options

	graphBudget *memory.Budget // nodes, relationships, adjacency, properties, names
	indexBudget *memory.Budget // label bitmaps and indexes
	undoBudget  *memory.Budget // undo records and changes not yet logged

	labelNames *names
	typeNames  *names
	keyNames   *names
	sets       labelSets
	setArena   *arena.Arena

	nodes     nodeTable
	edges     edgeTable
	adjacency adjacency.Blocks
	blobs     *arena.Arena // property blobs
	columns   columns

	labelBitmaps labelBitmaps
	indexArena   *arena.Arena
	registry     atomic.Pointer[registry]
	catalogue    catalogue
	claims       constraint.Claims
	gate         constraint.Gate

	undo      *arena.Arena
	slots     mvcc.Slots
	views     mvcc.Views
	sequencer sequencer
	collector collector
	counts    counts
	loops     loops
	applier   applier // of Apply
}

// New returns an empty store. Close stops its goroutine.
func New(o Options) *Store {
	s := &Store{options: o}
	s.graphBudget = o.Budget.Child("graph", 0)
	s.indexBudget = o.Budget.Child("index", 0)
	s.undoBudget = o.Budget.Child("undo", 0)
	s.labelNames = newNames("labels", graph.LabelsMax, s.graphBudget)
	s.typeNames = newNames("relationship types", graph.TypesMax, s.graphBudget)
	s.keyNames = newNames("property keys", graph.KeysMax, s.graphBudget)
	s.setArena = arena.New(s.graphBudget)
	s.sets.init(s.setArena, s)
	s.columns.init(s, o.Columns)
	s.nodes.init(s)
	s.edges.init(s)
	s.adjacency = adjacency.Blocks{Arena: arena.New(s.graphBudget)}
	s.blobs = arena.New(s.graphBudget)
	s.indexArena = arena.New(s.indexBudget)
	s.labelBitmaps.init(s.indexArena)
	s.registry.Store(&registry{})
	s.catalogue.init()
	s.claims.Init()
	s.gate.Init()
	s.undo = arena.New(s.undoBudget)
	s.slots.Init(s.undoBudget)
	s.views.Init()
	s.sequencer.init()
	s.counts.init(s)
	s.collector.start(s)
	return s
}

// SetJournal sets the log of commits, once, after recovery and before serving.
func (s *Store) SetJournal(j Journal) {
	s.options.Journal = j
	if a, ok := j.(Announcer); ok {
		s.sequencer.announces = true
		a.Announce(s.announced)
	}
}

// Close stops the collector. No transaction may be open.
func (s *Store) Close() error {
	s.collector.stop()
	s.columns.relief.End()
	return nil
}

// errFull reports that the references of an arena are used up, at 64 GiB.
var errFull = &memory.LimitError{Budget: "graph address space", Limit: 64 << 30, Used: 64 << 30}

// headroom fails if fewer than n bytes, and a page for what they are stored in, are left.
// What is allocated afterwards is not refused, so that a change is made in full or not at
// all; so writers that pass here at once may exceed the limit by a page each.
func (s *Store) headroom(b *memory.Budget, n int64) error {
	if s.adjacency.Arena.Full() || s.blobs.Full() || s.undo.Full() || s.indexArena.Full() {
		return errFull
	}
	if s.options.Budget == nil {
		return nil
	}
	n += arena.HeadroomBytes
	if err := b.Reserve(n); err != nil {
		return err
	}
	b.Release(n)
	return nil
}

// NodeSlots returns a bound that every node id in use is below.
func (s *Store) NodeSlots() graph.NodeID { return graph.NodeID(s.nodes.limit.Load()) }

// EdgeSlots returns a bound that every relationship id in use is below.
func (s *Store) EdgeSlots() graph.EdgeID { return graph.EdgeID(s.edges.limit.Load()) }

// MaxGenerations returns generations that no freed slot has reached: what Loader.Finish
// needs so that no elementId comes again.
func (s *Store) MaxGenerations() (node, edge uint32) {
	return s.nodes.floor.Load(), s.edges.floor.Load()
}

// MemoryInfo is what the store holds, in bytes.
type MemoryInfo struct {
	Nodes      int64
	Edges      int64
	Adjacency  int64
	Properties int64
	Indexes    int64
	Columns    int64 // of properties and labels, derived for scans
	Undo       int64
	Names      int64
}

// Memory returns the bytes that the store holds.
func (s *Store) Memory() MemoryInfo {
	return MemoryInfo{
		Nodes:      s.nodes.records.Bytes() + s.sets.records.Bytes() + s.setArena.Held(),
		Edges:      s.edges.sources.Bytes() + s.edges.chunks.Bytes() + s.edges.arena.Held(),
		Adjacency:  s.adjacency.Arena.Held(),
		Properties: s.blobs.Held(),
		Indexes:    s.indexArena.Held(),
		Columns:    s.columns.bytes(),
		Undo:       s.undoBudget.Used(),
		Names:      s.labelNames.bytes() + s.typeNames.bytes() + s.keyNames.bytes(),
	}
}
