package sema

import (
	"strconv"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/spelling"
)

// call analyses the call of a function or an aggregate.
func (a *analyzer) call(e *ast.Call, sc *scope, ctx context) static {
	f, ok := a.o.Functions.Lookup(e.Name)
	if !ok {
		a.unknownFunction(e)
		return of(Any)
	}
	if f.Volatile {
		a.info.Volatile = true
	}
	if f.Aggregate {
		if !a.aggregate(e, ctx) {
			return of(Any)
		}
		ctx.inAggregate = true
	} else {
		if e.Distinct || e.Star {
			a.fail(e.At, failure.Syntax("InvalidAggregation", "%s() is no aggregate and takes neither DISTINCT nor *", f.Name))
		}
		if f.Volatile && ctx.inAggregate {
			a.fail(e.At, failure.Syntax("NonConstantExpression", "%s() cannot be used inside an aggregate", f.Name).
				WithHint("compute it in a WITH before"))
		}
	}
	if !e.Star {
		a.countArguments(e, &f)
	}
	var args Type
	for i, arg := range e.Args {
		s := a.expr(arg, sc, ctx)
		a.expect(arg, s, f.arg(i), f.Name+"()")
		args |= s.t
	}
	return of(narrowed(f.Result, args))
}

// narrowed returns the result of a function of args: one that may be a number or a duration
// is that of which the arguments are.
func narrowed(result, args Type) Type {
	switch {
	case result == Any || result&Number == 0 || result&Duration == 0:
		return result
	case args&Duration == 0:
		return result &^ Duration
	case args&^Duration == 0:
		return Duration
	default:
		return result
	}
}

func (a *analyzer) unknownFunction(e *ast.Call) {
	if a.err != nil {
		return
	}
	err := failure.Syntax("UnknownFunction", "there is no function `%s`", e.Name).WithHint("SHOW FUNCTIONS lists those that exist")
	if name := spelling.Nearest(e.Name, a.o.Functions.Names()); name != "" {
		err = err.WithHint("did you mean %s()?", name)
	}
	a.fail(e.At, err)
}

// aggregate notes the aggregate e, or fails where none may stand.
func (a *analyzer) aggregate(e *ast.Call, ctx context) bool {
	switch {
	case ctx.inAggregate:
		a.fail(e.At, failure.Syntax("NestedAggregation", "the aggregate %s() stands inside another", e.Name).
			WithHint("compute the inner one in a WITH before"))
	case ctx.noAggregates != "":
		a.fail(e.At, failure.Syntax("InvalidAggregation", "the aggregate %s() cannot be used in %s", e.Name, ctx.noAggregates).
			WithHint("compute it in a WITH before"))
	default:
		*ctx.aggregates = append(*ctx.aggregates, e)
		return true
	}
	return false
}

func (a *analyzer) countArguments(e *ast.Call, f *Signature) {
	n := len(e.Args)
	if n >= f.MinArgs && (f.MaxArgs == Variadic || n <= f.MaxArgs) {
		return
	}
	want := strconv.Itoa(f.MinArgs)
	switch {
	case f.MaxArgs == Variadic:
		want = "at least " + want
	case f.MaxArgs != f.MinArgs:
		want += " to " + strconv.Itoa(f.MaxArgs)
	}
	noun := " arguments"
	if want == "1" || want == "at least 1" {
		noun = " argument"
	}
	a.fail(e.At, failure.Syntax("InvalidNumberOfArguments", "%s() takes %s%s, but got %d", f.Name, want, noun, n))
}
