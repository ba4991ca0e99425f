package planner

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
)

// creation lists what a pattern creates: everything in it that is not bound.
func (b *builder) creation(parts []*ast.PatternPart) plan.Creation {
	var c plan.Creation
	for _, part := range parts {
		for _, n := range part.Nodes {
			s := b.info.Nodes[n]
			if b.bound[s] {
				continue
			}
			b.bound[s], b.present[s] = true, true
			c.Nodes = append(c.Nodes, plan.NewNode{
				Slot: b.slot(s), Labels: names(n.Labels), Names: dynamicNames(n.Is), Props: n.Props,
			})
		}
		for i, r := range part.Rels {
			s := b.info.Rels[r]
			b.bound[s], b.present[s] = true, true
			from, to := b.info.Nodes[part.Nodes[i]], b.info.Nodes[part.Nodes[i+1]]
			if r.Direction == graph.In {
				from, to = to, from
			}
			typ := ""
			if len(r.Types) > 0 {
				typ = r.Types[0].Text
			}
			rel := plan.NewRel{
				Slot: b.slot(s), From: b.slot(from), To: b.slot(to), Type: typ, Props: r.Props, At: r.Place,
			}
			if given := dynamicNames(r.Is); len(given) > 0 {
				rel.Name = given[0]
			}
			c.Rels = append(c.Rels, rel)
		}
	}
	return c
}

func names(list []ast.Name) []string {
	out := make([]string, 0, len(list))
	for _, n := range list {
		out = append(out, n.Text)
	}
	return out
}

func (b *builder) create(in plan.Op, c *ast.Create) plan.Op {
	b.writes = true
	known := symbolSet{}
	for s := range b.bound {
		known[s] = true
	}
	o := &plan.Create{Creation: b.creation(c.Pattern.Parts), Header: plan.Header{Rows: in.Head().Rows}}
	var own *isolation
	o.Input, own = b.isolate(in, c.Pattern.Parts, known, &o.Creation)
	o.RowWise = own.own
	var at plan.Op = o
	for _, part := range c.Pattern.Parts {
		if s := b.info.Paths[part]; s != nil {
			at = b.namedPath(at, part)
			b.bound[s], b.present[s] = true, true
		}
	}
	return at
}

func (b *builder) merge(in plan.Op, c *ast.Merge) (plan.Op, error) {
	b.writes = true
	parts := []*ast.PatternPart{c.Part}
	g, err := b.newPattern(parts, nil)
	if err != nil {
		return nil, err
	}
	g.paths = nil
	arg := &plan.Argument{Row: plan.NoSlot, Header: plan.Header{Rows: 1}}
	match, err := b.pattern(arg, g)
	if err != nil {
		return nil, err
	}
	o := &plan.Merge{
		Input: in, Match: match, Argument: arg, Binds: b.newSlots(g),
		OnCreate: b.assigns(c.OnCreate), OnMatch: b.assigns(c.OnMatch),
		Header: plan.Header{Rows: in.Head().Rows},
	}
	o.Creation = b.creation(parts)
	b.define(g, present)
	if s := b.info.Paths[c.Part]; s != nil {
		b.bound[s], b.present[s] = true, true
		return b.namedPath(o, c.Part), nil
	}
	return o, nil
}

func (b *builder) assigns(items []ast.SetItem) []plan.Assign {
	out := make([]plan.Assign, 0, len(items))
	for _, item := range items {
		a := plan.Assign{Target: item.Target, Value: item.Value, Labels: names(item.Labels), Names: dynamicNames(item.Is), At: item.Place}
		switch item.Kind {
		case ast.SetProperty:
			p := item.Target.(*ast.Property)
			a.Kind, a.Target, a.Key = plan.AssignProperty, p.X, p.Key.Text
		case ast.SetAll:
			a.Kind = plan.AssignAll
		case ast.SetMerge:
			a.Kind = plan.AssignMerge
		case ast.SetLabels:
			a.Kind = plan.AddLabels
		case ast.SetDynamic:
			s := item.Target.(*ast.Subscript)
			a.Kind, a.Target, a.Name = plan.AssignDynamic, s.X, s.Index
		}
		out = append(out, a)
	}
	return out
}

func (b *builder) set(in plan.Op, c *ast.Set) plan.Op {
	b.writes = true
	return &plan.Set{Input: in, Items: b.assigns(c.Items), Header: plan.Header{Rows: in.Head().Rows}}
}

func (b *builder) remove(in plan.Op, c *ast.Remove) plan.Op {
	b.writes = true
	o := &plan.Set{Input: in, Remove: true, Header: plan.Header{Rows: in.Head().Rows}}
	for _, item := range c.Items {
		a := plan.Assign{Kind: plan.RemoveLabels, Target: item.Target, Labels: names(item.Labels), Names: dynamicNames(item.Is), At: item.Place}
		switch {
		case item.Property != nil:
			a.Kind, a.Target, a.Key = plan.RemoveProperty, item.Property.X, item.Property.Key.Text
		case item.Dynamic != nil:
			a.Kind, a.Target, a.Name = plan.RemoveDynamic, item.Dynamic.X, item.Dynamic.Index
		}
		o.Items = append(o.Items, a)
	}
	return o
}

func (b *builder) delete(in plan.Op, c *ast.Delete) plan.Op {
	b.writes = true
	b.pending = effects{}
	if below, ok := in.(*plan.Delete); ok && below.Detach == c.Detach {
		// Two clauses in a row are one: what the second deletes may free what the first does.
		below.Exprs = append(below.Exprs, c.Exprs...)
		return below
	}
	return &plan.Delete{Input: in, Exprs: c.Exprs, Detach: c.Detach, Header: plan.Header{Rows: in.Head().Rows}}
}

func (b *builder) foreach(in plan.Op, c *ast.Foreach) (plan.Op, error) {
	b.writes = true
	s := b.info.Uses[c.Var]
	b.bound[s] = true
	arg := &plan.Argument{Row: plan.NoSlot, Header: plan.Header{Rows: 1}}
	// The body runs for one element at a time, so that its clauses need no barriers.
	saved := b.pending
	body, _, err := b.single(&ast.SingleQuery{Clauses: c.Body}, arg)
	b.pending = saved
	if err != nil {
		return nil, err
	}
	return &plan.Foreach{
		Input: in, Body: body, Argument: arg, List: c.List, Slot: b.slot(s),
		Header: plan.Header{Rows: in.Head().Rows},
	}, nil
}
