package expr

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/value"
)

// depthMax bounds the nesting of an expression.
const depthMax = 2000

// Compile makes an evaluator of e.
func Compile(e ast.Expr, env *Env) (Evaluator, error) {
	c, err := (&scope{env: env}).compile(e)
	return c.e, err
}

// compiled is an evaluator and what is known of it. A fixed one has the same value at
// every row.
type compiled struct {
	e     Evaluator
	fixed bool
}

// compile makes an evaluator of e in the scope s.
func (s *scope) compile(e ast.Expr) (compiled, error) {
	if slot, ok := s.computed(e); ok {
		return compiled{e: &column{at{e.Span()}, slot}}, nil
	}
	if s.depth++; s.depth > depthMax {
		return compiled{}, failure.Syntax("NestedTooDeep", "the expression is nested more than %d deep", depthMax).At(e.Span())
	}
	defer func() { s.depth-- }()
	switch e := e.(type) {
	case *ast.Literal:
		if e.Auto > 0 {
			return compiled{&literal{at{e.At}, e.Auto}, true}, nil
		}
		return compiled{&constant{at{e.At}, e.Value}, true}, nil
	case *ast.Param:
		return compiled{&param{at{e.At}, e.Name}, true}, nil
	case *ast.Variable:
		return s.variable(e)
	case *ast.Property:
		return s.property(e)
	case *ast.Subscript:
		return s.subscript(e)
	case *ast.Slice:
		return s.slice(e)
	case *ast.HasLabels:
		return s.hasLabels(e)
	case *ast.List:
		return s.list(e)
	case *ast.Map:
		return s.mapping(e)
	case *ast.EnumValue:
		return compiled{&constant{at{e.At}, s.env.Info.Enums[e]}, true}, nil
	case *ast.Unary:
		return s.unary(e)
	case *ast.Binary:
		return s.binary(e)
	case *ast.Comparison:
		return s.comparison(e)
	case *ast.IsNull:
		return s.isNull(e)
	case *ast.IsTyped:
		return s.isTyped(e)
	case *ast.IsNormalized:
		return s.isNormalized(e)
	case *ast.Case:
		return s.cases(e)
	case *ast.CaseSubject:
		return compiled{e: caseSubject{}}, nil
	case *ast.Call:
		return s.call(e)
	}
	return s.compileScoped(e)
}

// compileScoped goes on with the expressions that have variables of their own.
func (s *scope) compileScoped(e ast.Expr) (compiled, error) {
	switch e := e.(type) {
	case *ast.ListComprehension:
		return s.comprehension(e)
	case *ast.Quantifier:
		return s.quantifier(e)
	case *ast.Reduce:
		return s.reduce(e)
	case *ast.MapProjection:
		return s.mapProjection(e)
	case *ast.PatternPredicate, *ast.PatternComprehension, *ast.Subquery, *ast.ShortestPath:
		return s.subquery(e)
	}
	panic("expr: a kind of expression is not known")
}

// all compiles several expressions. fixed tells whether all of them are.
func (s *scope) all(es ...ast.Expr) (cs []Evaluator, fixed bool, err error) {
	fixed = true
	for _, e := range es {
		c, err := s.compile(e)
		if err != nil {
			return nil, false, err
		}
		cs = append(cs, c.e)
		fixed = fixed && c.fixed
	}
	return cs, fixed, nil
}

// folded makes e a compiled expression, which is computed once a batch if it is fixed.
func folded(e Evaluator, fixed bool) compiled {
	if fixed {
		return compiled{&once{e}, true}
	}
	return compiled{e: e}
}

func (s *scope) variable(e *ast.Variable) (compiled, error) {
	sym := s.symbolOf(e)
	if sym != nil {
		if slot, ok := s.symbol(sym); ok {
			return compiled{e: &column{at{e.At}, slot}}, nil
		}
	}
	return compiled{}, undefined(e.Name, e.At)
}

func (s *scope) symbolOf(e *ast.Variable) *sema.Symbol {
	if s.env.Info == nil {
		return nil
	}
	return s.env.Info.Uses[e]
}

func undefined(name string, span token.Span) error {
	return failure.Syntax("UndefinedVariable", "variable `%s` is not defined", name).At(span)
}

// literalOf returns the value of e if it is known when the plan is made.
func literalOf(e Evaluator) (value.Value, bool) {
	if k, ok := e.(*constant); ok {
		return k.x, true
	}
	return value.Null, false
}
