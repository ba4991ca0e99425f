package exec

import (
	"context"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/value"
)

// PromptWrite is a plan that creates a pattern, or sets properties and labels, with values that come with
// the statement, once or for what a few look-ups in indexes find, and returns nothing. So it is
// over in a moment, whatever the graph is like.
type PromptWrite struct {
	program *Program
	looks   []promptLook
}

// promptClausesMax is how many clauses that write a PromptWrite has at most.
const promptClausesMax = 8

// PromptWrite returns p as a PromptWrite, nil where it is more than that.
func (p *Program) PromptWrite() *PromptWrite {
	root, ok := p.plan.Root.(*plan.Empty)
	if !ok || !p.plan.Writes || p.plan.HopsLimited || len(p.plan.Subplans) > 0 || len(p.subs) > 0 {
		return nil
	}
	w, op := &PromptWrite{program: p}, root.Input
	for range promptClausesMax + promptLooksMax {
		switch o := op.(type) {
		case *plan.Once:
			return w
		case *plan.Create:
			op, ok = o.Input, len(w.looks) == 0 && givenCreation(&o.Creation)
		case *plan.Set:
			op, ok = o.Input, len(w.looks) == 0 && givenAssigns(o.Items)
		case *plan.IndexEqual:
			op, ok = o.Input, w.look(p.o.Store, o)
		default:
			return nil
		}
		if !ok {
			return nil
		}
	}
	return nil
}

// look adds the look-up of o, if it is one of a single value.
func (w *PromptWrite) look(s *storage.Store, o *plan.IndexEqual) bool {
	l, ok := promptLookOf(s, o)
	w.looks = append(w.looks, l)
	return ok && len(w.looks) <= promptLooksMax
}

// givenCreation reports whether the values of what is created come with the statement.
func givenCreation(c *plan.Creation) bool {
	for i := range c.Nodes {
		if n := &c.Nodes[i]; len(n.Names) > 0 || !givenProps(n.Props) {
			return false
		}
	}
	for i := range c.Rels {
		if r := &c.Rels[i]; r.Name != nil || !givenProps(r.Props) {
			return false
		}
	}
	return true
}

// givenProps reports whether properties come with the statement.
func givenProps(e ast.Expr) bool {
	switch e := e.(type) {
	case nil:
		return true
	case *ast.Param:
		return true
	case *ast.Map:
		for _, v := range e.Values {
			if _, ok := givenBy(v); !ok {
				return false
			}
		}
		return true
	}
	return false
}

// givenAssigns reports whether what is set comes with the statement.
func givenAssigns(list []plan.Assign) bool {
	for i := range list {
		a := &list[i]
		_, entity := a.Target.(*ast.Variable)
		ok := false
		switch a.Kind {
		case plan.AssignProperty:
			_, ok = givenBy(a.Value)
		case plan.AddLabels, plan.RemoveLabels:
			ok = len(a.Names) == 0
		case plan.RemoveProperty:
			ok = true
		case plan.AssignAll, plan.AssignMerge, plan.AssignDynamic, plan.RemoveDynamic:
		}
		if !entity || !ok {
			return false
		}
	}
	return true
}

// Change makes the changes in tx. It reports false where the statement is more than is done in a moment: a
// look-up finds many nodes, or none may be made because a parameter is missing or the index is gone. An error is that of
// the statement. In both cases some changes may be made.
func (w *PromptWrite) Change(tx *storage.Tx, params value.Value, literals []value.Value) (did Stats, ok bool, err error) {
	for i := range w.looks {
		if !w.looks[i].few(tx, params, literals) {
			return did, false, nil
		}
	}
	var c Cursor
	w.program.StartIn(context.Background(), &c, &Run{Tx: tx, Params: params, Literals: literals})
	defer c.Close()
	if _, err = c.Next(); err != nil {
		return did, false, err
	}
	return c.Stats(), true, nil
}

// few reports whether a look-up finds no more than a few nodes.
func (l *promptLook) few(tx *storage.Tx, params value.Value, literals []value.Value) bool {
	v, ok := l.equal.of(params, literals)
	if !ok {
		return false
	}
	if k := v.Kind(); k != value.KindInt && k != value.KindString { // what another is equal to is left to the operators
		return false
	}
	var found [promptRowsMax]storage.Found
	_, ok = tx.LookEqual(found[:], l.label, l.key, v)
	return ok
}
