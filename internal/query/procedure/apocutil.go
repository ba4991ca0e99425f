package procedure

import (
	"memgraphd/internal/query/function"
	"memgraphd/internal/storage/value"
)

// apocUtilProcedures are the procedures of APOC that libraries write into their statements.
func apocUtilProcedures() []Procedure {
	return []Procedure{{
		Name: "apoc.util.validate", Open: true, About: "An error with the given message where the predicate holds.",
		Args: []Argument{{Name: "predicate", Type: Boolean}, {Name: "message", Type: String}, {Name: "params", Type: ListOf(Any)}},
		Call: validate,
	}}
}

// validate is apoc.util.validate(predicate, message, params).
func validate(_ *Context, args []value.Value) (Rows, error) {
	if args[0].IsTrue() {
		return nil, function.ValidationFailed("procedure `apoc.util.validate`", args[1], args[2])
	}
	return None, nil
}
