package model

import (
	"strconv"

	"memgraphd/internal/storage/value"
)

func itoa(n int) string { return strconv.Itoa(n) }

// variant is a query written so that the engine goes another way and the answer is the same.
type variant struct {
	name   string // added to the name of the configuration
	text   string
	params map[string]value.Value
	first  bool // the first one of a query
}

// variants returns the ways in which an engine is asked: the query itself, and where batches
// are as usual the query once more, when its plan is known, and the query with parameters in
// place of literals.
func (e *engine) variants(text string, params map[string]value.Value, other *variant) []variant {
	all := []variant{{text: text, params: params}}
	if e.Batch != 0 || e.Workers != 0 {
		return all
	}
	all = append(all, variant{name: ", again", text: text, params: params})
	if other != nil {
		all = append(all, *other)
	}
	return all
}
