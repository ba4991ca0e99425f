package exec

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// Prompt is a plan of one look-up in an index, or of none, and of the relationships of the nodes that were found,
// if they are asked for. Its columns are the nodes at either end, properties of theirs, and values that came with the
// statement. It runs from beginning to end in one call, without operators, and takes no memory but that of its rows.
type Prompt struct {
	looks   bool // in the index of label and key; else there is one row
	label   graph.LabelID
	key     graph.KeyID
	equal   given
	hop     *promptHop // from what is found; nil: there is none
	columns []promptColumn
}

// promptHop is the relationships that a Prompt follows.
type promptHop struct {
	direction graph.Direction // Out or In
	types     []graph.TypeID  // one at most; nil: all
	labels    []graph.LabelID // of the other end, all of them
}

// promptRowsMax is how many rows a Prompt makes at most: as many as one look-up in an index finds
// at once. A statement with more is worth its operators.
const promptRowsMax = 4

// PromptEndsMax is how many relationships a Prompt looks at, at most: what takes some tens of microseconds.
const PromptEndsMax = 500

// promptColumn is a column of a Prompt.
type promptColumn struct {
	kind promptKind
	end  bool        // it is of the other end of the relationship
	key  graph.KeyID // of a promptProperty
	from given       // of a promptValue
}

type promptKind uint8

const (
	promptValue promptKind = iota
	promptNode
	promptProperty
)

// given is a value that comes with the statement.
type given struct {
	param   string      // name of a parameter; empty: none
	literal int         // ordinal of a literal that was taken out of the text, from 1; 0: none
	fixed   value.Value // else
}

// of returns the value; ok is false where the parameter is missing.
func (g *given) of(params value.Value, literals []value.Value) (v value.Value, ok bool) {
	switch {
	case g.literal > 0:
		return literals[g.literal-1], true
	case g.param == "":
		return g.fixed, true
	case params.Kind() != value.KindMap:
		return v, false
	}
	return params.Field(g.param)
}

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
	if o, ok := input.(*plan.Project); ok {
		input, computed = o.Input, o.Columns
	}
	q, from, slots := &Prompt{}, plan.NoSlot, promptSlots{plan.NoSlot, plan.NoSlot}
	if o, ok := input.(*plan.Expand); ok {
		if input, from, slots.end = o.Input, o.From, o.To; !p.hops(q, o) {
			return nil
		}
	}
	switch o := input.(type) {
	case *plan.Once:
	case *plan.IndexEqual:
		if slots.found = o.Slot; !p.looksUp(q, o) {
			return nil
		}
	default:
		return nil
	}
	if q.hop != nil && (!q.looks || from != slots.found) {
		return nil
	}
	for _, slot := range root.Slots {
		c, ok := p.promptColumn(slot, slots, computed)
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

// looksUp makes the look-up of o that of q, if it is one of a single value.
func (p *Program) looksUp(q *Prompt, o *plan.IndexEqual) (ok bool) {
	if _, first := o.Input.(*plan.Once); !first || o.In {
		return false
	}
	q.looks = true
	if q.label, ok = p.o.Store.LookupLabel(o.Label); !ok {
		return false
	}
	if q.key, ok = p.o.Store.LookupKey(o.Key); !ok {
		return false
	}
	q.equal, ok = givenBy(o.Value)
	return ok
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

// promptSlots are the slots of the nodes that were found, and of the other ends of their relationships.
type promptSlots struct{ found, end int }

// of returns the column of the nodes in a slot.
func (s promptSlots) of(slot int) (c promptColumn, ok bool) {
	return promptColumn{kind: promptNode, end: slot == s.end}, slot != plan.NoSlot && (slot == s.found || slot == s.end)
}

// promptColumn returns the column of a slot.
func (p *Program) promptColumn(slot int, slots promptSlots, computed []plan.Column) (c promptColumn, ok bool) {
	if c, ok = slots.of(slot); ok {
		return c, true
	}
	for i := range computed {
		if computed[i].Slot != slot {
			continue
		}
		switch e := computed[i].Expr.(type) {
		case *ast.Variable:
			return p.promptNode(e, slots)
		case *ast.Property:
			key, known := p.o.Store.LookupKey(e.Key.Text)
			c, ok = p.promptNode(e.X, slots)
			if c.kind, c.key = promptProperty, key; !known { // no node has it
				c = promptColumn{kind: promptValue, from: given{fixed: value.Null}}
			}
			return c, ok
		default:
			from, ok := givenBy(e)
			return promptColumn{kind: promptValue, from: from}, ok
		}
	}
	return c, false
}

// promptNode returns the column of the nodes that e is the variable of.
func (p *Program) promptNode(e ast.Expr, slots promptSlots) (c promptColumn, ok bool) {
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

// PromptRows are the rows of a Prompt, in memory that is used again.
type PromptRows struct {
	Batch  batch.Batch
	found  [promptRowsMax]storage.Found
	lookup storage.Lookup
	none   bool // there is nothing to look for

	starts, ends []storage.Found // by row, where relationships are followed
}

// Seek begins to find the rows in the view of tx; Take and Run go on. Other work in between is done
// while the processor waits for memory. Each reports false where the statement cannot be answered in this way
// now: there are more rows, the index is gone, or a parameter is missing. After Seek, End has to be called.
func (q *Prompt) Seek(tx *storage.Tx, params value.Value, literals []value.Value, rows *PromptRows) bool {
	if !q.looks {
		return true
	}
	v, ok := q.equal.of(params, literals)
	if !ok {
		return false
	}
	rows.none = false
	if k := v.Kind(); k != value.KindInt && k != value.KindString && value.Equal(v, v) != value.Yes {
		rows.none = true // null, NaN, or a list or map with one of them inside: equal to nothing
		return true
	}
	return tx.SeekEqual(&rows.lookup, q.label, q.key, v)
}

// End ends what Seek has begun, wherever it stopped.
func (rows *PromptRows) End() { rows.lookup.End() }

// Take goes on after Seek.
func (q *Prompt) Take(tx *storage.Tx, rows *PromptRows) bool {
	return !q.looks || rows.none || tx.Take(&rows.lookup)
}

// Run makes the rows, after Take.
func (q *Prompt) Run(tx *storage.Tx, params value.Value, literals []value.Value, rows *PromptRows) bool {
	n := 1
	if q.looks {
		if n = 0; !rows.none {
			n = tx.Found(&rows.lookup, rows.found[:])
		}
	}
	starts, ends := rows.found[:n], []storage.Found(nil)
	if q.hop != nil {
		if !q.hop.follow(tx, starts, rows) {
			return false
		}
		starts, ends = rows.starts, rows.ends
	}
	b := &rows.Batch
	b.Len = len(starts)
	if cap(b.Columns) < len(q.columns) {
		b.Columns = make([]batch.Vector, len(q.columns))
	}
	b.Columns = b.Columns[:len(q.columns)]
	for i := range q.columns {
		of := starts
		if q.columns[i].end {
			of = ends
		}
		if !q.columns[i].fill(tx, params, literals, of, &b.Columns[i]) {
			return false
		}
	}
	return true
}

// follow makes a row of each relationship of the nodes. It reports false where there are more than PromptEndsMax, or
// where it has to be asked for each whether the view holds it.
func (h *promptHop) follow(tx *storage.Tx, from []storage.Found, rows *PromptRows) bool {
	rows.starts, rows.ends = rows.starts[:0], rows.ends[:0]
	looked := 0
	for i := range from {
		others, _, ok := tx.Run(from[i].ID, h.direction, h.types)
		if looked += len(others); !ok || looked > PromptEndsMax {
			return false
		}
		rows.ends = tx.FoundEnds(rows.ends, others, h.labels)
		for len(rows.starts) < len(rows.ends) {
			rows.starts = append(rows.starts, from[i])
		}
	}
	return true
}

// fill makes the column out for nodes, or for one row where there is no look-up.
func (c *promptColumn) fill(tx *storage.Tx, params value.Value, literals []value.Value, found []storage.Found, out *batch.Vector) bool {
	if c.kind == promptNode {
		out.Kind = batch.Nodes
		out.Nodes = out.Nodes[:0]
		for i := range found {
			out.Nodes = append(out.Nodes, found[i].ID)
		}
		return true
	}
	out.Kind = batch.Values
	out.Values = out.Values[:0]
	if c.kind == promptProperty {
		for i := range found {
			out.Values = append(out.Values, tx.FoundProperty(&found[i], c.key))
		}
		return true
	}
	x, ok := c.from.of(params, literals)
	for range found {
		out.Values = append(out.Values, x)
	}
	return ok
}
