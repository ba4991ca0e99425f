package storage

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
)

// nameBytes is the accounted size of a name beyond its text: map entry and string header.
const nameBytes = 64

// names interns the names of one kind of thing. Names are never forgotten.
type names struct {
	what   string
	max    int
	budget *memory.Budget

	mu   sync.RWMutex
	ids  map[string]uint32        // guarded by mu
	list atomic.Pointer[[]string] // by id
}

func newNames(what string, most int, budget *memory.Budget) *names {
	n := &names{what: what, max: most, budget: budget, ids: map[string]uint32{}}
	n.list.Store(new([]string))
	return n
}

func (n *names) lookup(name string) (uint32, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	id, ok := n.ids[name]
	return id, ok
}

// intern returns the id of name. added is called for a new id before others can see it.
func (n *names) intern(name string, added func(id uint32)) (uint32, error) {
	if id, ok := n.lookup(name); ok {
		return id, nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if id, ok := n.ids[name]; ok {
		return id, nil
	}
	list := *n.list.Load()
	if len(list) >= n.max {
		return 0, fmt.Errorf("%w: %d %s", ErrNameLimit, n.max, n.what)
	}
	if err := n.budget.Reserve(int64(len(name)) + nameBytes); err != nil {
		return 0, err
	}
	id := uint32(len(list))
	if added != nil {
		added(id)
	}
	name = strings.Clone(name)
	list = append(list, name)
	n.list.Store(&list)
	n.ids[name] = id
	return id, nil
}

func (n *names) name(id uint32) string {
	list := *n.list.Load()
	if int(id) >= len(list) {
		return ""
	}
	return list[id]
}

func (n *names) all() []string { return slices.Clone(*n.list.Load()) }

func (n *names) bytes() int64 {
	total := int64(0)
	for _, name := range *n.list.Load() {
		total += int64(len(name)) + nameBytes
	}
	return total
}

// InternLabel returns the id of a label, a new one if need be. It fails with ErrNameLimit.
func (s *Store) InternLabel(name string) (graph.LabelID, error) {
	id, err := s.labelNames.intern(name, func(id uint32) { s.counts.labels.Grow(uint64(id)+1, nil) })
	return graph.LabelID(id), err
}

// InternType returns the id of a relationship type, a new one if need be. It fails with ErrNameLimit.
func (s *Store) InternType(name string) (graph.TypeID, error) {
	id, err := s.typeNames.intern(name, func(id uint32) { s.counts.types.Grow(uint64(id)+1, nil) })
	return graph.TypeID(id), err
}

// InternKey returns the id of a property key, a new one if need be. It fails with ErrNameLimit.
func (s *Store) InternKey(name string) (graph.KeyID, error) {
	id, err := s.keyNames.intern(name, nil)
	return graph.KeyID(id), err
}

// LookupLabel returns the id of a label, if it has one.
func (s *Store) LookupLabel(name string) (graph.LabelID, bool) {
	id, ok := s.labelNames.lookup(name)
	return graph.LabelID(id), ok
}

// LookupType returns the id of a relationship type, if it has one.
func (s *Store) LookupType(name string) (graph.TypeID, bool) {
	id, ok := s.typeNames.lookup(name)
	return graph.TypeID(id), ok
}

// LookupKey returns the id of a property key, if it has one.
func (s *Store) LookupKey(name string) (graph.KeyID, bool) {
	id, ok := s.keyNames.lookup(name)
	return graph.KeyID(id), ok
}

// LabelName returns the name of a label, "" for an unknown id.
func (s *Store) LabelName(id graph.LabelID) string { return s.labelNames.name(uint32(id)) }

// TypeName returns the name of a relationship type, "" for an unknown id.
func (s *Store) TypeName(id graph.TypeID) string { return s.typeNames.name(uint32(id)) }

// KeyName returns the name of a property key, "" for an unknown id.
func (s *Store) KeyName(id graph.KeyID) string { return s.keyNames.name(uint32(id)) }

// Labels returns the names of all labels by id.
func (s *Store) Labels() []string { return s.labelNames.all() }

// Types returns the names of all relationship types by id.
func (s *Store) Types() []string { return s.typeNames.all() }

// Keys returns the names of all property keys by id.
func (s *Store) Keys() []string { return s.keyNames.all() }

// NameCount returns how many labels, types and keys have a name; it never falls.
func (s *Store) NameCount() int {
	return len(*s.labelNames.list.Load()) + len(*s.typeNames.list.Load()) + len(*s.keyNames.list.Load())
}
