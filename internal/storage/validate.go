package storage

import (
	"fmt"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/constraint"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/index"
	"memgraphd/internal/storage/mvcc"
	"memgraphd/internal/storage/value"
)

// validation is the check of a transaction against the constraints as it commits.
//
// Existence and data types are a matter of each node alone. For uniqueness the commit
// claims every value that one of its nodes did not have when the transaction began, waits
// for the commits that claimed one of them before, and looks then who has the values:
//
//	nobody, or a node that only an open transaction gave it    the value is free: the
//	          other one claims it in its turn, and finds this commit's outcome
//	a node that an open transaction takes it from              it is taken: nobody knows
//	          whether that transaction will commit
//	a node that a commit at the log takes it from              its outcome decides
//	a node for which it is committed, in the view or behind    it is taken
//
// A commit that waits for the log has been validated, so a chain of waiting ends there.
type validation struct {
	tx       *Tx
	registry *registry
	acquired []acquisition
}

// acquisition is a node with new values under a unique constraint.
type acquisition struct {
	rule *rule
	node graph.NodeID
}

// validate checks the changes of tx against all constraints, and leaves tx with its claims.
func (tx *Tx) validate() error {
	s := tx.store
	v := validation{tx: tx, registry: s.registry.Load()}
	if len(v.registry.rules) == 0 {
		return nil
	}
	for i := range tx.ending.log.Len() {
		r, _ := tx.ending.log.Record(s.undo, i)
		if r.Kind != mvcc.NodeImage {
			continue
		}
		if err := v.node(graph.NodeID(r.ID), imageOf(r)); err != nil {
			return err
		}
	}
	if len(v.acquired) == 0 {
		return nil
	}
	if err := v.claim(); err != nil {
		return err
	}
	for _, a := range v.acquired {
		if err := v.free(a); err != nil {
			return err
		}
	}
	return nil
}

// giveClaims ends the claims of a transaction whose outcome is out.
func (tx *Tx) giveClaims() {
	if len(tx.claims) > 0 {
		tx.store.claims.Give(tx.claims)
		tx.claims = nil
	}
}

// node checks one node that was changed and notes the values that it acquired.
func (v *validation) node(id graph.NodeID, was image) error {
	s := v.tx.store
	now := v.tx.image(id)
	if !now.exists {
		return nil
	}
	for _, l := range s.sets.labels(now.labels) {
		for _, r := range v.registry.rulesByLabel[l] {
			if !r.enforced.Load() {
				continue
			}
			if r.index == nil {
				if breach := s.breachIn(r, id, now); breach != nil {
					return v.verdict(r, breach)
				}
				continue
			}
			var space [4]value.Value
			values, ok := s.valuesOf(r, now, space[:0])
			if ok && !s.has(r, was, values) {
				v.acquired = append(v.acquired, acquisition{r, id})
			}
		}
	}
	return nil
}

// verdict makes a violation the error of the commit.
func (v *validation) verdict(r *rule, breach *constraint.ViolationError) error {
	if !r.ready.Load() {
		return fmt.Errorf("%w: the constraint that is being created: %w", ErrConflict, breach)
	}
	return breach
}

// claim claims all acquired values at once.
func (v *validation) claim() error {
	s := v.tx.store
	if err := v.tx.charge(int64(len(v.acquired)) * constraint.ClaimBytes); err != nil {
		return err
	}
	claims := make([]uint64, 0, len(v.acquired))
	var space [4]value.Value
	for _, a := range v.acquired {
		values, _ := s.valuesOf(a.rule, v.tx.image(a.node), space[:0])
		claims = append(claims, constraint.ClaimOf(a.rule.number, values))
	}
	v.tx.claims = s.claims.Take(claims)
	return nil
}

// free checks that no other node has the values of an acquisition.
func (v *validation) free(a acquisition) error {
	s := v.tx.store
	var space [4]value.Value
	values, ok := s.valuesOf(a.rule, v.tx.image(a.node), space[:0])
	if !ok {
		return nil
	}
	var entries [16]index.Entry
	cursor := a.rule.index.tree.Same(constraint.Key(values))
	for {
		n := cursor.Next(entries[:])
		if n == 0 {
			return nil
		}
		for _, e := range entries[:n] {
			if e.Node == a.node || !v.holds(a.rule, e.Node, values) {
				continue
			}
			if _, merged := v.tx.merged[a.node]; merged && !s.has(a.rule, v.tx.image(e.Node), values) {
				return fmt.Errorf("%w: %w", ErrConflict, ErrMergeLost)
			}
			breach := constraint.NewViolation(&a.rule.def, s, a.node, e.Node, values)
			return v.verdict(a.rule, breach)
		}
	}
}

// holds reports whether a node has the values of r, as far as is committed or done by the
// transaction itself.
func (v *validation) holds(r *rule, id graph.NodeID, values []value.Value) bool {
	s := v.tx.store
	n := s.nodes.records.At(uint32(id))
	for {
		state := n.latch()
		now := n.inPlace(state)
		held := s.has(r, now, values)
		owner := s.owner(state)
		if owner == nil || owner.Slot == v.tx.view.Self {
			n.unlatch(state)
			return held
		}
		slot, was := owner.Slot, imageOf(owner)
		outcome := s.slots.Get(slot)
		if outcome.Committed() {
			n.unlatch(state)
			return held
		}
		held = s.has(r, was, values)
		will := s.has(r, now, values)
		n.unlatch(state)
		if outcome == mvcc.Running || outcome == mvcc.Committing && held == will {
			return held
		}
		s.awaitOutcome(slot) // or it was rolled back just now
	}
}

// NoteMerged tells that MERGE created a node because it did not see one like it. Should a
// unique constraint find that another transaction created one meanwhile, then the commit
// fails with ErrConflict, so that it is run again and finds the other one.
func (tx *Tx) NoteMerged(id graph.NodeID) {
	if len(tx.store.registry.Load().rules) == 0 || tx.writes == nil {
		return
	}
	if tx.merged == nil {
		tx.merged = map[graph.NodeID]struct{}{}
	}
	tx.merged[id] = struct{}{}
}

// checkTypes checks properties, ascending by key, that a node with labels is about to get.
func (s *Store) checkTypes(id graph.NodeID, labels setID, props []Property) error {
	registry := s.registry.Load()
	if len(registry.rules) == 0 {
		return nil
	}
	for _, l := range s.sets.labels(labels) {
		for _, r := range registry.rulesByLabel[l] {
			if r.def.Rule != constraint.Typed || !r.ready.Load() {
				continue
			}
			for _, p := range props {
				if p.Key == r.def.Keys[0] && !r.def.Type.Holds(p.Value) {
					return constraint.NewViolation(&r.def, s, id, graph.NoNode, []value.Value{p.Value})
				}
			}
		}
	}
	return nil
}

// checkLabelTypes checks the properties that a node has against the constraints of a label
// that it is about to get.
func (s *Store) checkLabelTypes(id graph.NodeID, l graph.LabelID, props arena.Ref) error {
	for _, r := range s.registry.Load().rulesByLabel[l] {
		if r.def.Rule != constraint.Typed || !r.ready.Load() {
			continue
		}
		if v := s.breachIn(r, id, image{props: props, exists: true}); v != nil {
			return v
		}
	}
	return nil
}
