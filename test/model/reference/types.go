package reference

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/value"
)

// typed tells whether a value has a type.
func typed(v value.Value, t *ast.Type) bool {
	return slices.ContainsFunc(t.Terms, func(term ast.TypeTerm) bool {
		if v.IsNull() {
			return !term.NotNull && term.Kind != ast.TypeNothing
		}
		return ofKind(v, &term)
	})
}

// ofKind tells whether a value that is not null has a type of one name.
func ofKind(v value.Value, t *ast.TypeTerm) bool {
	k := v.Kind()
	switch t.Kind {
	case ast.TypeAny:
		return t.Elem == nil || typed(v, t.Elem)
	case ast.TypeNothing, ast.TypeNull:
		return false
	case ast.TypeList:
		return k == value.KindList && (t.Elem == nil ||
			!slices.ContainsFunc(v.AsList(), func(x value.Value) bool { return !typed(x, t.Elem) }))
	case ast.TypePropertyValue:
		return storable(v) && k != value.KindMap
	case ast.TypeBoolean, ast.TypeDate, ast.TypeDuration, ast.TypeEnum, ast.TypeFloat, ast.TypeInteger, ast.TypeLocalDateTime,
		ast.TypeLocalTime, ast.TypeMap, ast.TypeNode, ast.TypePath, ast.TypePoint, ast.TypeRelationship,
		ast.TypeString, ast.TypeZonedDateTime, ast.TypeZonedTime:
	}
	return k.String() == t.Kind.String()
}

// caseHit tells whether what stands after WHEN holds for the subject of a CASE.
func (r *run) caseHit(when ast.Expr, subject value.Value, s scope) (truth, error) {
	items := []ast.Expr{when}
	if w, ok := when.(*ast.CaseWhen); ok {
		items = w.Items
	}
	for _, item := range items {
		if ast.IsCaseCondition(item) {
			t, err := r.truth(item, s.with(caseSubject, subject), "WHEN")
			if err != nil || t == yes {
				return t, err
			}
			continue
		}
		x, err := r.eval(item, s)
		if err != nil || equals(subject, x) == yes {
			return yes, err
		}
	}
	return no, nil
}

// caseSubject is the name by which conditions of WHEN know the subject.
const caseSubject = " subject"
