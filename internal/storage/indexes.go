package storage

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/index"
	"memgraphd/internal/storage/mvcc"
	"memgraphd/internal/storage/value"
)

// IndexDef names an index: a label, or a label and a property key.
type IndexDef struct {
	Label  graph.LabelID
	Key    graph.KeyID
	HasKey bool
}

// IndexInfo describes an index.
type IndexInfo struct {
	IndexDef
	Ready    bool  // its build has ended
	Entries  int64 // entries, of which some may be of old versions
	Distinct int64 // estimate of the distinct values
}

// indexKind is the kind of the catalogue entries of indexes. Their data are
//
//	version u8 = 1 | 1 if there is a key, else 0 | length uvarint, label | length uvarint, key
const indexKind = "index"

const indexEntryVersion = 1

// errIndexEntry reports an index entry that cannot be read.
var errIndexEntry = errors.New("unreadable index entry")

func (s *Store) encodeIndex(d IndexDef) change.Entry {
	label, key := s.LabelName(d.Label), ""
	name := ":" + label
	data := []byte{indexEntryVersion, 0}
	if d.HasKey {
		data[1] = 1
		key = s.KeyName(d.Key)
		name += "(" + key + ")"
	}
	data = append(binary.AppendUvarint(data, uint64(len(label))), label...)
	data = append(binary.AppendUvarint(data, uint64(len(key))), key...)
	return change.Entry{Kind: indexKind, Name: name, Data: data}
}

func (s *Store) decodeIndex(e change.Entry) (IndexDef, error) {
	if err := e.CheckVersion(indexEntryVersion); err != nil {
		return IndexDef{}, err
	}
	fail := fmt.Errorf("%w %q", errIndexEntry, e.Name)
	if len(e.Data) < 2 || e.Data[0] != indexEntryVersion || e.Data[1] > 1 {
		return IndexDef{}, fail
	}
	rest := e.Data[2:]
	var texts [2]string
	for i := range texts {
		length, n := binary.Uvarint(rest)
		if n <= 0 || length > uint64(len(rest)-n) {
			return IndexDef{}, fail
		}
		texts[i] = string(rest[n : n+int(length)])
		rest = rest[n+int(length):]
	}
	label, err := s.InternLabel(texts[0])
	if err != nil {
		return IndexDef{}, err
	}
	d := IndexDef{Label: label, HasKey: e.Data[1] == 1}
	if d.HasKey {
		d.Key, err = s.InternKey(texts[1])
	}
	return d, err
}

// CreateIndex builds an index while others write, logs it, and makes it ready; created is
// false if there is one.
func (s *Store) CreateIndex(ctx context.Context, d IndexDef) (created bool, err error) {
	s.catalogue.schema.Lock()
	defer s.catalogue.schema.Unlock()
	e := s.encodeIndex(d)
	if _, ok := s.Entry(e.Kind, e.Name); ok {
		return false, nil
	}
	var p *propertyIndex
	if d.HasKey {
		if p, err = s.buildIndex(ctx, d, s.fill); err != nil {
			return false, fmt.Errorf("index %s: %w", e.Name, err)
		}
	}
	_, err = s.commitEntry(change.PutEntry, e, func(*ending) { s.announce(e, p) })
	if err != nil {
		if p != nil {
			s.discard(p)
		}
		return false, err
	}
	return true, nil
}

// announce makes a built index known.
func (s *Store) announce(e change.Entry, p *propertyIndex) {
	if p != nil {
		p.ready.Store(true)
	}
	s.catalogue.put(e)
}

// discard gives up an index that was never ready. The schema lock is held.
func (s *Store) discard(p *propertyIndex) {
	s.unregister(p)
	q := &s.sequencer
	q.mu.Lock()
	s.collector.push(&ending{dropped: []*propertyIndex{p}})
	q.mu.Unlock()
	s.collector.nudge()
}

// DropIndex removes an index; dropped is false if there is none.
func (s *Store) DropIndex(_ context.Context, d IndexDef) (dropped bool, err error) {
	s.catalogue.schema.Lock()
	defer s.catalogue.schema.Unlock()
	e := s.encodeIndex(d)
	if _, ok := s.Entry(e.Kind, e.Name); !ok {
		return false, nil
	}
	e.Data = nil
	_, err = s.commitEntry(change.DeleteEntry, e, func(end *ending) { s.dropIndex(e, d, end) })
	return err == nil, err
}

// dropIndex takes an index out of use; its memory goes when nobody scans it any more.
func (s *Store) dropIndex(e change.Entry, d IndexDef, end *ending) {
	s.catalogue.remove(e.Kind, e.Name)
	if !d.HasKey {
		return
	}
	if p := s.registry.Load().index(d.Label, d.Key); p != nil {
		s.unregister(p)
		end.dropped = append(end.dropped, p)
	}
}

func (s *Store) unregister(p *propertyIndex) {
	r := s.registry.Load()
	list := slices.DeleteFunc(slices.Clone(r.list), func(o *propertyIndex) bool { return o == p })
	rules := slices.DeleteFunc(slices.Clone(r.rules), func(o *rule) bool { return o == p.rule })
	s.registry.Store(newRegistry(list, rules))
}

// buildIndex registers an index, so that every writer from now on keeps it, and enters
// all versions of all nodes. A writer that had looked before holds the latch of its node,
// for which the build waits.
func (s *Store) buildIndex(ctx context.Context, d IndexDef, fill func(context.Context, *propertyIndex) error) (*propertyIndex, error) {
	p := &propertyIndex{def: d, tree: index.NewProperty(s.indexArena)}
	r := s.registry.Load()
	s.registry.Store(newRegistry(append(slices.Clone(r.list), p), r.rules))
	if err := fill(ctx, p); err != nil {
		s.discard(p)
		return nil, err
	}
	return p, nil
}

// fill enters all versions of all nodes into a registered index.
func (s *Store) fill(ctx context.Context, p *propertyIndex) error {
	return s.inStrides(ctx, func(from, to graph.NodeID) {
		for id := from; id < to; id++ {
			s.enterAll(p, id)
		}
	})
}

// fillAlone is fill while nobody writes, so that there are no other versions.
func (s *Store) fillAlone(ctx context.Context, p *propertyIndex) error {
	records, last, has := s.nodes.records.Pages(), setID(0), false
	return s.inStrides(ctx, func(from, to graph.NodeID) {
		p.tree.AddAll(func(add func(v value.Value, id graph.NodeID)) {
			for id := from; id < to; id++ {
				n := records.At(uint32(id))
				im := n.inPlace(n.state.Load())
				if im.labels != last {
					last, has = im.labels, s.sets.has(im.labels, p.def.Label)
				}
				if !has || !im.exists {
					continue
				}
				if v := s.valueFor(p, im); !v.IsNull() {
					add(v, id)
				}
			}
		})
	})
}

// inStrides calls enter for the slots of all nodes in turn, a few at a time, while there is
// memory for indexes.
func (s *Store) inStrides(ctx context.Context, enter func(from, to graph.NodeID)) error {
	const stride = 1024
	limit := s.NodeSlots()
	for from := graph.NodeID(0); from < limit; from += stride {
		err := ctx.Err()
		if err == nil {
			err = s.headroom(s.indexBudget, 0)
		}
		if err != nil {
			return err
		}
		to := min(limit, from+stride)
		enter(from, to)
		if to == limit {
			break // the last slots may have no stride behind them
		}
	}
	return nil
}

// enterAll enters all versions of a node into p.
func (s *Store) enterAll(p *propertyIndex, id graph.NodeID) {
	n := s.nodes.records.At(uint32(id))
	if n.state.Load() == 0 && n.labels.Load() == 0 {
		return
	}
	state := n.latch()
	defer n.unlatch(state)
	s.enterVersion(p, id, n.inPlace(state))
	for ref := undoOf(state); ref != 0; {
		r := mvcc.At(s.undo, ref)
		s.enterVersion(p, id, imageOf(r))
		ref = arena.Ref(r.Next.Load())
	}
}

func (s *Store) enterVersion(p *propertyIndex, id graph.NodeID, im image) {
	if !im.exists || !s.sets.has(im.labels, p.def.Label) {
		return
	}
	if v := s.valueFor(p, im); !v.IsNull() {
		p.tree.Add(v, id)
	}
}

// Indexes lists the indexes, also those that are being built.
func (s *Store) Indexes() []IndexInfo {
	var out []IndexInfo
	for _, e := range s.Entries(indexKind) {
		if d, err := s.decodeIndex(e); err == nil && !d.HasKey {
			n := s.LabelCount(d.Label)
			out = append(out, IndexInfo{IndexDef: d, Ready: true, Entries: n, Distinct: min(n, 1)})
		}
	}
	for _, p := range s.registry.Load().list {
		if p.rule != nil {
			continue
		}
		out = append(out, IndexInfo{
			IndexDef: p.def, Ready: p.ready.Load(), Entries: p.tree.Entries(), Distinct: p.tree.Distinct(),
		})
	}
	slices.SortFunc(out, func(a, b IndexInfo) int {
		return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(btoi(a.HasKey), btoi(b.HasKey)), cmp.Compare(a.Key, b.Key))
	})
	return out
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
