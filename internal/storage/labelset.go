package storage

import (
	"slices"
	"sync"
	"unsafe"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
)

// setID numbers a set of labels; 0 is the empty set.
type setID uint32

// setRecord is one set: 12 bytes, and 4 for each label in a block of the arena.
type setRecord struct {
	labels arena.Ref
	count  uint32
	next   setID // with the same hash
}

// labelSets interns sorted sets of labels. A set that was ever used is kept.
type labelSets struct {
	arena   *arena.Arena
	records arena.Table[setRecord]

	mu     sync.RWMutex
	byHash map[uint64]setID // guarded by mu
	count  uint32           // guarded by mu
}

func (t *labelSets) init(a *arena.Arena, s *Store) {
	t.arena = a
	t.records.Init(8, s.graphBudget)
	t.records.Grow(1, nil)
	t.byHash = map[uint64]setID{}
	t.count = 1
}

// labels returns the labels of a set, ascending.
func (t *labelSets) labels(id setID) []graph.LabelID {
	if id == 0 {
		return nil
	}
	r := t.records.At(uint32(id))
	words := t.arena.Words(r.labels, int(r.count))
	return unsafe.Slice((*graph.LabelID)(unsafe.SliceData(words)), len(words))
}

// has reports whether the set holds l.
func (t *labelSets) has(id setID, l graph.LabelID) bool {
	for _, x := range t.labels(id) {
		if x >= l {
			return x == l
		}
	}
	return false
}

// hasAll reports whether the set holds all of labels.
func (t *labelSets) hasAll(id setID, labels []graph.LabelID) bool {
	for _, l := range labels {
		if !t.has(id, l) {
			return false
		}
	}
	return true
}

func hashLabels(labels []graph.LabelID) uint64 {
	h := uint64(14695981039346656037)
	for _, l := range labels {
		h = (h ^ uint64(l)) * 1099511628211
		h ^= h >> 29
	}
	return h
}

// intern returns the set of labels, which must be ascending without repetitions.
func (t *labelSets) intern(labels []graph.LabelID) setID {
	if len(labels) == 0 {
		return 0
	}
	hash := hashLabels(labels)
	t.mu.RLock()
	id := t.findLocked(hash, labels)
	t.mu.RUnlock()
	if id != 0 {
		return id
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if id = t.findLocked(hash, labels); id != 0 {
		return id
	}
	id = setID(t.count)
	t.count++
	t.records.Grow(uint64(t.count), nil)
	r := t.records.At(uint32(id))
	r.labels = t.arena.Alloc(4 * len(labels))
	r.count = uint32(len(labels))
	for i, w := range labels {
		t.arena.Words(r.labels, len(labels))[i] = uint32(w)
	}
	r.next = t.byHash[hash]
	t.byHash[hash] = id
	return id
}

func (t *labelSets) findLocked(hash uint64, labels []graph.LabelID) setID {
	for id := t.byHash[hash]; id != 0; id = t.records.At(uint32(id)).next {
		if slices.Equal(t.labels(id), labels) {
			return id
		}
	}
	return 0
}

// of returns the set of labels in any order, with repetitions.
func (t *labelSets) of(labels []graph.LabelID) setID {
	var space [16]graph.LabelID
	sorted := append(space[:0], labels...)
	slices.Sort(sorted)
	return t.intern(slices.Compact(sorted))
}

// with returns the set id together with l.
func (t *labelSets) with(id setID, l graph.LabelID) setID {
	var space [16]graph.LabelID
	labels := append(space[:0], t.labels(id)...)
	i, ok := slices.BinarySearch(labels, l)
	if ok {
		return id
	}
	return t.intern(slices.Insert(labels, i, l))
}

// without returns the set id without l.
func (t *labelSets) without(id setID, l graph.LabelID) setID {
	var space [16]graph.LabelID
	labels := append(space[:0], t.labels(id)...)
	i, ok := slices.BinarySearch(labels, l)
	if !ok {
		return id
	}
	return t.intern(slices.Delete(labels, i, i+1))
}
