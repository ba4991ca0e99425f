package sema

import (
	"maps"
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
)

// analyzer is the state of one Analyze. The first mistake is kept; what follows it may be
// looked at, but adds nothing.
type analyzer struct {
	o      Options
	info   *Info
	err    *failure.Error
	stars  int                   // variables that "*" has stood for
	steps  int                   // of work, between questions whether anybody still waits
	ended  error                 // why nobody does
	params map[string]token.Span // where each stands first
	elems  map[*Symbol]Type      // what the elements of a list variable are, where that is known
	// subqueries are the expressions with patterns or queries of their own around the
	// current place, outermost first.
	subqueries []subquery
	// found are parts of an expression that stand for items of a projection; they are
	// looked at in foundScope.
	found      map[ast.Expr]bool
	foundScope *scope
	creating   *creation // the CREATE whose properties are looked at, for messages
	// rounds are the scopes inside quantified path patterns.
	rounds map[*ast.Repeat]*scope
	// reading names the innermost subquery around that may not write; "" where none is.
	reading string
	// yieldsAll tells that the call of a procedure stands before RETURN *.
	yieldsAll bool
	// calls are the CALL { … } around the current place, outermost first.
	calls []calling
	// wrote tells that a clause before writes in the transaction of the statement itself.
	wrote bool
	union bool // the statement has UNION
}

// subquery is an expression or a CALL { … } that brings variables of its own; those numbered below first
// belong to what is around it.
type subquery struct {
	expr  ast.Expr // nil for a CALL { … }
	call  *Subquery
	first int
}

// Analyze binds the names of q, finds its types and refuses what can be known to be wrong
// before it runs. The error is a *failure.Error with its span.
func Analyze(q *ast.Query, o Options) (*Info, error) {
	a := &analyzer{
		o: o,
		info: &Info{
			Uses:        make(map[*ast.Variable]*Symbol, 16),
			Nodes:       make(map[*ast.NodePattern]*Symbol, 4),
			Rels:        make(map[*ast.RelPattern]*Symbol, 4),
			Paths:       make(map[*ast.PatternPart]*Symbol),
			Groups:      make(map[*ast.Repeat][]Group),
			Hops:        make(map[*ast.RelPattern]*Symbol),
			Bound:       make(map[any]bool),
			Projections: make(map[*ast.Projection]*Projection, 2),
			Outer:       make(map[ast.Expr][]*Symbol),
			Subqueries:  make(map[*ast.CallSubquery]*Subquery),
			Alike:       make(map[ast.Expr]ast.Expr),
			Types:       make(map[ast.Expr]Type, 16),
			Calls:       make(map[*ast.CallProcedure]*Call),
		},
	}
	a.union = len(q.Parts) > 1
	parts := a.query(q, inquiry{})
	a.pathCount(q.Hops)
	if a.ended != nil {
		return nil, a.ended
	}
	if a.err != nil {
		return nil, a.err
	}
	a.info.Columns = parts[0].columns
	a.info.Params = slices.Sorted(maps.Keys(a.params))
	a.info.ParamPlaces = a.params
	return a.info, nil
}

// pollEvery is the number of steps between two questions whether anybody still waits.
const pollEvery = 256

// step counts a piece of work that is bounded, and ends the analysis where nobody waits for
// it any more.
func (a *analyzer) step() {
	a.steps++
	if a.steps%pollEvery != 0 || a.o.Interrupted == nil || a.ended != nil {
		return
	}
	if a.ended = a.o.Interrupted(); a.ended != nil {
		a.fail(token.Span{}, failure.Syntax("Interrupted", "the analysis was interrupted"))
	}
}

// fail records the first mistake at span.
func (a *analyzer) fail(span token.Span, err *failure.Error) {
	if a.err == nil {
		a.err = err.At(span)
	}
}

// symbol makes a new variable.
func (a *analyzer) symbol(name string, t Type) *Symbol {
	a.step()
	s := &Symbol{ID: len(a.info.Symbols), Name: name, Type: t}
	a.info.Symbols = append(a.info.Symbols, s)
	return s
}

// define makes v a new variable of sc.
func (a *analyzer) define(sc *scope, v *ast.Variable, t Type) *Symbol {
	s := a.symbol(v.Name, t)
	a.info.Uses[v] = s
	sc.add(s)
	return s
}

// use binds v to s.
func (a *analyzer) use(v *ast.Variable, s *Symbol) {
	a.info.Uses[v] = s
	a.touch(s)
}

// touch notes that s is used here, for the subqueries around that do not define it.
func (a *analyzer) touch(s *Symbol) {
	for _, sub := range slices.Backward(a.subqueries) {
		if s.ID >= sub.first {
			return
		}
		if sub.call != nil {
			if !slices.Contains(sub.call.Uses, s) {
				sub.call.Uses = append(sub.call.Uses, s)
			}
			continue
		}
		if !slices.Contains(a.info.Outer[sub.expr], s) {
			a.info.Outer[sub.expr] = append(a.info.Outer[sub.expr], s)
		}
	}
}

// inside runs f as the analysis of the subquery e.
func (a *analyzer) inside(e ast.Expr, f func()) {
	a.subqueries = append(a.subqueries, subquery{expr: e, first: len(a.info.Symbols)})
	f()
	a.subqueries = a.subqueries[:len(a.subqueries)-1]
}

// inquiry is where a query stands and what it may do there.
type inquiry struct {
	// name is what messages call the subquery; "" for a whole statement.
	name string
	// outer is what can be seen of the query around it, in all its clauses; nil for nothing.
	outer *scope
	// imports is what the first WITH of each part can take from; nil where it is a WITH
	// like any other.
	imports *scope
	// called tells that the query stands in CALL { … }.
	called bool
}

// part is what was found about one part of a query.
type part struct {
	clauses []ast.Clause // those that are carried out
	returns *Projection  // nil without RETURN
	columns []string     // nil where nothing is returned
}

// query analyses a query and returns its parts, whose columns are the same.
func (a *analyzer) query(q *ast.Query, in inquiry) []part {
	for i := 1; i < len(q.All); i++ {
		if q.All[i] != q.All[0] {
			a.fail(q.Parts[i+1].At, failure.Syntax("InvalidClauseComposition", "UNION and UNION ALL cannot be mixed").
				WithHint("use one of the two throughout"))
		}
	}
	parts := make([]part, 0, len(q.Parts))
	for _, p := range q.Parts {
		if a.err != nil {
			return nil
		}
		found := a.single(p, in)
		parts = append(parts, found)
		first, columns := parts[0].columns, found.columns
		switch {
		case (first == nil) != (columns == nil):
			a.fail(p.At, failure.Syntax("InvalidClauseComposition", "either all parts of a UNION return rows or none"))
		case !slices.Equal(first, columns):
			a.fail(p.At, failure.Syntax("DifferentColumnsInUnion", "the parts of a UNION return different columns: %s and %s",
				list(first), list(columns)).WithHint("give the columns the same names in the same order with AS"))
		}
	}
	return parts
}

// single analyses the clauses of a single query.
func (a *analyzer) single(q *ast.SingleQuery, in inquiry) part {
	sc := &scope{parent: in.outer}
	found := part{clauses: q.Clauses}
	if in.imports != nil && a.importing(q, in.imports, sc) {
		if found.clauses = q.Clauses[1:]; len(found.clauses) == 0 {
			a.order(q.Clauses, 0, in)
		}
	}
	for i, c := range found.clauses {
		if a.err != nil {
			return part{}
		}
		a.order(found.clauses, i, in)
		if p, ok := c.(*ast.Projection); ok {
			sc = a.projection(p, sc, in)
			if p.Return {
				found.returns = a.info.Projections[p]
				if found.columns = found.returns.columns(); a.err == nil {
					found.columns = namedByVariable(p, found.columns)
				}
			}
			continue
		}
		if call, ok := c.(*ast.CallProcedure); ok {
			a.yieldsAll = returnsAll(found.clauses[i+1:])
			found.columns = a.callProcedure(call, sc, in.name == "" && len(q.Clauses) == 1)
			continue
		}
		a.clause(c, sc)
	}
	return found
}

// columns returns the names of the columns, nil without RETURN and never nil with one.
func (p *Projection) columns() []string {
	if p == nil {
		return nil
	}
	columns := make([]string, 0, len(p.Items))
	for i := range p.Items {
		columns = append(columns, p.Items[i].Name)
	}
	return columns
}

// order refuses clause i of a query where it may not stand.
func (a *analyzer) order(clauses []ast.Clause, i int, in inquiry) {
	c := clauses[i]
	last := i == len(clauses)-1
	if p, ok := c.(*ast.Projection); ok && p.Return {
		if !last {
			a.fail(clauses[i+1].Span(), failure.Syntax("InvalidClauseComposition", "%s cannot follow RETURN", clauseName(clauses[i+1])).
				WithHint("RETURN ends a query; use WITH in the middle"))
		}
		return
	}
	if _, ok := c.(*ast.Finish); ok {
		a.finish(clauses, i)
		return
	}
	switch {
	case isUpdate(c):
		if a.reading != "" {
			a.fail(c.Span(), failure.Syntax("InvalidClauseComposition", "%s cannot be used inside %s", clauseName(c), a.reading))
		}
	case !last || isUnit(c) || in.name != "" && !in.called || a.endsQuery(c, len(clauses), in):
	case in.called:
		a.fail(c.Span(), failure.Syntax("InvalidClauseComposition", "the subquery of CALL cannot end with %s", clauseName(c)).
			WithHint("end it with RETURN or an updating clause"))
	default:
		a.fail(c.Span(), failure.Syntax("InvalidClauseComposition", "a query cannot end with %s", clauseName(c)).
			WithHint("end it with RETURN or an updating clause"))
	}
}

// finish refuses FINISH, which is clause i, where it ends nothing.
func (a *analyzer) finish(clauses []ast.Clause, i int) {
	switch {
	case i < len(clauses)-1:
		a.fail(clauses[i+1].Span(), failure.Syntax("InvalidClauseComposition", "%s cannot follow FINISH", clauseName(clauses[i+1])).
			WithHint("FINISH ends a query"))
	case i == 0:
		a.fail(clauses[i].Span(), failure.Syntax("InvalidClauseComposition", "a query cannot consist of FINISH alone").
			WithHint("write RETURN for a query that only computes"))
	}
}

// isUpdate reports whether c changes the graph.
func isUpdate(c ast.Clause) bool {
	switch c.(type) {
	case *ast.Create, *ast.Merge, *ast.Set, *ast.Remove, *ast.Delete, *ast.Foreach:
		return true
	default:
		return false
	}
}

// projectionName returns the word that begins c.
func projectionName(c *ast.Projection) string {
	switch {
	case c.Return:
		return "RETURN"
	case c.Sugar == ast.Filter:
		return "FILTER"
	case c.Sugar == ast.Let:
		return "LET"
	default:
		return "WITH"
	}
}

// clauseName returns the words that begin c.
func clauseName(c ast.Clause) string {
	switch c := c.(type) {
	case *ast.Match:
		if c.Optional {
			return "OPTIONAL MATCH"
		}
		return "MATCH"
	case *ast.Unwind:
		return "UNWIND"
	case *ast.LoadCSV:
		return "LOAD CSV"
	case *ast.Finish:
		return "FINISH"
	case *ast.Projection:
		return projectionName(c)
	case *ast.Create:
		return "CREATE"
	case *ast.Merge:
		return "MERGE"
	case *ast.Set:
		return "SET"
	case *ast.Remove:
		return "REMOVE"
	case *ast.Delete:
		return "DELETE"
	case *ast.Foreach:
		return "FOREACH"
	case *ast.CallSubquery:
		if c.Optional {
			return "OPTIONAL CALL"
		}
		return "CALL"
	case *ast.CallProcedure:
		if c.Optional {
			return "OPTIONAL CALL"
		}
		return "CALL"
	}
	return "clause"
}
