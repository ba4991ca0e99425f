package model

import (
	"strings"

	"memgraphd/internal/storage/value"
)

// answeredQuery is a query whose answer is known to be right.
type answeredQuery struct {
	text  string
	got   *Outcome
	level Level
}

// Reindex creates all indexes in the store that has none, under plans that are known, and
// drops them again: the answers have to stay what they were.
func (w *World) Reindex(known []answeredQuery) (Finding, string) {
	e := w.engines[0]
	for _, verb := range []string{"CREATE", "DROP"} {
		for _, s := range indexes() {
			if out := e.run(strings.Replace(s, "CREATE", verb, 1), value.Null, nil); out.Err != nil {
				return wrong("index", e.Name, nil, out), s
			}
		}
		for _, k := range known {
			got := w.ask(e, k.text, nil, false)
			f := broken(got)
			switch {
			case f.Verdict == Wrong:
			case got.Err != nil && (timedOut(got) || excused(parseQuery(k.text), variant{}, got.Err)):
				continue
			case got.Err != nil:
				f = wrong("error after "+verb+" INDEX", e.Name, k.got, got)
			default:
				if got.Sorted = k.got.Sorted; agree(k.got, got, k.level) || agree(k.got, got, w.certain(k)) {
					continue
				}
				f = wrong("other rows after "+verb+" INDEX", e.Name, k.got, got)
			}
			return f, k.text
		}
	}
	return Finding{}, ""
}

// certain says how much of an answer stays the same in whatever order the rows come: the
// few orders of the first check may have agreed by chance on what LIMIT leaves.
func (w *World) certain(k answeredQuery) Level {
	q := parseQuery(k.text)
	want, err := w.expected(q, nil, orders())
	if err != nil {
		return k.level
	}
	_, level := w.again(q, nil, want)
	if level == Count && limited(q) {
		return Nothing
	}
	return max(level, k.level)
}
