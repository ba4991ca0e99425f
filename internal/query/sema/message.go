package sema

import (
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
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
	"LOCAL DATETIME", "DURATION",
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
	switch name := nearest(v.Name, sc.names()); {
	case a.creating.defines(v.Name):
		err = err.WithHint("properties in CREATE see the clauses and the nodes before their part of the pattern only")
	case sc.had(v.Name):
		err = err.WithHint("a WITH, DISTINCT or an aggregate before this place carries only its own items on")
	case name != "":
		err = err.WithHint("did you mean `%s`?", name)
	}
	a.fail(v.At, err)
}

// nearestMax is the longest word for which a similar one is looked for.
const nearestMax = 64

// nearest returns the candidate most like word, or "" if none is like it.
func nearest(word string, candidates []string) string {
	if len(word) > nearestMax {
		return ""
	}
	best, bestDistance := "", max(1, len(word)/3)+1
	for _, c := range candidates {
		if c == "" || len(c) > nearestMax {
			continue
		}
		d := distance(strings.ToLower(word), strings.ToLower(c))
		if d < bestDistance && d < max(len(word), len(c)) {
			best, bestDistance = c, d
		}
	}
	return best
}

// distance is the number of insertions, deletions, replacements and swaps of neighbours
// that make a into b.
func distance(a, b string) int {
	before, prev, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := range len(a) {
		cur[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			cur[j+1] = min(prev[j]+cost, prev[j+1]+1, cur[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				cur[j+1] = min(cur[j+1], before[j-1]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(b)]
}
