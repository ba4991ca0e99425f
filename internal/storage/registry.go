package storage

import (
	"sync/atomic"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/index"
)

// registry is the property indexes and the constraints; it is replaced as a whole.
type registry struct {
	list         []*propertyIndex // also the trees of unique constraints
	byLabel      map[graph.LabelID][]*propertyIndex
	rules        []*rule
	rulesByLabel map[graph.LabelID][]*rule
}

// propertyIndex is one index over a label and a key, or the tree of a unique constraint.
type propertyIndex struct {
	def   IndexDef
	rule  *rule // nil: an index
	tree  *index.Property
	ready atomic.Bool
}

// find returns the index of a label and key, or the tree of a unique constraint on the
// same, nil if there is none.
func (r *registry) find(l graph.LabelID, k graph.KeyID) *propertyIndex {
	var found *propertyIndex
	for _, p := range r.byLabel[l] {
		switch {
		case p.def.Key != k:
		case p.rule == nil:
			if p.ready.Load() {
				return p
			}
			found = p
		case len(p.rule.def.Keys) == 1 && (found == nil || p.ready.Load()):
			found = p
		}
	}
	return found
}

// index returns the index of a label and key that is none of a constraint.
func (r *registry) index(l graph.LabelID, k graph.KeyID) *propertyIndex {
	for _, p := range r.byLabel[l] {
		if p.rule == nil && p.def.Key == k {
			return p
		}
	}
	return nil
}

func newRegistry(list []*propertyIndex, rules []*rule) *registry {
	r := &registry{
		list: list, byLabel: map[graph.LabelID][]*propertyIndex{},
		rules: rules, rulesByLabel: map[graph.LabelID][]*rule{},
	}
	for _, p := range list {
		r.byLabel[p.def.Label] = append(r.byLabel[p.def.Label], p)
	}
	for _, x := range rules {
		r.rulesByLabel[x.def.Label] = append(r.rulesByLabel[x.def.Label], x)
	}
	return r
}
