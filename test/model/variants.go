package model

import (
	"math/rand/v2"
	"strconv"
	"strings"

	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/value"
)

func itoa(n int) string { return strconv.Itoa(n) }

// variant is a query written so that the engine goes another way and the answer is the same.
type variant struct {
	name   string // added to the name of the configuration
	text   string
	params map[string]value.Value
	before string // what is run before it, so that its plan is that of another query
	first  bool   // the first one of a query
}

// variants returns the ways in which an engine is asked: the query itself, and where batches
// are as usual the query once more, when its plan is known, and the query with parameters in
// place of literals.
func (e *engine) variants(text string, params map[string]value.Value, other *variant) []variant {
	all := []variant{{text: text, params: params}}
	if e.Indexed && e.Batch == 0 {
		all[0].before = revalued(text)
	}
	if e.Batch != 0 || e.Workers != 0 {
		return all
	}
	all = append(all, variant{name: ", again", text: text, params: params})
	if other != nil {
		all = append(all, *other)
	}
	return all
}

// revalued writes a query with other literals.
func revalued(text string) string {
	r := rand.New(rand.NewPCG(uint64(len(text)), 3))
	var b strings.Builder
	end := int32(0)
	for _, t := range token.Scan(nil, text) {
		b.WriteString(text[end:t.Start])
		end = t.End
		switch t.Kind {
		case token.Integer:
			b.WriteString(itoa(r.IntN(5)))
		case token.Float:
			b.WriteString(itoa(r.IntN(5)) + ".5")
		case token.String:
			b.WriteString([]string{"''", "'a'", "'b'", "'zz'"}[r.IntN(4)])
		default:
			b.WriteString(t.Text(text))
		}
	}
	return b.String()
}
