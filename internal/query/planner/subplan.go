package planner

import (
	"maps"
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
)

// subplans plans every pattern and subquery that stands within an expression.
func (b *builder) subplans() error {
	var err error
	each(b.p.Root, func(o plan.Op) {
		rows := 1.0
		if in := o.Inputs(); len(in) > 0 {
			rows = min(max(in[0].Head().Rows, 1), rowsTogether)
		}
		for _, e := range expressions(o) {
			plan.Walk(e.expr, func(x ast.Expr) bool {
				if err != nil {
					return false
				}
				switch x.(type) {
				case *ast.PatternPredicate, *ast.PatternComprehension, *ast.Subquery, *ast.ShortestPath:
					if _, known := e.scope.Slot(b.info, x); !known && b.p.Subplans[x] == nil {
						var p *plan.Plan
						if p, err = b.subplan(x, rows); err == nil {
							b.p.Subplans[x] = p
							o.Head().Subplans = append(o.Head().Subplans, p)
						}
					}
					return false
				}
				return true
			})
		}
	})
	return err
}

// rowsTogether is how many rows of the caller come together.
const rowsTogether = 1024

// fanoutMax is how many rows EXISTS may find for a row of the caller, so that all rows are
// better looked at together than one by one, where each stops at the first that it finds.
const fanoutMax = 32

// subplan plans one of them, which the caller asks about rows rows at a time: for all of
// them together where that can be told apart in the result, else for one by one.
func (b *builder) subplan(e ast.Expr, rows float64) (*plan.Plan, error) {
	if b.streams(e) && len(b.info.Outer[e]) > 0 {
		s := b.part(e)
		s.p.Argument.Row, s.p.Argument.Rows = s.newSlot(""), rows
		root, err := s.answer(s.p.Argument, e)
		if err != nil {
			return nil, err
		}
		if streaming(root, s.p.Argument) && (s.p.Asks != plan.AsksExists || root.Head().Rows <= fanoutMax*rows) {
			return s.finishPart(root)
		}
	}
	s := b.part(e)
	var start plan.Op = s.p.Argument
	if len(s.p.Args) == 0 {
		start = &plan.Once{Header: plan.Header{Rows: 1}}
		s.outer, s.p.Fixed = nil, !b.info.Volatile
	}
	root, err := s.answer(start, e)
	if err != nil {
		return nil, err
	}
	return s.finishPart(root)
}

// part returns the builder of a part of a query. Its rows begin with what e reads of the
// row outside.
func (b *builder) part(e ast.Expr) *builder {
	s := newBuilder(b.ctx, b.info, b.cat)
	s.directives, s.remarks, s.limited = b.directives, b.remarks, b.limited
	for _, sym := range b.info.Outer[e] {
		s.p.Params = append(s.p.Params, sym)
		s.p.Args = append(s.p.Args, s.slot(sym))
		s.bound[sym] = true
	}
	s.p.Argument = &plan.Argument{Row: plan.NoSlot, Slots: s.p.Args, Header: plan.Header{Rows: 1}}
	s.p.Times = plan.NoSlot
	s.outer = s.p.Argument
	return s
}

// finishPart completes the plan of a part of a query, whose rows root makes.
func (b *builder) finishPart(root plan.Op) (*plan.Plan, error) {
	need := newSlotSet(b.p.Argument.Row)
	need.add(b.p.Outputs...)
	switch b.p.Asks {
	case plan.AsksExists:
		root = firstRule(root, need)
	case plan.AsksCount:
		root, b.p.Times = multiplied(b.p, unordered(root), maps.Clone(need))
		need.add(b.p.Times)
	case plan.AsksList, plan.AsksFirst:
	}
	b.p.Root = b.meetRule(b.reachRule(countRule(b.p, root)))
	if err := b.subplans(); err != nil {
		return nil, err
	}
	live(b.p, b.p.Root, need)
	return b.p, nil
}

// answer plans the rows that e asks about.
func (b *builder) answer(arg plan.Op, e ast.Expr) (plan.Op, error) {
	switch e := e.(type) {
	case *ast.PatternPredicate:
		return b.matches(arg, e)
	case *ast.Subquery:
		switch e.Kind {
		case ast.Exists:
		case ast.Count:
			b.p.Asks = plan.AsksCount
		case ast.Collect:
			b.p.Asks = plan.AsksList
		}
		if e.Query == nil {
			return b.matches(arg, e)
		}
		root, outputs, err := b.union(e.Query, func() plan.Op { return arg }, nil)
		if e.Kind == ast.Collect {
			b.p.Outputs = outputs
		}
		return root, err
	case *ast.PatternComprehension:
		b.p.Asks = plan.AsksList
		return b.comprehension(arg, e)
	case *ast.ShortestPath:
		b.p.Asks = plan.AsksFirst
		if e.Part.Select.Kind == ast.SelectAllShortestPaths {
			b.p.Asks = plan.AsksList
		}
		return b.shortestPath(arg, e)
	}
	return nil, failure.Syntax("UnexpectedSyntax", "this expression cannot be planned").At(e.Span())
}

// matches plans the matches of a pattern.
func (b *builder) matches(arg plan.Op, e ast.Expr) (plan.Op, error) {
	g, err := b.existsPattern(e)
	if err != nil {
		return nil, err
	}
	return b.pattern(arg, g)
}

// comprehension plans a pattern comprehension: the result is the only column.
func (b *builder) comprehension(in plan.Op, e *ast.PatternComprehension) (plan.Op, error) {
	g, err := b.newPattern([]*ast.PatternPart{e.Part}, nil)
	if err != nil {
		return nil, err
	}
	at, err := b.pattern(in, g)
	if err != nil {
		return nil, err
	}
	b.define(g, present)
	if e.Where != nil {
		if at, err = b.where(at, e.Where, nil); err != nil {
			return nil, err
		}
	}
	slot := b.newSlot("")
	b.p.Outputs = []int{slot}
	return &plan.Project{
		Input: at, Columns: []plan.Column{{Expr: e.Result, Slot: slot}},
		Header: plan.Header{Rows: at.Head().Rows},
	}, nil
}

// unordered takes off what changes neither how many rows there are nor which.
func unordered(o plan.Op) plan.Op {
	for {
		switch at := o.(type) {
		case *plan.Project:
			o = at.Input
		case *plan.Sort:
			o = at.Input
		default:
			return o
		}
	}
}

// firstRule makes the last operator of a plan of which only matters whether it gives a row
// look for one match only. need is what is read of the rows besides.
func firstRule(o plan.Op, need slotSet) plan.Op {
	for {
		o = unordered(o)
		d, ok := o.(*plan.Distinct)
		if !ok {
			break
		}
		o = d.Input
	}
	switch at := o.(type) {
	case *plan.Expand:
		if at.Optional || len(at.Distinct) > 0 || need[at.To] || need[at.Rel] {
			return o
		}
		h := at.Hop
		h.To, h.Rel = plan.NoSlot, plan.NoSlot
		return &plan.ExpandExists{Header: plan.Header{Rows: at.Input.Head().Rows}, Hop: h, Input: at.Input}
	case *plan.ExpandInto:
		if len(at.Distinct) > 0 || need[at.Rel] {
			return o
		}
		h := at.Hop
		h.Rel = plan.NoSlot
		return &plan.ExpandExists{Header: plan.Header{Rows: at.Input.Head().Rows}, Hop: h, Input: at.Input}
	}
	return o
}

// streams tells whether e can be answered for many rows at once: each of its clauses makes
// rows of one row, whatever the others are.
func (b *builder) streams(e ast.Expr) bool {
	x, ok := e.(*ast.Subquery)
	return !ok || x.Query == nil || len(x.Query.Parts) == 1 && b.inlines(x.Query.Parts[0].Clauses)
}

// inlines tells whether each of clauses makes rows of one row, whatever the others are, and
// writes nothing.
func (b *builder) inlines(clauses []ast.Clause) bool {
	return !slices.ContainsFunc(clauses, func(c ast.Clause) bool {
		switch c := c.(type) {
		case *ast.Match, *ast.Unwind, *ast.LoadCSV:
			return false
		case *ast.Projection:
			facts := b.info.Projections[c]
			return len(facts.Aggregates) > 0 || c.Distinct || len(c.OrderBy) > 0 || c.Skip != nil || c.Limit != nil
		case *ast.CallSubquery:
			return c.Batches != nil || b.info.Subqueries[c].Writes
		default:
			return true
		}
	})
}

// streaming tells whether the rows of arg go through o one by one, so that each row of o
// belongs to the one that it carries the number of.
func streaming(o plan.Op, arg *plan.Argument) bool {
	for {
		switch at := o.(type) {
		case *plan.Argument:
			return at == arg
		case *plan.Filter, *plan.Project, *plan.Unwind, *plan.Unequal, *plan.Path,
			*plan.Expand, *plan.ExpandInto, *plan.ExpandCount, *plan.ShortestPath, *plan.ExpandExists, *plan.VarExpand, *plan.FollowBound,
			*plan.AllNodes, *plan.LabelScan, *plan.IndexEqual, *plan.IndexRange, *plan.IndexPrefix, *plan.UniqueEqual, *plan.NodeByID,
			*plan.Apply, *plan.HashJoin, *plan.Product:
			o = at.Inputs()[0]
		default:
			return false
		}
	}
}
