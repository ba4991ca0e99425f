package sema

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/spelling"
	"memgraphd/internal/storage/value"
)

// enumValue finds the value that e names. Where no enum but a variable has the name, a type
// was meant.
func (a *analyzer) enumValue(e *ast.EnumValue, sc *scope) static {
	if a.o.Enums == nil {
		a.noEnum(e, sc, failure.Syntax("UnknownEnum", "there is no enum `%s`", e.Enum.Text))
		return of(Any)
	}
	v, err := a.o.Enums.EnumValue(e.Enum.Text, e.Value.Text)
	switch {
	case err == nil:
		if a.info.Enums == nil {
			a.info.Enums = map[*ast.EnumValue]value.Value{}
		}
		a.info.Enums[e] = v
	case a.o.Enums.HasEnum(e.Enum.Text):
		a.fail(e.Value.At, unknownEnum(err))
	default:
		a.noEnum(e, sc, unknownEnum(err))
	}
	return of(Any)
}

// noEnum fails because no enum has the name in e.
func (a *analyzer) noEnum(e *ast.EnumValue, sc *scope, err *failure.Error) {
	if sc.find(e.Enum.Text) != nil {
		a.fail(e.Value.At, unknownType(e.Value.Text))
		return
	}
	a.fail(e.Enum.At, err)
}

// unknownEnum makes an error of the catalogue one of the statement.
func unknownEnum(err error) *failure.Error {
	f := failure.Syntax("UnknownEnum", "%s", err)
	if h, ok := err.(interface{ Hint() string }); ok {
		return f.WithHint("%s", h.Hint())
	}
	return f
}

// unknownType is the error of a type that does not exist behind a variable and "::".
func unknownType(name string) *failure.Error {
	err := failure.Syntax("UnknownType", "there is no type '%s'", name)
	var names []string
	for k := ast.TypeAny; k <= ast.TypeZonedTime; k++ {
		names = append(names, k.String())
	}
	if near := spelling.Nearest(name, names); near != "" {
		err = err.WithHint("did you mean %s?", near)
	}
	return err
}
