package planner

import (
	"context"
	"maps"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/sema"
)

// builder makes one plan. A part of a query that runs within an expression has a builder
// and a plan of its own.
type builder struct {
	ctx  context.Context // ended when nobody waits for the plan any more
	info *sema.Info
	cat  Catalog
	p    *plan.Plan
	// bound are the symbols that have a value in the rows made so far.
	bound map[*sema.Symbol]bool
	// present are those of them that are never null.
	present map[*sema.Symbol]bool
	// pending is what was read and written since the last operator that takes all rows
	// before it gives one.
	pending effects
	writes  bool // something below writes
	// stale tells that the rows were made with batches that the view of the clauses after
	// them has to have; batched that there were batches.
	stale, batched bool
	// counted are the symbols that the clauses after this one read, where otherwise they only
	// count its rows; nil where they do more.
	counted symbolSet
	// clauseOf tells the parts of clauses that were made one with others apart.
	clauseOf map[*ast.PatternPart]int
	clauses  int
	// outer brings the row of the innermost subquery; nil outside of one.
	outer *plan.Argument

	// limited tells that the relationships that are followed are counted, here or outside.
	limited bool

	directives *directives // hints before the query
	remarks    *remarks
}

func newBuilder(ctx context.Context, info *sema.Info, cat Catalog) *builder {
	b := &builder{
		ctx: ctx, info: info, cat: cat,
		bound:   map[*sema.Symbol]bool{},
		present: map[*sema.Symbol]bool{},

		clauseOf: map[*ast.PatternPart]int{},

		directives: &directives{used: map[int]bool{}},
		remarks:    &remarks{},
	}
	b.p = &plan.Plan{Info: info, SymbolSlots: make([]int, len(info.Symbols)), Subplans: map[ast.Expr]*plan.Plan{}}
	for i := range b.p.SymbolSlots {
		b.p.SymbolSlots[i] = plan.NoSlot
	}
	return b
}

// interrupted returns why nobody waits for the plan any more, nil while somebody does.
func (b *builder) interrupted() error {
	if b.ctx.Err() != nil {
		return context.Cause(b.ctx)
	}
	return nil
}

// newSlot makes a column.
func (b *builder) newSlot(name string) int {
	b.p.SlotNames = append(b.p.SlotNames, name)
	b.p.Slots++
	return b.p.Slots - 1
}

// slot returns the column of a symbol, made when first asked for.
func (b *builder) slot(s *sema.Symbol) int {
	if at := b.p.SymbolSlots[s.ID]; at != plan.NoSlot {
		return at
	}
	at := b.newSlot(s.Name)
	b.p.SymbolSlots[s.ID] = at
	return at
}

// alias gives s the column of another symbol or expression.
func (b *builder) alias(s *sema.Symbol, slot int) {
	b.p.SymbolSlots[s.ID] = slot
	if b.p.SlotNames[slot] == "" {
		b.p.SlotNames[slot] = s.Name
	}
}

// query plans a whole query.
func (b *builder) query(q *ast.Query) (*plan.Plan, error) {
	b.directives.hints = q.Hints
	b.p.HopsLimited = q.Hops != nil
	b.limited = b.p.HopsLimited
	root, outputs, err := b.union(q, func() plan.Op { return &plan.Once{Header: plan.Header{Rows: 1}} }, b.info.Columns)
	if err != nil {
		return nil, err
	}
	b.p.Columns = b.info.Columns
	b.p.Outputs = outputs
	b.p.Writes = b.info.Writes
	if q.Hops != nil {
		root = &plan.HopsLimit{Input: root, Hops: q.Hops, Header: plan.Header{Rows: root.Head().Rows}}
	}
	if b.p.Columns == nil {
		b.p.Outputs = nil
		b.p.Root = &plan.Empty{Input: root, Header: plan.Header{Rows: 0}}
	} else {
		b.p.Root = &plan.Produce{Input: root, Slots: outputs, Header: plan.Header{Rows: root.Head().Rows}}
	}
	p, err := b.finish()
	if err != nil {
		return nil, err
	}
	b.unused()
	p.Remarks = b.remarks.list
	return p, nil
}

// finish runs the rules that look at the whole tree.
func (b *builder) finish() (*plan.Plan, error) {
	b.p.Root = b.meetRule(b.reachRule(countRule(b.p, b.p.Root)))
	if err := b.subplans(); err != nil {
		return nil, err
	}
	live(b.p, b.p.Root, newSlotSet(b.p.Outputs...))
	return b.p, nil
}

// union plans the parts of q, each on the rows that start makes, and returns the slots of
// the columns, which are called names.
func (b *builder) union(q *ast.Query, start func() plan.Op, names []string) (plan.Op, []int, error) {
	if len(q.Parts) == 1 {
		return b.single(q.Parts[0], start())
	}
	u := &plan.Union{}
	distinct := false
	for i, part := range q.Parts {
		b.pending = effects{}
		root, outputs, err := b.single(part, start())
		if err != nil {
			return nil, nil, err
		}
		if i == 0 {
			for _, name := range names {
				u.To = append(u.To, b.newSlot(name))
			}
			for len(u.To) < len(outputs) {
				u.To = append(u.To, b.newSlot(""))
			}
		} else if !q.All[i-1] {
			distinct = true
		}
		if b.writes && i+1 < len(q.Parts) {
			root = b.eager(root)
		}
		u.Parts = append(u.Parts, root)
		u.From = append(u.From, outputs)
		u.Rows += root.Head().Rows
	}
	if distinct && len(u.To) > 0 {
		return &plan.Distinct{Input: u, Slots: u.To, Header: plan.Header{Rows: u.Rows}}, u.To, nil
	}
	return u, u.To, nil
}

// single plans clauses in order on top of in and returns the slots of the last RETURN.
func (b *builder) single(q *ast.SingleQuery, in plan.Op) (plan.Op, []int, error) {
	defer b.around()()
	var outputs []int
	at := in
	clauses := b.merged(q.Clauses)
	for i, c := range clauses {
		if err := b.interrupted(); err != nil {
			return nil, nil, err
		}
		b.counted = b.countedAfter(clauses[i+1:])
		var err error
		at = b.barrier(at, c)
		switch c := c.(type) {
		case *ast.Match:
			at, err = b.match(at, c)
		case *ast.Unwind:
			at = b.unwind(at, c)
		case *ast.LoadCSV:
			at = b.loadCSV(at, c)
		case *ast.CallProcedure:
			at, outputs, err = b.callProcedure(at, c)
		case *ast.Projection:
			var columns []int
			if at, columns, err = b.projection(at, c); c.Return {
				outputs = columns
			}
		case *ast.Create:
			at = b.create(at, c)
		case *ast.Merge:
			at, err = b.merge(at, c)
		case *ast.Set:
			at = b.set(at, c)
		case *ast.Remove:
			at = b.remove(at, c)
		case *ast.Delete:
			at = b.delete(at, c)
		case *ast.Foreach:
			at, err = b.foreach(at, c)
		case *ast.CallSubquery:
			at, err = b.call(at, c)
		case *ast.Finish:
		default:
			err = failure.Syntax("UnexpectedSyntax", "this clause cannot be planned").At(c.Span())
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return at, outputs, nil
}

// around keeps which variables may be null, until the function that it returns is called. One
// from outside of a subquery that has a value in all rows inside may still be null outside: in
// a row for which there are none inside, or none but that of an aggregate.
func (b *builder) around() func() {
	outside := make(map[*sema.Symbol]bool, len(b.bound))
	for s := range b.bound {
		outside[s] = b.present[s]
	}
	return func() { maps.Copy(b.present, outside) }
}

func (b *builder) unwind(in plan.Op, c *ast.Unwind) plan.Op {
	s := b.info.Uses[c.Var]
	b.bound[s] = true
	rows := in.Head().Rows * listLength(c.List)
	return &plan.Unwind{Input: in, List: c.List, Slot: b.slot(s), Header: plan.Header{Rows: rows}}
}

// listLength guesses how long a list is.
func listLength(e ast.Expr) float64 {
	switch e := e.(type) {
	case *ast.List:
		return float64(len(e.Items))
	case *ast.Literal:
		if e.Auto == 0 && e.Value.Kind().String() == "LIST" {
			return float64(len(e.Value.AsList()))
		}
	}
	return 10
}

func (b *builder) loadCSV(in plan.Op, c *ast.LoadCSV) plan.Op {
	s := b.info.Uses[c.Var]
	b.bound[s] = true
	return &plan.LoadCSV{
		Input: in, File: c.File, Slot: b.slot(s), WithHeader: c.Header, IgnoreBad: c.IgnoreBad, EmptyNull: c.EmptyNull,
		Delimiter: c.Delimiter, Quote: c.Quote, NullIf: c.NullIf,
		Header: plan.Header{Rows: in.Head().Rows * 1000},
	}
}

func (b *builder) eager(in plan.Op) plan.Op {
	b.pending = effects{}
	return &plan.Eager{Input: in, Header: plan.Header{Rows: in.Head().Rows}}
}
