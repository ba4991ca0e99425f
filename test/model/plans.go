package model

import (
	"strings"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// planned is one operator of a plan, and how many rows it made where that was measured.
type planned struct {
	name, detail string
	rows         int64
}

// plan returns the operators of a query, the last one first. verb is EXPLAIN or PROFILE,
// which runs the query.
func (e *engine) plan(verb, text string) []planned {
	out := e.run(verb+" "+text, value.Null, func(v value.Value, _ batch.Entities) value.Value {
		if v.Kind() == value.KindString {
			return value.String(strings.Clone(v.AsString()))
		}
		return v
	})
	var all []planned
	for _, row := range out.Rows {
		_, line, ok := strings.Cut(row[0].AsString(), "* ")
		if !ok {
			continue
		}
		name, detail, _ := strings.Cut(line, " ")
		p := planned{name: name, detail: detail}
		if len(row) > 1 {
			p.rows = row[1].AsInt()
		}
		all = append(all, p)
	}
	return all
}

// uses counts the operators of the plan of a query.
func (t *Tally) uses(e *engine, text string) {
	all := e.plan("EXPLAIN", text)
	for _, p := range all {
		add(&t.Operators, map[string]int{p.name: 1})
	}
}
