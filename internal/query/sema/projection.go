package sema

import (
	"math"
	"slices"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// projecting is the analysis of one WITH or RETURN.
//
// Its items see the scope before it. ORDER BY and the WHERE of a WITH see the new
// variables first and the old ones behind them; but once rows have been grouped or made
// distinct the old variables are gone, and an old expression can be used again only as a
// whole: written exactly as an item is.
type projecting struct {
	*analyzer
	c      *ast.Projection
	facts  *Projection
	old    *scope
	next   *scope // what follows sees this
	sorted *scope // what ORDER BY and WHERE see
	// keys are the texts of the items and of the aggregates in them, for finding them again; made when needed.
	keys map[string]ast.Expr
	in   inquiry
}

// projection analyses a WITH or a RETURN and returns the scope after it.
func (a *analyzer) projection(c *ast.Projection, sc *scope, in inquiry) *scope {
	p := &projecting{analyzer: a, c: c, facts: &Projection{}, old: sc, next: &scope{parent: in.outer, before: sc}, in: in}
	a.info.Projections[c] = p.facts
	p.items()
	if len(p.facts.Aggregates) > 0 {
		p.grouping()
	}
	p.sort()
	a.constant(c.Skip, "SKIP")
	a.constant(c.Limit, "LIMIT")
	p.aliases()
	p.where()
	return p.next
}

// collapses tells that the old variables are gone after the items.
func (p *projecting) collapses() bool { return p.c.Distinct || len(p.facts.Aggregates) > 0 }

// items analyses the items and defines their variables.
func (p *projecting) items() {
	if p.c.Star {
		p.star()
	}
	clause := clauseName(p.c)
	symbols := make([]*Symbol, len(p.c.Items))
	for i, item := range p.c.Items {
		before := len(p.facts.Aggregates)
		ctx := context{aggregates: &p.facts.Aggregates}
		if p.c.Sugar == ast.Let {
			ctx.noAggregates = clause
			if p.old.find(item.Name) != nil {
				p.alreadyBound(item.Alias)
			}
		}
		s := p.expr(item.Expr, p.old, ctx)
		if p.err != nil {
			return
		}
		symbols[i] = p.output(item, s)
		p.facts.Items = append(p.facts.Items, Item{
			Name: item.Name, Expr: item.Expr, Symbol: symbols[i],
			Aggregates: len(p.facts.Aggregates) > before,
		})
	}
	for i, item := range p.c.Items {
		if p.next.own(item.Name) != nil {
			p.fail(item.At, failure.Syntax("ColumnNameConflict", "%s has two columns called `%s`", clause, item.Name).
				WithHint("give one of them another name with AS"))
			return
		}
		p.hides(item, symbols[i])
		p.next.add(symbols[i])
		if item.Alias != nil {
			p.info.Uses[item.Alias] = symbols[i]
		}
	}
}

// hides fails if the new variable s of an item has the name of one that all clauses of the
// subquery see.
func (p *projecting) hides(item *ast.ProjectionItem, s *Symbol) {
	if p.c.Return {
		return
	}
	if old := p.in.outer.find(item.Name); old != nil && old != s {
		p.fail(item.At, failure.Syntax("VariableAlreadyBound", "variable `%s` exists already outside of %s", item.Name, p.in.name).
			WithHint("use another name"))
	}
}

// starsMax is the most variables that the "*" of a statement stand for: a short text may have
// many variables, and many clauses to carry all of them.
const starsMax = 200_000

// star expands "*".
func (p *projecting) star() {
	symbols := p.old.visible()
	if len(symbols) == 0 && p.c.Return {
		p.fail(p.c.At, failure.Syntax("NoVariablesInScope", "RETURN * needs at least one variable, but there is none"))
		return
	}
	slices.SortFunc(symbols, func(x, y *Symbol) int { return strings.Compare(x.Name, y.Name) })
	if p.stars += len(symbols); p.stars > starsMax {
		p.fail(p.c.At, failure.Syntax("TooManyColumns", "the `*` of the statement's clauses stand for more than %d variables together", starsMax).
			WithHint("name the variables that are still needed"))
		return
	}
	for _, s := range symbols {
		if p.step(); p.err != nil {
			return
		}
		v := &ast.Variable{Place: p.c.Place, Name: s.Name}
		p.use(v, s)
		p.info.Types[v] = s.Type
		p.next.add(s)
		p.facts.Items = append(p.facts.Items, Item{Name: s.Name, Expr: v, Symbol: s})
	}
}

// output returns the variable that an item defines. A variable that keeps its name stays
// what it was.
func (p *projecting) output(item *ast.ProjectionItem, s static) *Symbol {
	if v, ok := item.Expr.(*ast.Variable); ok && v.Name == item.Name {
		return p.info.Uses[v]
	}
	sym := p.symbol(item.Name, s.t)
	if s.elem != Any {
		if p.elems == nil {
			p.elems = map[*Symbol]Type{}
		}
		p.elems[sym] = s.elem
	}
	return sym
}

// aliases refuses items of a WITH without a name.
func (p *projecting) aliases() {
	if p.c.Return && !p.in.called {
		return
	}
	for _, item := range p.c.Items {
		if _, ok := item.Expr.(*ast.Variable); !ok && item.Alias == nil {
			where := "WITH"
			if p.c.Return {
				where = "the RETURN of CALL { … }"
			}
			p.fail(item.At, failure.Syntax("NoExpressionAlias", "an expression in %s needs a name", where).
				WithHint("write %s AS name", item.Name))
		}
	}
}

// grouping finds what makes the groups, and refuses items that mix aggregates with what
// does not belong to the group.
func (p *projecting) grouping() {
	for i := range p.facts.Items {
		if item := &p.facts.Items[i]; !item.Aggregates {
			p.facts.Grouping = append(p.facts.Grouping, item.Expr)
		}
	}
	simple := map[string]bool{}
	for _, e := range p.facts.Grouping {
		if isSimple(e) {
			simple[ast.Key(e)] = true
		}
	}
	for i := range p.facts.Items {
		if item := &p.facts.Items[i]; item.Aggregates {
			p.unambiguous(item.Expr, simple)
		}
	}
}

// isSimple reports whether e is a variable or a property of one: what may stand beside
// an aggregate in the same expression.
func isSimple(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Variable:
		return true
	case *ast.Property:
		return isSimple(e.X)
	default:
		return false
	}
}

// unambiguous fails if e, which has an aggregate in it, depends on a variable that is
// neither inside the aggregate nor part of the group.
func (p *projecting) unambiguous(e ast.Expr, simple map[string]bool) {
	if p.err != nil || (isSimple(e) && simple[ast.Key(e)]) {
		return
	}
	switch e := e.(type) {
	case *ast.Call:
		if slices.Contains(p.facts.Aggregates, e) {
			return
		}
	case *ast.Variable:
		p.ungrouped(e, p.info.Uses[e])
		return
	case *ast.PatternComprehension, *ast.PatternPredicate, *ast.Subquery, *ast.ShortestPath:
		for _, s := range p.info.Outer[e] {
			if !simple[ast.NameString(s.Name)] {
				p.ungrouped(e, s)
			}
		}
		return
	default:
	}
	ast.Children(e, func(child ast.Expr) { p.unambiguous(child, simple) })
}

// ungrouped fails if s, used in e beside an aggregate, is a variable of the rows.
func (p *projecting) ungrouped(e ast.Expr, s *Symbol) {
	if s == nil || p.old.find(s.Name) != s {
		return
	}
	p.fail(e.Span(), failure.Syntax("AmbiguousAggregationExpression",
		"`%s` stands beside an aggregate but is not part of the group", s.Name).
		WithHint("return it, or the property of it, as an item of its own"))
}

// where analyses the condition of a WITH.
func (p *projecting) where() {
	if p.c.Where == nil || p.err != nil {
		return
	}
	ctx := context{noAggregates: "WHERE", patterns: true}
	p.expect(p.c.Where, p.later(p.c.Where, ctx), Boolean, "WHERE")
}

// constant analyses SKIP or LIMIT.
func (a *analyzer) constant(e ast.Expr, of string) { a.constantOf(Integer, e, of) }

// constantNumber is constant for a number that may have a fraction.
func (a *analyzer) constantNumber(e ast.Expr, of string) { a.constantOf(Number, e, of) }

func (a *analyzer) constantOf(t Type, e ast.Expr, of string) {
	if e == nil || a.err != nil {
		return
	}
	if what := varies(e); what != "" {
		a.fail(e.Span(), failure.Syntax("NonConstantExpression", "%s depends on %s, but must be the same for all rows", of, what))
		return
	}
	s := a.expr(e, &scope{}, context{noAggregates: of})
	if n, ok := number(e); ok && n.Kind() == value.KindInt && n.AsInt() < 0 {
		a.fail(e.Span(), failure.Syntax("NegativeIntegerArgument", "%s cannot be negative, but this is %d", of, n.AsInt()))
	}
	a.expect(e, s, t, of)
}

// number returns the number that e is, with its sign.
func number(e ast.Expr) (value.Value, bool) {
	switch e := e.(type) {
	case *ast.Literal:
		return e.Value, e.Value.IsNumber()
	case *ast.Unary:
		v, ok := number(e.X)
		if !ok || e.Op == "+" {
			return v, ok
		}
		if v.Kind() == value.KindInt && v.AsInt() != math.MinInt64 {
			return value.Int(-v.AsInt()), true
		}
		return value.Float(-v.Number()), true
	default:
		return value.Null, false
	}
}

// varies names what in e differs from row to row; "" where nothing does.
func varies(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Variable:
		return "the variable `" + e.Name + "`"
	case *ast.PatternComprehension, *ast.PatternPredicate, *ast.Subquery, *ast.ShortestPath:
		return "a pattern"
	case *ast.ListComprehension, *ast.Quantifier, *ast.Reduce:
		return "" // their own variables are constant; others are found undefined
	default:
	}
	found := ""
	ast.Children(e, func(child ast.Expr) {
		if found == "" {
			found = varies(child)
		}
	})
	return found
}
