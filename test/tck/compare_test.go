package tck

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// rows is what a query gave. columns is nil for a query without RETURN.
type rows struct {
	columns []string
	rows    [][]any
}

// compare tells how got differs from what is expected.
func (r *result) compare(got *rows) error {
	if !slices.Equal(r.columns, got.columns) {
		return fmt.Errorf("columns %q, want %q", got.columns, r.columns)
	}
	if r.columns == nil && got.columns != nil {
		return fmt.Errorf("columns %q, want none", got.columns)
	}
	have, want := r.lines(got.rows), r.lines(r.rows)
	if !r.ordered {
		slices.Sort(have)
		slices.Sort(want)
	}
	if !slices.Equal(have, want) {
		return fmt.Errorf("%d rows:\n\t%s\nwant %d:\n\t%s",
			len(have), strings.Join(have, "\n\t"), len(want), strings.Join(want, "\n\t"))
	}
	return nil
}

// lines renders rows so that two are equal where their texts are.
func (r *result) lines(list [][]any) []string {
	out := make([]string, 0, len(list))
	for _, row := range list {
		cells := make([]string, 0, len(row))
		for _, v := range row {
			cells = append(cells, r.text(v))
		}
		out = append(out, strings.Join(cells, " | "))
	}
	return out
}

// text renders a value in a form that equal values share: labels and keys are sorted, and
// the elements of lists where their order does not count.
func (r *result) text(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return floatText(v)
	case string:
		return strconv.Quote(v)
	case []any:
		parts := make([]string, 0, len(v))
		for _, x := range v {
			parts = append(parts, r.text(x))
		}
		if r.anyLists {
			slices.Sort(parts)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		parts := make([]string, 0, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, key+": "+r.text(v[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case *node:
		return "(" + strings.Join(slices.Sorted(slices.Values(v.labels)), ":") + " " + r.text(v.props) + ")"
	case *relationship:
		return "[:" + v.kind + " " + r.text(v.props) + "]"
	case *path:
		return r.pathText(v)
	}
	return fmt.Sprintf("%T %v", v, v)
}

func (r *result) pathText(p *path) string {
	var b strings.Builder
	b.WriteString("<" + r.text(p.nodes[0]))
	for i, rel := range p.rels {
		if p.forward[i] {
			b.WriteString("-" + r.text(rel) + "->")
		} else {
			b.WriteString("<-" + r.text(rel) + "-")
		}
		b.WriteString(r.text(p.nodes[i+1]))
	}
	return b.String() + ">"
}

// floatText renders a number that is no integer: 1 and 1.0 differ, 0.0 and -0.0 do not.
func floatText(f float64) string {
	if f == 0 {
		return "0.0"
	}
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(text, ".e") && !math.IsNaN(f) && !math.IsInf(f, 0) {
		text += ".0"
	}
	return text
}
