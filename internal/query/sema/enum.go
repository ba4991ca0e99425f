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
	if enums := a.o.Enums; enums != nil {
		v, err := enums.EnumValue(e.Enum.Text, e.Value.Text)
		if err == nil {
			if a.info.Enums == nil {
				a.info.Enums = map[*ast.EnumValue]value.Value{}
			}
			a.info.Enums[e] = v
			return of(Any)
		}
		if sc.find(e.Enum.Text) == nil || enums.HasEnum(e.Enum.Text) {
			place := e.Value.At
			if !enums.HasEnum(e.Enum.Text) {
				place = e.Enum.At
			}
			f := failure.Syntax("UnknownEnum", "%s", err)
			if h, ok := err.(interface{ Hint() string }); ok { //nolint:errorlint // as the interface says
				f = f.WithHint("%s", h.Hint())
			}
			a.fail(place, f)
			return of(Any)
		}
	}
	if sc.find(e.Enum.Text) == nil {
		a.fail(e.Enum.At, failure.Syntax("UnknownEnum", "there is no enum `%s`", e.Enum.Text))
		return of(Any)
	}
	a.fail(e.Value.At, unknownType(e.Value.Text))
	return of(Any)
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
