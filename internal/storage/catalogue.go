package storage

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/constraint"
)

// catalogue is the versioned entries {kind, name, bytes}. They are opaque to the store,
// except those of kinds "index" and "constraint".
type catalogue struct {
	schema sync.Mutex // one change at a time, for as long as it takes to build and log
	epoch  atomic.Uint64
	rules  atomic.Uint64 // number of the newest rule

	mu      sync.RWMutex
	entries map[entryName]change.Entry // guarded by mu
}

type entryName struct{ kind, name string }

func (c *catalogue) init() { c.entries = map[entryName]change.Entry{} }

func (c *catalogue) put(e change.Entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries[entryName{e.Kind, e.Name}] = e
	c.epoch.Add(1)
}

func (c *catalogue) remove(kind, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, entryName{kind, name})
	c.epoch.Add(1)
}

// SchemaEpoch grows with every change of the catalogue.
func (s *Store) SchemaEpoch() uint64 { return s.catalogue.epoch.Load() }

// Entry returns one entry of the catalogue.
func (s *Store) Entry(kind, name string) (change.Entry, bool) {
	s.catalogue.mu.RLock()
	defer s.catalogue.mu.RUnlock()
	e, ok := s.catalogue.entries[entryName{kind, name}]
	return e, ok
}

// Entries returns the entries of a kind in the order of their names; "" means all kinds,
// in the order of their kinds.
func (s *Store) Entries(kind string) []change.Entry {
	s.catalogue.mu.RLock()
	defer s.catalogue.mu.RUnlock()
	var out []change.Entry
	for _, e := range s.catalogue.entries {
		if kind == "" || e.Kind == kind {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b change.Entry) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
	})
	return out
}

// PutEntry stores an entry as a commit of its own. An entry of kind "index" or "constraint"
// creates it.
func (s *Store) PutEntry(ctx context.Context, e change.Entry) (change.Index, error) {
	switch e.Kind {
	case constraint.EntryKind:
		d, err := constraint.Decode(e, s)
		if err != nil {
			return 0, err
		}
		_, err = s.CreateConstraint(ctx, d)
		return s.LastCommitted(), err
	case indexKind:
		d, err := s.decodeIndex(e)
		if err != nil {
			return 0, err
		}
		_, err = s.CreateIndex(ctx, d)
		return s.LastCommitted(), err
	}
	e.Data = slices.Clone(e.Data)
	s.catalogue.schema.Lock()
	defer s.catalogue.schema.Unlock()
	return s.commitEntry(change.PutEntry, e, func(*ending) { s.catalogue.put(e) })
}

// DeleteEntry removes an entry as a commit of its own; deleted is false if there is none.
func (s *Store) DeleteEntry(ctx context.Context, kind, name string) (index change.Index, deleted bool, err error) {
	e, ok := s.Entry(kind, name)
	if !ok {
		return s.LastCommitted(), false, nil
	}
	switch kind {
	case constraint.EntryKind:
		var d ConstraintDef
		if d, err = constraint.Decode(e, s); err != nil {
			return 0, false, err
		}
		deleted, err = s.DropConstraint(ctx, d)
		return s.LastCommitted(), deleted, err
	case indexKind:
		var d IndexDef
		if d, err = s.decodeIndex(e); err != nil {
			return 0, false, err
		}
		deleted, err = s.DropIndex(ctx, d)
		return s.LastCommitted(), deleted, err
	}
	s.catalogue.schema.Lock()
	defer s.catalogue.schema.Unlock()
	if _, ok := s.Entry(kind, name); !ok {
		return s.LastCommitted(), false, nil
	}
	index, err = s.commitEntry(change.DeleteEntry, change.Entry{Kind: kind, Name: name}, func(*ending) {
		s.catalogue.remove(kind, name)
	})
	return index, err == nil, err
}

// commitEntry logs one change of the catalogue and calls published as it becomes visible.
func (s *Store) commitEntry(kind change.Kind, e change.Entry, published func(*ending)) (change.Index, error) {
	tx := s.Begin(TxOptions{})
	defer tx.Release()
	if err := tx.beginWrite(int64(len(e.Kind)+len(e.Name)+len(e.Data)), 1); err != nil {
		return 0, err
	}
	tx.commit.Entries = append(tx.commit.Entries, e)
	tx.redo(&change.Op{Kind: kind})
	tx.published = func() { published(tx.ending) }
	return tx.Commit()
}
