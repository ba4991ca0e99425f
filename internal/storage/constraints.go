package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/constraint"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/index"
	"memgraphd/internal/storage/property"
	"memgraphd/internal/storage/value"
)

// ErrConstraintType reports a data type constraint on a property that has one of another type.
var ErrConstraintType = errors.New("the property has a constraint of another data type")

// ErrMergeLost reports that MERGE created what another transaction has created meanwhile; it
// comes with ErrConflict.
var ErrMergeLost = errors.New("another transaction has created meanwhile what MERGE created")

// ConstraintDef names a constraint.
type ConstraintDef = constraint.Definition

// ConstraintInfo describes a constraint that is in force.
type ConstraintInfo struct {
	ConstraintDef
	Target  string // label and properties as in Cypher, for example ":User(email)"
	Entries int64  // of Unique: nodes in its tree, of which some may be of old versions
}

// rule is a constraint in the registry. It goes through three states:
//
//	building  writers keep its tree, nobody checks
//	enforced  every commit checks it; one that breaks it is to be run again, because
//	          the constraint may still turn out not to hold
//	ready     in the catalogue: what breaks it fails
type rule struct {
	def      ConstraintDef
	number   uint64         // unlike those of all other rules of the process
	index    *propertyIndex // of Unique: entries are a superset, as in every index
	enforced atomic.Bool
	ready    atomic.Bool
}

func (s *Store) newRule(d ConstraintDef) *rule {
	r := &rule{def: d, number: s.catalogue.rules.Add(1)}
	if d.Rule == constraint.Unique {
		def := IndexDef{Label: d.Label, Key: d.Keys[0], HasKey: true}
		r.index = &propertyIndex{def: def, rule: r, tree: index.NewProperty(s.indexArena)}
	}
	return r
}

// register makes a rule known to writers.
func (s *Store) register(r *rule) {
	old := s.registry.Load()
	list := old.list
	if r.index != nil {
		list = append(slices.Clone(list), r.index)
	}
	s.registry.Store(newRegistry(list, append(slices.Clone(old.rules), r)))
}

// withdraw takes a rule out of the registry; its tree, if any, comes to dropped.
func (s *Store) withdraw(r *rule, dropped []*propertyIndex) []*propertyIndex {
	r.enforced.Store(false)
	if r.index != nil {
		s.unregister(r.index)
		return append(dropped, r.index)
	}
	old := s.registry.Load()
	s.registry.Store(newRegistry(old.list, slices.DeleteFunc(slices.Clone(old.rules), func(o *rule) bool { return o == r })))
	return dropped
}

// valuesOf appends the values of the properties of r in one version of a node to dst; ok
// is false if one of them is null.
func (s *Store) valuesOf(r *rule, im image, dst []value.Value) (values []value.Value, ok bool) {
	blob := s.blob(im.props)
	if blob == nil {
		return dst, false
	}
	for _, k := range r.def.Keys {
		v := property.Find(blob, k)
		if v.IsNull() {
			return dst, false
		}
		dst = append(dst, v)
	}
	return dst, true
}

// CreateConstraint checks a constraint while others write, logs it, and puts it in force;
// created is false if there is one. Data that break it are reported as *constraint.ViolationError.
//
// The rule is registered first, so that writers keep its tree, and enforced once the tree
// is whole. Every commit that did not know it has ended before the check begins, so each
// node is checked by its writer, by the check, or by both.
func (s *Store) CreateConstraint(ctx context.Context, d ConstraintDef) (created bool, err error) {
	e, d, err := constraint.Encode(d, s)
	if err != nil {
		return false, err
	}
	s.catalogue.schema.Lock()
	defer s.catalogue.schema.Unlock()
	if old, ok := s.Entry(e.Kind, e.Name); ok {
		if !slices.Equal(old.Data, e.Data) {
			return false, fmt.Errorf("%s: %w", e.Name, ErrConstraintType)
		}
		return false, nil
	}
	r := s.newRule(d)
	s.register(r)
	if err = s.enforce(ctx, r); err == nil {
		_, err = s.commitEntry(change.PutEntry, e, func(*ending) { s.putInForce(e, r) })
	}
	if err != nil {
		s.abandon(r)
		return false, err
	}
	return true, nil
}

// enforce builds the tree of a rule, makes every commit from now on check it, and checks
// what there is.
func (s *Store) enforce(ctx context.Context, r *rule) error {
	if r.index != nil {
		if err := s.fill(ctx, r.index); err != nil {
			return err
		}
	}
	r.enforced.Store(true)
	if err := s.gate.Wait(ctx); err != nil {
		return err
	}
	return s.inspect(ctx, r)
}

// putInForce makes a checked rule known.
func (s *Store) putInForce(e change.Entry, r *rule) {
	r.enforced.Store(true)
	r.ready.Store(true)
	if r.index != nil {
		r.index.ready.Store(true)
	}
	s.catalogue.put(e)
}

// abandon gives up a rule that was never in force. The schema lock is held.
func (s *Store) abandon(r *rule) {
	dropped := s.withdraw(r, nil)
	if len(dropped) == 0 {
		return
	}
	q := &s.sequencer
	q.mu.Lock()
	s.collector.push(&ending{dropped: dropped})
	q.mu.Unlock()
	s.collector.nudge()
}

// DropConstraint removes a constraint; dropped is false if there is none.
func (s *Store) DropConstraint(_ context.Context, d ConstraintDef) (dropped bool, err error) {
	e, _, err := constraint.Encode(d, s)
	if err != nil {
		return false, err
	}
	s.catalogue.schema.Lock()
	defer s.catalogue.schema.Unlock()
	old, ok := s.Entry(e.Kind, e.Name)
	if !ok || !slices.Equal(old.Data, e.Data) {
		return false, nil
	}
	e.Data = nil
	_, err = s.commitEntry(change.DeleteEntry, e, func(end *ending) { s.dropRule(e, end) })
	return err == nil, err
}

// dropRule takes a constraint out of force.
func (s *Store) dropRule(e change.Entry, end *ending) {
	s.catalogue.remove(e.Kind, e.Name)
	for _, r := range s.registry.Load().rules {
		if constraint.EntryName(&r.def, s) == e.Name {
			end.dropped = s.withdraw(r, end.dropped)
		}
	}
}

// Constraints lists the constraints in force, in the order of rules, labels and properties.
func (s *Store) Constraints() []ConstraintInfo {
	var out []ConstraintInfo
	for _, r := range s.registry.Load().rules {
		if r.ready.Load() {
			info := ConstraintInfo{ConstraintDef: r.def, Target: constraint.Target(&r.def, s)}
			if r.index != nil {
				info.Entries = r.index.tree.Entries()
			}
			out = append(out, info)
		}
	}
	slices.SortFunc(out, func(a, b ConstraintInfo) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Target, b.Target))
	})
	return out
}

// inspectNodes is how many nodes one view is used for, so that a long check does not hold
// back the collection of versions.
const inspectNodes = 1 << 14

// inspect looks for a node that breaks an enforced rule. Each node may be looked at in a
// view of its own: whoever changes it afterwards checks the rule.
func (s *Store) inspect(ctx context.Context, r *rule) error {
	if r.index != nil && r.index.tree.AllDistinct() {
		return nil
	}
	ids := make([]graph.NodeID, 256)
	for from := graph.NodeID(0); from != graph.NoNode; {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		next, v := s.inspectSome(r, from, ids)
		if v != nil {
			return v
		}
		from = next
	}
	return nil
}

// inspectSome looks at some nodes from an id on and returns where to go on, graph.NoNode
// at the end.
func (s *Store) inspectSome(r *rule, from graph.NodeID, ids []graph.NodeID) (graph.NodeID, *constraint.ViolationError) {
	tx := s.Begin(TxOptions{ReadOnly: true})
	defer tx.Release()
	scan := tx.ScanLabelRange(r.def.Label, from, graph.NoNode)
	for seen := 0; seen < inspectNodes; {
		n := scan.Next(ids)
		if n == 0 {
			return graph.NoNode, nil
		}
		for _, id := range ids[:n] {
			if v := tx.breachBy(r, id); v != nil {
				return 0, v
			}
		}
		seen += n
		from = ids[n-1] + 1
	}
	return from, nil
}

// breachBy tells how a node of the view breaks r, whose label it has; nil if it does not.
func (tx *Tx) breachBy(r *rule, id graph.NodeID) *constraint.ViolationError {
	s := tx.store
	im := tx.image(id)
	if r.index == nil {
		return s.breachIn(r, id, im)
	}
	var space [4]value.Value
	values, ok := s.valuesOf(r, im, space[:0])
	if !ok {
		return nil
	}
	var entries [16]index.Entry
	cursor := r.index.tree.Same(constraint.Key(values))
	for {
		n := cursor.Next(entries[:])
		if n == 0 {
			return nil
		}
		for _, e := range entries[:n] {
			if e.Node != id && s.has(r, tx.image(e.Node), values) {
				return constraint.NewViolation(&r.def, s, max(id, e.Node), min(id, e.Node), values)
			}
		}
	}
}

// has reports whether one version of a node has the label and the values of r.
func (s *Store) has(r *rule, im image, values []value.Value) bool {
	if !im.exists || !s.sets.has(im.labels, r.def.Label) {
		return false
	}
	var space [4]value.Value
	own, ok := s.valuesOf(r, im, space[:0])
	return ok && constraint.SameValues(own, values)
}

// breachIn tells how one version of a node, which has the label, breaks r, unless r is Unique.
func (s *Store) breachIn(r *rule, id graph.NodeID, im image) *constraint.ViolationError {
	v := s.valueIn(im, r.def.Keys[0])
	switch r.def.Rule {
	case constraint.Exists:
		if v.IsNull() {
			return constraint.NewViolation(&r.def, s, id, graph.NoNode, nil)
		}
	case constraint.Typed:
		if !r.def.Type.Holds(v) {
			return constraint.NewViolation(&r.def, s, id, graph.NoNode, []value.Value{v})
		}
	case constraint.Unique:
	}
	return nil
}

// breach looks for a node that breaks r. No transaction may be open meanwhile.
func (s *Store) breach(r *rule) error {
	if r.index != nil && !r.index.ready.Load() {
		return nil
	}
	return s.inspect(context.Background(), r)
}

// recheck looks whether nodes that a logged commit changed break a constraint, which
// those of a log that a store wrote never do. It is for recovery.
func (s *Store) recheck(ids []graph.NodeID) error {
	if len(ids) == 0 {
		return nil
	}
	tx := s.Begin(TxOptions{ReadOnly: true})
	defer tx.Release()
	rules := s.registry.Load().rulesByLabel
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		im := tx.image(id)
		if !im.exists {
			continue
		}
		for _, l := range s.sets.labels(im.labels) {
			for _, r := range rules[l] {
				if v := tx.breachBy(r, id); v != nil {
					return v
				}
			}
		}
	}
	return nil
}

// applyConstraint puts a constraint that was logged into force.
func (s *Store) applyConstraint(e change.Entry) error {
	d, err := constraint.Decode(e, s)
	if err != nil {
		return err
	}
	if _, ok := s.Entry(e.Kind, e.Name); ok {
		return fmt.Errorf("constraint %s exists already", e.Name)
	}
	if name := constraint.EntryName(&d, s); name != e.Name {
		return fmt.Errorf("%w %q: it says %q", constraint.ErrEntry, e.Name, name)
	}
	r := s.newRule(d)
	s.register(r)
	if err := s.enforce(context.Background(), r); err != nil {
		return fmt.Errorf("constraint %s: %w", e.Name, err)
	}
	s.putInForce(e, r)
	return nil
}
