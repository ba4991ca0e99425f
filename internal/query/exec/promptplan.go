package exec

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/function"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// givenBy returns e as a given; ok is false where it is anything else.
func givenBy(e ast.Expr) (g given, ok bool) {
	switch e := e.(type) {
	case *ast.Literal:
		return given{literal: e.Auto, fixed: e.Value}, true
	case *ast.Param:
		return given{param: e.Name}, true
	}
	return g, false
}

// Prompt returns p as a Prompt, nil where it is more than that.
func (p *Program) Prompt() *Prompt {
	root, ok := p.plan.Root.(*plan.Produce)
	if !ok || p.plan.Writes || p.plan.HopsLimited || len(p.plan.Subplans) > 0 || len(p.subs) > 0 {
		return nil
	}
	input, computed := root.Input, []plan.Column(nil)
	if o, is := input.(*plan.Project); is {
		input, computed = o.Input, o.Columns
	}
	q, slots := &Prompt{}, noPromptSlots()
	looks, ok := p.follows(q, input, &slots)
	if !ok || !p.looksUp(q, looks) || !q.joins(&slots) {
		return nil
	}
	for _, slot := range root.Slots {
		c, ok := p.promptColumn(slot, &slots, computed)
		if !ok {
			return nil
		}
		q.columns = append(q.columns, c)
	}
	if len(q.columns) == 0 {
		return nil
	}
	return q
}

// follows makes what follows the look-ups that of q, if it is plain, and returns their plan.
func (p *Program) follows(q *Prompt, input plan.Op, slots *promptSlots) (looks plan.Op, ok bool) {
	switch o := input.(type) {
	case *plan.Expand:
		slots.from, slots.to = o.From, o.To
		return o.Input, p.hops(q, o)
	case *plan.ShortestPath:
		return o.Input, p.searches(q, o, slots)
	case *plan.Path:
		search, is := o.Input.(*plan.ShortestPath)
		if !is || !nameOf(search, o) {
			return nil, false
		}
		ok = p.searches(q, search, slots)
		slots.path = o.Slot
		return search.Input, ok
	}
	return input, true
}

// looksUp makes the look-ups those of q, if each is one of a single value.
func (p *Program) looksUp(q *Prompt, input plan.Op) bool {
	for len(q.looks) <= promptLooksMax {
		o, ok := input.(*plan.IndexEqual)
		if !ok {
			_, first := input.(*plan.Once)
			return first
		}
		look, ok := promptLookOf(p.o.Store, o)
		if !ok {
			return false
		}
		q.looks = slices.Insert(q.looks, 0, look)
		input = o.Input
	}
	return false
}

// promptLookOf returns the look-up of o, if it is one of a single value.
func promptLookOf(s *storage.Store, o *plan.IndexEqual) (l promptLook, ok bool) {
	label, ok1 := s.LookupLabel(o.Label)
	key, ok2 := s.LookupKey(o.Key)
	equal, ok3 := givenBy(o.Value)
	return promptLook{o.Slot, label, key, equal}, ok1 && ok2 && ok3 && !o.In
}

// joins reports whether what follows the look-ups is between the nodes that they find, and says which these are.
func (q *Prompt) joins(slots *promptSlots) bool {
	switch {
	case q.path != nil:
		if len(q.looks) != 2 {
			return false
		}
		slots.found, slots.end = q.looks[0].slot, q.looks[1].slot
		q.path.back = slots.from == slots.end
		return slots.found != slots.end && (q.path.back && slots.to == slots.found || slots.from == slots.found && slots.to == slots.end)
	case q.hop != nil:
		slots.found, slots.end = slots.from, slots.to
		return len(q.looks) == 1 && q.looks[0].slot == slots.from
	case len(q.looks) == 1:
		slots.found = q.looks[0].slot
	}
	return len(q.looks) <= 1
}

// hops makes the relationships of o those that q follows, if they are plain ones. Whoever wants the relationship itself
// finds no column for it.
func (p *Program) hops(q *Prompt, o *plan.Expand) bool {
	if o.Optional || o.Is != nil || len(o.Distinct) > 0 || o.Direction == graph.Both || len(o.Types) > 1 {
		return false
	}
	h := &promptHop{direction: o.Direction}
	for _, name := range o.Types {
		id, ok := p.o.Store.LookupType(name)
		if !ok {
			return false
		}
		h.types = append(h.types, id)
	}
	for _, name := range o.ToLabels {
		id, ok := p.o.Store.LookupLabel(name)
		if !ok {
			return false
		}
		h.labels = append(h.labels, id)
	}
	q.hop = h
	return true
}

// searches makes the search of o that of q, if it is one for a single path between known nodes, without conditions.
func (p *Program) searches(q *Prompt, o *plan.ShortestPath, slots *promptSlots) bool {
	if o.All || !o.Into || o.Is != nil || len(o.Distinct) > 0 || len(o.Groups) > 0 || len(o.Test.Edges)+len(o.Test.Nodes) > 0 {
		return false
	}
	types := make([]graph.TypeID, len(o.Types))
	for i, name := range o.Types {
		var ok bool
		if types[i], ok = p.o.Store.LookupType(name); !ok {
			return false
		}
	}
	reversed := o.Hop
	reversed.Direction = reversed.Direction.Reversed()
	q.path = &promptPath{spec: o, options: &p.o, hops: [2]hop{{spec: &o.Hop, types: types, possible: true}, {spec: &reversed, types: types, possible: true}}}
	if len(types) == 0 {
		q.path.hops[0].types, q.path.hops[1].types = nil, nil
	}
	slots.from, slots.to, slots.path, slots.edges = o.From, o.To, o.Path, o.Rel
	return true
}

// nameOf reports whether o makes the path that search finds, and nothing else, of its relationships.
func nameOf(search *plan.ShortestPath, o *plan.Path) bool {
	first, last := search.From, search.To
	if search.Reverse {
		first, last = last, first
	}
	return search.Rel != plan.NoSlot && slices.Equal(o.Nodes, []int{first, last}) && slices.Equal(o.Rels, []int{search.Rel})
}

// promptSlots are the slots of what there are columns of.
type promptSlots struct {
	from, to    int // ends of the relationship or path, as the plan has them
	found, end  int // what the first look-up finds, and the other end
	path, edges int // of the path, and the list of its relationships
}

func noPromptSlots() promptSlots {
	return promptSlots{plan.NoSlot, plan.NoSlot, plan.NoSlot, plan.NoSlot, plan.NoSlot, plan.NoSlot}
}

// of returns the column of a slot.
func (s *promptSlots) of(slot int) (c promptColumn, ok bool) {
	switch slot {
	case plan.NoSlot:
		return c, false
	case s.found:
		return promptColumn{kind: promptNode}, true
	case s.end:
		return promptColumn{kind: promptNode, end: true}, true
	case s.path:
		return promptColumn{kind: promptWhole}, true
	case s.edges:
		return promptColumn{kind: promptEdges}, true
	}
	return c, false
}

// promptColumn returns the column of a slot.
func (p *Program) promptColumn(slot int, slots *promptSlots, computed []plan.Column) (c promptColumn, ok bool) {
	if c, ok = slots.of(slot); ok {
		return c, true
	}
	for i := range computed {
		if computed[i].Slot != slot {
			continue
		}
		if c, ok = p.promptPart(computed[i].Expr, slots); ok {
			return c, true
		}
		switch e := computed[i].Expr.(type) {
		case *ast.Property:
			key, known := p.o.Store.LookupKey(e.Key.Text)
			if c, ok = p.promptVariable(e.X, slots); !ok || c.kind != promptNode {
				return c, false
			}
			if c.kind, c.key = promptProperty, key; !known { // no node has it
				c = promptColumn{kind: promptValue, from: given{fixed: value.Null}}
			}
			return c, true
		default:
			from, ok := givenBy(e)
			return promptColumn{kind: promptValue, from: from}, ok
		}
	}
	return c, false
}

// promptVariable returns the column of the variable that e is.
func (p *Program) promptVariable(e ast.Expr, slots *promptSlots) (c promptColumn, ok bool) {
	v, ok := e.(*ast.Variable)
	if !ok {
		return c, false
	}
	slot, ok := p.plan.SymbolSlot(p.plan.Info.Uses[v])
	if !ok {
		return c, false
	}
	return slots.of(slot)
}

// promptPart returns the column of a variable, or of a part of a path: its nodes or relationships, how many these are, or a
// property of each.
func (p *Program) promptPart(e ast.Expr, slots *promptSlots) (c promptColumn, ok bool) {
	switch e := e.(type) {
	case *ast.Variable:
		return p.promptVariable(e, slots)
	case *ast.Call:
		return p.promptCall(e, slots)
	case *ast.ListComprehension:
		return p.promptList(e, slots)
	}
	return c, false
}

// promptCall is promptPart for a call.
func (p *Program) promptCall(e *ast.Call, slots *promptSlots) (c promptColumn, ok bool) {
	f, known := function.Lookup(e.Name)
	if !known || len(e.Args) != 1 || e.Distinct || e.Star {
		return c, false
	}
	arg, known := p.promptPart(e.Args[0], slots)
	if !known {
		return c, false
	}
	switch f.Name {
	case "nodes":
		return promptColumn{kind: promptNodes}, arg.kind == promptWhole
	case "relationships":
		return promptColumn{kind: promptEdges}, arg.kind == promptWhole
	case "length", "size":
		switch arg.kind {
		case promptWhole, promptEdges, promptEdgeProperties:
			return promptColumn{kind: promptLength}, true
		case promptNodes, promptNodeProperties:
			return promptColumn{kind: promptLength, more: 1}, true
		case promptValue, promptNode, promptProperty, promptLength:
		}
	}
	return c, false
}

// promptList is promptPart for a property of each node or relationship.
func (p *Program) promptList(e *ast.ListComprehension, slots *promptSlots) (c promptColumn, ok bool) {
	list, ok := p.promptPart(e.List, slots)
	each, is := e.Result.(*ast.Property)
	if !ok || !is || e.Where != nil {
		return c, false
	}
	if x, is := each.X.(*ast.Variable); !is || p.plan.Info.Uses[x] == nil || p.plan.Info.Uses[x] != p.plan.Info.Uses[e.Var] {
		return c, false
	}
	c.key, ok = p.o.Store.LookupKey(each.Key.Text)
	switch list.kind {
	case promptNodes:
		c.kind = promptNodeProperties
	case promptEdges:
		c.kind = promptEdgeProperties
	case promptValue, promptNode, promptProperty, promptWhole, promptLength, promptNodeProperties, promptEdgeProperties:
		return c, false
	}
	return c, ok
}
