package exec

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// Prompt is a plan of one look-up in an index, or of none, whose columns are the nodes that
// were found, properties of theirs, and values that came with the statement. It runs from
// beginning to end in one call, without operators, and takes no memory but that of its rows.
type Prompt struct {
	looks   bool // in the index of label and key; else there is one row
	label   graph.LabelID
	key     graph.KeyID
	equal   given
	columns []promptColumn
}

// promptRowsMax is how many rows a Prompt makes at most: as many as one look-up in an index finds
// at once. A statement with more is worth its operators.
const promptRowsMax = 4

// promptColumn is a column of a Prompt.
type promptColumn struct {
	kind promptKind
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
	q, found := &Prompt{}, plan.NoSlot
	switch o := input.(type) {
	case *plan.Once:
	case *plan.IndexEqual:
		if found = o.Slot; !p.looksUp(q, o) {
			return nil
		}
	default:
		return nil
	}
	for _, slot := range root.Slots {
		c, ok := p.promptColumn(slot, found, computed)
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

// promptColumn returns the column of a slot, where found is that of the nodes.
func (p *Program) promptColumn(slot, found int, computed []plan.Column) (c promptColumn, ok bool) {
	if slot == found {
		return promptColumn{kind: promptNode}, true
	}
	for i := range computed {
		if computed[i].Slot != slot {
			continue
		}
		switch e := computed[i].Expr.(type) {
		case *ast.Variable:
			return promptColumn{kind: promptNode}, p.isNode(e, found)
		case *ast.Property:
			if c.key, ok = p.o.Store.LookupKey(e.Key.Text); ok { // else no node has it, and it is null
				c.kind = promptProperty
			}
			return c, p.isNode(e.X, found)
		default:
			c.from, ok = givenBy(e)
			return c, ok
		}
	}
	return c, false
}

// isNode reports whether e is the variable of the nodes in the slot found.
func (p *Program) isNode(e ast.Expr, found int) bool {
	v, ok := e.(*ast.Variable)
	if !ok || found == plan.NoSlot {
		return false
	}
	slot, ok := p.plan.SymbolSlot(p.plan.Info.Uses[v])
	return ok && slot == found
}

// PromptRows are the rows of a Prompt, in memory that is used again.
type PromptRows struct {
	Batch batch.Batch
	found [promptRowsMax]storage.Found
}

// Run finds the rows in the view of tx. It reports false where the statement cannot be answered in
// this way now: there are more rows, the index is gone, or a parameter is missing.
func (q *Prompt) Run(tx *storage.Tx, params value.Value, literals []value.Value, rows *PromptRows) bool {
	n := 1
	if q.looks {
		v, ok := q.equal.of(params, literals)
		if !ok {
			return false
		}
		if n, ok = q.look(tx, v, rows); !ok {
			return false
		}
	}
	b := &rows.Batch
	b.Len = n
	if len(b.Columns) != len(q.columns) {
		b.Columns = make([]batch.Vector, len(q.columns))
	}
	for i := range q.columns {
		if !q.columns[i].fill(tx, params, literals, rows.found[:n], &b.Columns[i]) {
			return false
		}
	}
	return true
}

// look finds the nodes; ok is false where there may be more than there is room for.
func (q *Prompt) look(tx *storage.Tx, v value.Value, rows *PromptRows) (n int, ok bool) {
	if k := v.Kind(); k != value.KindInt && k != value.KindString && value.Equal(v, v) != value.Yes {
		return 0, true // null, NaN, or a list or map with one of them inside: equal to nothing
	}
	return tx.LookEqual(rows.found[:], q.label, q.key, v)
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
