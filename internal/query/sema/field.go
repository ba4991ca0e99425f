package sema

import (
	"strings"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
	"memgraphd/internal/spelling"
)

// field analyses the access to a field of temporal values and points, of the types in t.
func (a *analyzer) field(t Type, name string, at token.Span) static {
	var result Type
	var names []string
	for one := Date; one <= Point; one <<= 1 {
		if t&one == 0 {
			continue
		}
		if r, ok := a.o.Functions.Field(one, name); ok {
			result |= r
		}
		names = append(names, a.o.Functions.Fields(one)...)
	}
	if result != 0 || a.err != nil {
		return of(result)
	}
	err := failure.New(failure.ArgumentError, failure.CompileTime, "UnknownField", "a value of type %s has no field `%s`", t, name)
	if like := spelling.Nearest(name, names); like != "" {
		err = err.WithHint("did you mean `%s`?", like)
	} else {
		err = err.WithHint("it has %s", strings.Join(names, ", "))
	}
	a.fail(at, err)
	return of(Any)
}
