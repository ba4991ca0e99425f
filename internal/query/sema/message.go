package sema

import (
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/spelling"
)

// list renders names for a message.
func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return "`" + strings.Join(names, "`, `") + "`"
}

// typeNames are the names of the single types, in the order of their bits.
var typeNames = [...]string{
	"BOOLEAN", "INTEGER", "FLOAT", "STRING", "BYTES", "LIST", "MAP", "NODE", "RELATIONSHIP",
	"PATH", "LIST OF RELATIONSHIPS", "DATE", "ZONED TIME", "LOCAL TIME", "ZONED DATETIME",
	"LOCAL DATETIME", "DURATION", "POINT",
}

// String returns the names of the types in t, for messages.
func (t Type) String() string {
	if t&Any == Any {
		return "ANY"
	}
	var names []string
	for i, name := range typeNames {
		switch one := Type(1 << i); {
		case t&one == 0, one == EdgeList && t&List != 0:
		case one&Instant != 0 && t&Instant == Instant:
			if one == Date {
				names = append(names, "TEMPORAL INSTANT")
			}
		default:
			names = append(names, name)
		}
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " or " + names[last]
	}
	return strings.Join(names, "")
}

// undefined fails because no variable is called as v is.
func (a *analyzer) undefined(v *ast.Variable, sc *scope) {
	if a.err != nil {
		return
	}
	err := failure.Syntax("UndefinedVariable", "variable `%s` is not defined", v.Name)
	switch name := spelling.Nearest(v.Name, sc.names()); {
	case a.creating.defines(v.Name):
		err = err.WithHint("properties in CREATE see the clauses and the nodes before their part of the pattern only")
	case sc.had(v.Name):
		err = err.WithHint("a WITH, DISTINCT or an aggregate before this place carries only its own items on")
	case a.outside(v.Name):
		err = err.WithHint("the subquery does not import it: write CALL (%s) { … }", ast.NameString(v.Name))
	case a.unyielded(v.Name):
		err = err.WithHint("a call brings the results that it names: YIELD %s", ast.NameString(v.Name))
	case name != "":
		err = err.WithHint("did you mean `%s`?", name)
	}
	a.fail(v.At, err)
}
