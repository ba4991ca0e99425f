package storage

import (
	"strings"
	"sync"
	"sync/atomic"

	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/property"
	"memgraphd/internal/storage/value"
)

// Access is a set of what is allowed with nodes or relationships of one kind.
type Access uint16

// What can be allowed.
const (
	// AccessRead makes things visible; a relationship is visible where its ends are, too.
	AccessRead Access = 1 << iota
	// AccessCreate lets them be created.
	AccessCreate
	// AccessDelete lets them be deleted.
	AccessDelete
	// AccessUpdate lets nodes get and lose labels, as far as these may be given and taken.
	AccessUpdate
	// AccessAddLabel, of nodes with just one label, lets others be given that label.
	AccessAddLabel
	// AccessRemoveLabel, of nodes with just one label, lets it be taken from others.
	AccessRemoveLabel
	// AccessReadKeys makes all properties readable; without it each is asked for.
	AccessReadKeys
	// AccessWriteKeys lets all properties be set and removed; without it each is asked for.
	AccessWriteKeys
	// AccessCreateKeys lets new ones have any properties; without it each is asked for.
	AccessCreateKeys

	// accessKnown marks what a Guard has asked for already.
	accessKnown
)

// AccessAll allows everything.
const AccessAll = accessKnown - 1

// Policy decides what is allowed with things of a kind: nodes with the same labels, and
// relationships of the same type. Its answers never change, and it may be asked concurrently.
type Policy interface {
	// NodeAccess decides about the nodes that have just these labels.
	NodeAccess(labels []graph.LabelID) Access
	// EdgeAccess decides about the relationships of a type.
	EdgeAccess(t graph.TypeID) Access
	// NodeKeyAccess decides about one property of such nodes: AccessReadKeys, AccessWriteKeys
	// and AccessCreateKeys.
	NodeKeyAccess(labels []graph.LabelID, k graph.KeyID) Access
	// EdgeKeyAccess decides about one property of such relationships.
	EdgeKeyAccess(t graph.TypeID, k graph.KeyID) Access
}

// Guard keeps a transaction to what a Policy allows: what may not be read does not exist for
// it, and writing what may not be written fails with a DeniedError. It remembers the answers
// of its policy, so one Guard should serve many transactions.
//
// It looks at the version of a node that the transaction sees. What a constraint promises
// holds for the whole graph, also for what a guard hides.
type Guard struct {
	store  *Store
	policy Policy
	nodes  answers
	edges  answers
	keys   sync.Map // of keyQuestion to Access
}

// keyQuestion names a property of nodes with a set of labels, or of relationships of a type.
type keyQuestion struct {
	edge bool
	kind uint32
	key  graph.KeyID
}

// NewGuard returns a guard of transactions of s.
func NewGuard(s *Store, p Policy) *Guard { return &Guard{store: s, policy: p} }

// Policy returns what decides.
func (g *Guard) Policy() Policy { return g.policy }

// answers remembers what is allowed by the number of a kind; 0 stands for not known yet.
type answers struct {
	mu   sync.Mutex
	list atomic.Pointer[[]atomic.Uint32]
}

// get returns the answer for kind, and asks for it the first time.
func (a *answers) get(kind uint32, ask func(kind uint32) Access) Access {
	if list := a.list.Load(); list != nil && int(kind) < len(*list) {
		if v := (*list)[kind].Load(); v != 0 {
			return Access(v)
		}
	}
	v := ask(kind) | accessKnown
	a.mu.Lock()
	defer a.mu.Unlock()
	list := a.list.Load()
	if list == nil || int(kind) >= len(*list) {
		grown := make([]atomic.Uint32, max(64, 2*int(kind)))
		if list != nil {
			for i := range *list {
				grown[i].Store((*list)[i].Load())
			}
		}
		list = &grown
		a.list.Store(list)
	}
	(*list)[kind].Store(uint32(v))
	return v
}

func (g *Guard) node(labels setID) Access {
	return g.nodes.get(uint32(labels), func(uint32) Access { return g.policy.NodeAccess(g.store.sets.labels(labels)) })
}

func (g *Guard) edge(t graph.TypeID) Access {
	return g.edges.get(uint32(t), func(uint32) Access { return g.policy.EdgeAccess(t) })
}

// nodeKey reports whether one of the bits for properties is allowed with a property of nodes.
func (g *Guard) nodeKey(labels setID, k graph.KeyID, bit Access) bool {
	if g.node(labels)&bit != 0 {
		return true
	}
	q := keyQuestion{kind: uint32(labels), key: k}
	return g.ask(q, func() Access { return g.policy.NodeKeyAccess(g.store.sets.labels(labels), k) })&bit != 0
}

// edgeKey is nodeKey for relationships.
func (g *Guard) edgeKey(t graph.TypeID, k graph.KeyID, bit Access) bool {
	if g.edge(t)&bit != 0 {
		return true
	}
	q := keyQuestion{edge: true, kind: uint32(t), key: k}
	return g.ask(q, func() Access { return g.policy.EdgeKeyAccess(t, k) })&bit != 0
}

func (g *Guard) ask(q keyQuestion, answer func() Access) Access {
	if known, ok := g.keys.Load(q); ok {
		return known.(Access) //nolint:forcetypeassert // nothing else is stored
	}
	a := answer()
	g.keys.Store(q, a)
	return a
}

// SetGuard keeps what tx reads and writes from now on to what g allows; nil allows
// everything. It belongs between two statements.
func (tx *Tx) SetGuard(g *Guard) { tx.guard = g }

// Guard returns what keeps tx, or nil.
func (tx *Tx) Guard() *Guard { return tx.guard }

// shows reports whether tx may see a version of a node.
func (tx *Tx) shows(im image) bool {
	return im.exists && (tx.guard == nil || tx.guard.node(im.labels)&AccessRead != 0)
}

// reads returns the version of a node in the view if tx may see it; else it does not exist.
func (tx *Tx) reads(id graph.NodeID) image {
	im := tx.image(id)
	if !tx.shows(im) {
		return image{}
	}
	return im
}

// showsEdge reports whether the guard of tx lets a relationship be seen: its type and both
// of its ends.
func (tx *Tx) showsEdge(t graph.TypeID, src, dst graph.NodeID) bool {
	return tx.guard == nil || tx.guard.edge(t)&AccessRead != 0 && tx.shows(tx.image(src)) && tx.shows(tx.image(dst))
}

// showsKnownEdge is showsEdge for a relationship whose slot is in use.
func (tx *Tx) showsKnownEdge(e graph.Edge) bool {
	return tx.guard == nil || tx.showsEdge(tx.store.edges.typeOf(e.ID), tx.store.edges.source(e.ID), e.Dst)
}

// hide replaces the segments from first on by the runs that the guard lets tx see. They are
// those of a node that it may see.
func (tx *Tx) hide(dst []Segment, first int) []Segment {
	last := len(dst)
	for i := first; i < last; i++ {
		s := dst[i]
		if tx.guard.edge(s.Type)&AccessRead == 0 {
			continue
		}
		from := 0
		for at, other := range s.Nodes {
			if tx.shows(tx.image(other)) {
				continue
			}
			if at > from {
				dst = append(dst, Segment{Type: s.Type, Nodes: s.Nodes[from:at:at], Edges: s.Edges[from:at:at]})
			}
			from = at + 1
		}
		if from < len(s.Nodes) {
			dst = append(dst, Segment{Type: s.Type, Nodes: s.Nodes[from:], Edges: s.Edges[from:]})
		}
	}
	kept := copy(dst[first:], dst[last:])
	clear(dst[first+kept:])
	return dst[:first+kept]
}

// guardedDegree is Degree under a guard.
func (tx *Tx) guardedDegree(n graph.NodeID, dir graph.Direction, types []graph.TypeID) int {
	total := 0
	if dir != graph.In {
		for _, s := range tx.Adjacent(nil, n, graph.Out, types) {
			total += len(s.Nodes)
		}
	}
	if dir != graph.Out {
		for _, s := range tx.Adjacent(nil, n, graph.In, types) {
			total += len(s.Nodes)
			if dir == graph.In {
				continue
			}
			for _, other := range s.Nodes {
				if other == n {
					total--
				}
			}
		}
	}
	return total
}

// readableOfNode returns the value of a property as tx may see it.
func (tx *Tx) readableOfNode(im image, k graph.KeyID) value.Value {
	if tx.guard != nil && !tx.guard.nodeKey(im.labels, k, AccessReadKeys) {
		return value.Null
	}
	return tx.store.valueIn(im, k)
}

// keepReadable drops the properties from first on that allowed says tx may not read.
func keepReadable(props []Property, first int, allowed func(graph.KeyID) bool) []Property {
	kept := first
	for _, p := range props[first:] {
		if allowed(p.Key) {
			props[kept] = p
			kept++
		}
	}
	clear(props[kept:])
	return props[:kept]
}

// unpackNode appends the properties of a version of a node that tx may read.
func (tx *Tx) unpackNode(dst []Property, im image) []Property {
	first := len(dst)
	dst = property.Unpack(dst, tx.store.blob(im.props))
	if tx.guard == nil || tx.guard.node(im.labels)&AccessReadKeys != 0 {
		return dst
	}
	return keepReadable(dst, first, func(k graph.KeyID) bool { return tx.guard.nodeKey(im.labels, k, AccessReadKeys) })
}

// unpackEdge appends the properties of a relationship that tx may read.
func (tx *Tx) unpackEdge(dst []Property, e graph.Edge) []Property {
	first := len(dst)
	dst = property.Unpack(dst, tx.edgeBlob(e.ID))
	if tx.guard == nil || len(dst) == first {
		return dst
	}
	if !tx.showsKnownEdge(e) {
		clear(dst[first:])
		return dst[:first]
	}
	t := tx.store.edges.typeOf(e.ID)
	if tx.guard.edge(t)&AccessReadKeys != 0 {
		return dst
	}
	return keepReadable(dst, first, func(k graph.KeyID) bool { return tx.guard.edgeKey(t, k, AccessReadKeys) })
}

// DeniedError reports a change that the guard of a transaction does not allow.
type DeniedError struct {
	Action Access   // one of them
	Labels []string // of the node, or of the relationship's end; nil for a node without
	Type   string   // of the relationship; "" where it is a node
	Key    string   // of the property, where Action is AccessWriteKeys
}

// Error says what is not allowed.
func (e *DeniedError) Error() string {
	what := "relationships of type :" + e.Type
	if e.Type == "" {
		what = "nodes without labels"
		if len(e.Labels) > 0 {
			what = "nodes with the labels :" + strings.Join(e.Labels, ":")
		}
	}
	switch e.Action {
	case AccessCreate:
		return "creating " + what + " is not allowed"
	case AccessDelete:
		return "deleting " + what + " is not allowed"
	case AccessUpdate:
		return "changing " + what + " is not allowed"
	case AccessAddLabel:
		return "giving nodes the label :" + strings.Join(e.Labels, ":") + " is not allowed"
	case AccessRemoveLabel:
		return "taking the label :" + strings.Join(e.Labels, ":") + " from nodes is not allowed"
	case AccessWriteKeys, AccessCreateKeys:
		return "setting or removing the property " + e.Key + " of " + what + " is not allowed"
	case AccessRead:
		return "deleting " + what + " with relationships that are hidden is not allowed"
	case AccessReadKeys, AccessAll, accessKnown:
	}
	return "that is not allowed with " + what
}

func (g *Guard) labelNames(labels setID) []string {
	var names []string
	for _, l := range g.store.sets.labels(labels) {
		names = append(names, g.store.LabelName(l))
	}
	return names
}

// mayNode fails where none of some actions is allowed with nodes that have a set of labels.
func (tx *Tx) mayNode(labels setID, action Access) error {
	if tx.guard == nil || tx.guard.node(labels)&action != 0 {
		return nil
	}
	return &DeniedError{Action: action & -action, Labels: tx.guard.labelNames(labels)}
}

// mayEdge fails where an action is not allowed with relationships of a type.
func (tx *Tx) mayEdge(t graph.TypeID, action Access) error {
	if tx.guard == nil || tx.guard.edge(t)&action != 0 {
		return nil
	}
	return &DeniedError{Action: action, Type: tx.store.TypeName(t)}
}

// maySetNode fails where properties of nodes with a set of labels may not be written. bit is
// AccessWriteKeys, or AccessCreateKeys for a new node.
func (tx *Tx) maySetNode(bit Access, labels setID, props ...Property) error {
	if tx.guard == nil {
		return nil
	}
	for _, p := range props {
		if !tx.guard.nodeKey(labels, p.Key, bit) {
			return &DeniedError{Action: bit, Labels: tx.guard.labelNames(labels), Key: tx.store.KeyName(p.Key)}
		}
	}
	return nil
}

// maySetEdge is maySetNode for relationships.
func (tx *Tx) maySetEdge(bit Access, t graph.TypeID, props ...Property) error {
	if tx.guard == nil {
		return nil
	}
	for _, p := range props {
		if !tx.guard.edgeKey(t, p.Key, bit) {
			return &DeniedError{Action: bit, Type: tx.store.TypeName(t), Key: tx.store.KeyName(p.Key)}
		}
	}
	return nil
}

// mayCreateNode fails where a node like this may not be created.
func (tx *Tx) mayCreateNode(labels []graph.LabelID, props []Property) error {
	if tx.guard == nil {
		return nil
	}
	set := tx.store.sets.of(labels)
	if err := tx.mayNode(set, AccessCreate); err != nil {
		return err
	}
	return tx.maySetNode(AccessCreateKeys, set, props...)
}

// mayCreateEdge fails where a relationship like this may not be created: it needs the right to
// create the type, and to create or update nodes like both ends.
func (tx *Tx) mayCreateEdge(src, dst graph.NodeID, t graph.TypeID, props []Property) error {
	if tx.guard == nil {
		return nil
	}
	if err := tx.mayEdge(t, AccessCreate); err != nil {
		return err
	}
	if err := tx.mayEnds(src, dst, AccessUpdate|AccessCreate); err != nil {
		return err
	}
	return tx.maySetEdge(AccessCreateKeys, t, props...)
}

// mayDeleteEdge fails where a relationship may not be deleted: it needs the right to delete
// the type, and to delete or update both ends.
func (tx *Tx) mayDeleteEdge(e graph.Edge) error {
	if tx.guard == nil || !tx.store.edges.known(e.ID) {
		return nil
	}
	if err := tx.mayEdge(tx.store.edges.typeOf(e.ID), AccessDelete); err != nil {
		return err
	}
	return tx.mayEnds(tx.store.edges.source(e.ID), e.Dst, AccessUpdate|AccessDelete)
}

// mayEnds fails where none of some actions is allowed with one end of a relationship.
func (tx *Tx) mayEnds(src, dst graph.NodeID, action Access) error {
	if err := tx.mayNode(tx.image(src).labels, action); err != nil {
		return err
	}
	return tx.mayNode(tx.image(dst).labels, action)
}

// mayRelabel fails where a node may not get or lose a label: the node may be changed, and the
// label may be given or taken.
func (tx *Tx) mayRelabel(was setID, l graph.LabelID, action Access) error {
	if tx.guard == nil {
		return nil
	}
	if err := tx.mayNode(was, AccessUpdate); err != nil {
		return err
	}
	return tx.mayNode(tx.store.sets.of([]graph.LabelID{l}), action)
}

// connected says why a node with relationships cannot be deleted: it has some, or it has some
// that tx may not see.
func (tx *Tx) connected(id graph.NodeID, labels setID) error {
	if tx.guard == nil || tx.guardedDegree(id, graph.Both, nil) > 0 {
		return ErrConnected
	}
	return &DeniedError{Action: AccessRead, Labels: tx.guard.labelNames(labels)}
}

// relabelling is what has to be allowed for a change of labels.
func relabelling(kind change.Kind) Access {
	if kind == change.AddLabel {
		return AccessAddLabel
	}
	return AccessRemoveLabel
}
