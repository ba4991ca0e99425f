package sema

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/value"
)

// context says where an expression stands.
type context struct {
	// noAggregates names the place where no aggregate may stand; "" where one may.
	noAggregates string
	// patterns tells that a pattern may be used as a condition.
	patterns bool
	// inAggregate tells that the expression is an argument of an aggregate.
	inAggregate bool
	// subject is what is known of the subject of the CASE around it.
	subject static
	// aggregates receives the aggregate calls, where they are allowed.
	aggregates *[]*ast.Call
}

// local returns the context of what is computed for each element of a list.
func (c context) local(of string) context {
	if c.noAggregates == "" {
		c.noAggregates = of
	}
	return c
}

// static is what is known of an expression before it runs: its type and, for a list, that
// of its elements.
type static struct{ t, elem Type }

func of(t Type) static { return static{t: t, elem: Any} }

// expect fails unless e, of which s is known, may be one of the types in accepted.
func (a *analyzer) expect(e ast.Expr, s static, accepted Type, where string) {
	if s.t&accepted != 0 {
		return
	}
	a.fail(e.Span(), failure.Syntax("InvalidArgumentType", "%s expects %s, but this is %s", where, accepted, s.t))
}

// expr analyses e in sc and records its type.
func (a *analyzer) expr(e ast.Expr, sc *scope, ctx context) static {
	if a.step(); a.err != nil {
		return of(Any)
	}
	if a.found[e] {
		sc, ctx = a.foundScope, context{aggregates: new([]*ast.Call)}
	}
	s := a.typeOf(e, sc, ctx)
	if s.t == 0 {
		s.t = Any
	}
	if s.elem == 0 {
		s.elem = Any
	}
	a.info.Types[e] = s.t
	return s
}

func (a *analyzer) typeOf(e ast.Expr, sc *scope, ctx context) static {
	switch e := e.(type) {
	case *ast.Literal:
		return of(literalType(e.Value))
	case *ast.Param:
		if a.params == nil {
			a.params = map[string]token.Span{}
		}
		if _, known := a.params[e.Name]; !known {
			a.params[e.Name] = e.At
		}
		return of(Any)
	case *ast.Variable:
		return a.variable(e, sc)
	case *ast.Property:
		return a.property(e, sc, ctx)
	case *ast.Subscript:
		return a.subscript(e, sc, ctx)
	case *ast.Slice:
		return a.slice(e, sc, ctx)
	case *ast.HasLabels:
		a.expect(e.X, a.expr(e.X, sc, ctx), Node|Edge, "a label test")
		a.labels(e.Is, sc, ctx)
		return of(Boolean)
	case *ast.List:
		return a.list(e, sc, ctx)
	case *ast.Map:
		for _, v := range e.Values {
			a.expr(v, sc, ctx)
		}
		return of(Map)
	case *ast.IsTyped:
		a.expr(e.X, sc, ctx)
		return of(Boolean)
	case *ast.IsNormalized:
		a.expr(e.X, sc, ctx)
		return of(Boolean)
	case *ast.EnumValue:
		return a.enumValue(e, sc)
	case *ast.CaseSubject:
		return ctx.subject
	case *ast.Unary, *ast.Binary, *ast.Comparison, *ast.IsNull, *ast.Case, *ast.CaseWhen:
		return a.operation(e, sc, ctx)
	case *ast.Call:
		return a.call(e, sc, ctx)
	default:
		return a.scoped(e, sc, ctx)
	}
}

// literalType returns the type of a constant; null may be anything.
func literalType(v value.Value) Type {
	switch v.Kind() {
	case value.KindBool:
		return Boolean
	case value.KindInt:
		return Integer
	case value.KindFloat:
		return Float
	case value.KindString:
		return String
	case value.KindBytes:
		return Bytes
	case value.KindList:
		return List
	case value.KindMap:
		return Map
	case value.KindNull, value.KindNode, value.KindEdge, value.KindPath,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	return Any
}

func (a *analyzer) variable(v *ast.Variable, sc *scope) static {
	s := sc.find(v.Name)
	if s == nil {
		a.undefined(v, sc)
		return of(Any)
	}
	a.use(v, s)
	if s.Type == EdgeList {
		return static{t: EdgeList, elem: Edge}
	}
	return static{t: s.Type, elem: a.elems[s]}
}

func (a *analyzer) property(e *ast.Property, sc *scope, ctx context) static {
	x := a.expr(e.X, sc, ctx)
	switch {
	case x.t&^(Temporal|Point) == 0:
		return a.field(x.t, e.Key.Text, e.Key.At)
	case x.t&(Map|Node|Edge|Temporal|Point) == 0:
		kind := failure.TypeError
		if x.t == Path {
			kind = failure.SyntaxError
		}
		a.fail(e.X.Span(), failure.New(kind, failure.CompileTime, "InvalidArgumentType",
			"only nodes, relationships, maps, points and temporal values have properties, but this is %s", x.t))
	}
	return of(Any)
}

func (a *analyzer) subscript(e *ast.Subscript, sc *scope, ctx context) static {
	x := a.expr(e.X, sc, ctx)
	index := a.expr(e.Index, sc, ctx)
	lists := List | EdgeList
	switch {
	case x.t&^(Temporal|Point) == 0:
		return of(Number | String)
	case x.t&(lists|Map|Node|Edge|Temporal|Point) == 0:
		a.fail(e.X.Span(), failure.New(failure.TypeError, failure.CompileTime, "InvalidArgumentType",
			"only lists, maps, nodes, relationships, points and temporal values have elements, but this is %s", x.t))
	case x.t&^lists == 0 && index.t&Integer == 0:
		a.fail(e.Index.Span(), failure.New(failure.TypeError, failure.CompileTime, "InvalidArgumentType",
			"the index of a list is an INTEGER, but this is %s", index.t))
	case x.t&^lists == 0:
		return of(x.elem)
	}
	return of(Any)
}

func (a *analyzer) slice(e *ast.Slice, sc *scope, ctx context) static {
	x := a.expr(e.X, sc, ctx)
	a.expect(e.X, x, List|EdgeList, "a slice")
	for _, bound := range []ast.Expr{e.From, e.To} {
		if bound != nil {
			a.expect(bound, a.expr(bound, sc, ctx), Integer, "a bound of a slice")
		}
	}
	return static{t: List, elem: x.elem}
}

// list analyses the elements; null among them says nothing of the others.
func (a *analyzer) list(e *ast.List, sc *scope, ctx context) static {
	var elem Type
	for _, item := range e.Items {
		elem |= a.expr(item, sc, ctx).t
	}
	return static{t: List, elem: elem}
}

// operation analyses what has operators.
func (a *analyzer) operation(e ast.Expr, sc *scope, ctx context) static {
	switch e := e.(type) {
	case *ast.Unary:
		x := a.expr(e.X, sc, ctx)
		if e.Op == "NOT" {
			a.expect(e.X, x, Boolean, "NOT")
			return of(Boolean)
		}
		a.expect(e.X, x, Number|Duration, "the sign "+e.Op)
		if x.t&^(Number|Duration) == 0 {
			return of(x.t)
		}
		return of(Any)
	case *ast.Binary:
		return a.binary(e, sc, ctx)
	case *ast.Comparison:
		for _, x := range e.Operands {
			a.expr(x, sc, ctx)
		}
		return of(Boolean)
	case *ast.IsNull:
		a.expr(e.X, sc, ctx)
		return of(Boolean)
	case *ast.Case:
		return a.caseOf(e, sc, ctx)
	case *ast.CaseWhen:
		for _, item := range e.Items {
			a.expr(item, sc, ctx)
		}
		return of(Any)
	}
	return of(Any)
}

// binary analyses x op y.
func (a *analyzer) binary(e *ast.Binary, sc *scope, ctx context) static {
	x := a.expr(e.X, sc, ctx)
	y := a.expr(e.Y, sc, ctx)
	switch e.Op {
	case "AND", "OR", "XOR":
		a.expect(e.X, x, Boolean, e.Op)
		a.expect(e.Y, y, Boolean, e.Op)
		return of(Boolean)
	case "IN":
		a.expect(e.Y, y, List|EdgeList, "IN")
		return of(Boolean)
	case "STARTS WITH", "ENDS WITH", "CONTAINS", "=~":
		return of(Boolean)
	case "||":
		return a.concatenation(e, x, y)
	case "+":
		return a.plus(e, x, y)
	default:
		return a.calculation(e, x.t, y.t)
	}
}

func (a *analyzer) caseOf(e *ast.Case, sc *scope, ctx context) static {
	outer := ctx.subject
	if e.Subject != nil {
		ctx.subject = a.expr(e.Subject, sc, ctx)
	}
	result := static{}
	join := func(s static) {
		result.t |= s.t
		result.elem |= s.elem
	}
	for i, when := range e.When {
		s := a.expr(when, sc, ctx)
		if e.Subject == nil {
			a.expect(when, s, Boolean, "WHEN")
		}
		within := ctx
		within.subject = outer
		join(a.expr(e.Then[i], sc, within))
	}
	ctx.subject = outer
	if e.Else != nil {
		join(a.expr(e.Else, sc, ctx))
	}
	return result
}
