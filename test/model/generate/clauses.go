package generate

import (
	"slices"
	"strconv"
	"strings"
)

// union writes one query, or two with the same columns joined by UNION.
func (g *generator) union() string {
	columns := 1 + g.n(3)
	parts := []string{g.single(columns)}
	if g.chance(12) {
		for range 1 + g.n(2) {
			g.vars = nil
			parts = append(parts, g.single(columns))
		}
	}
	return strings.Join(parts, g.one(" UNION ", " UNION ALL "))
}

// single writes clauses that end with a RETURN of the given number of columns.
func (g *generator) single(columns int) string {
	var b strings.Builder
	for i := range []int{1, 1, 2, 2, 3, 4}[g.n(6)] {
		b.WriteString(g.reading(i == 0))
		b.WriteByte(' ')
	}
	if columns == 1 && g.chance(6) {
		b.WriteString("RETURN count(*) AS " + column(0))
		return b.String()
	}
	b.WriteString(g.returning(columns))
	return b.String()
}

// reading writes a clause that reads.
func (g *generator) reading(first bool) string {
	with := 4
	if first {
		with = 1
	}
	return g.weighted(
		choice{8, func() string { return "MATCH " + g.matching() }},
		choice{4, func() string { return "OPTIONAL MATCH " + g.matching() }},
		choice{2, g.unwinding},
		choice{1, g.calling},
		choice{1, g.short},
		choice{with, func() string { return "WITH " + g.projecting(0) }},
	)
}

// short writes FILTER or LET.
func (g *generator) short() string {
	if g.chance(2) {
		return "FILTER " + g.condition()
	}
	k := g.anyKind()
	s := g.inside(func() string { return g.expr(k) })
	return "LET " + g.bind("w", k) + " = " + s
}

// matching writes a pattern and perhaps a condition.
func (g *generator) matching() string {
	if g.chance(5) {
		return g.templated()
	}
	vars := len(g.vars)
	seen := new([]string)
	parts := []string{g.part(seen)}
	for g.chance(4) && len(parts) < 3 {
		parts = append(parts, g.part(seen))
	}
	s := join(parts)
	if g.chance(12) {
		g.vars = g.vars[:vars]
		g.late = nil
		s = g.searching()
	}
	late := g.late
	g.late = nil
	if g.chance(3) {
		s += " WHERE " + g.condition()
	}
	g.vars = append(g.vars, late...)
	return s
}

// condition writes a boolean expression that can have patterns.
func (g *generator) condition() string {
	return g.inside(func() string {
		g.patterns = true
		if g.chance(4) {
			return "coalesce(" + g.expr(boolean) + ", true)"
		}
		return g.expr(boolean)
	})
}

func (g *generator) unwinding() string {
	k, elem := integers, integer
	switch g.n(6) {
	case 0:
		k, elem = strings_, text
	case 1:
		k, elem = list, anything
	case 2:
		if g.some(edges) != "" {
			k, elem = edges, edge
		}
	case 3:
		if g.some(nodes) != "" {
			k, elem = nodes, node
		}
	}
	s := "UNWIND " + g.inside(func() string { return g.expr(k) }) + " AS "
	return s + g.bind("x", elem)
}

// item is a column of a projection.
type item struct {
	text, name string
	kind       kind
	plain      bool // a variable as it is
}

func (i item) String() string {
	if i.plain {
		return i.text
	}
	return i.text + " AS " + i.name
}

func (g *generator) returning(columns int) string { return "RETURN " + g.projecting(columns) }

// projecting writes what follows WITH, or RETURN where columns is not 0.
func (g *generator) projecting(columns int) string {
	old := slices.Clone(g.vars)
	var items []item
	aggregates := g.chance(4)
	distinct := g.chance(7)
	if aggregates {
		items = g.aggregated(columns)
	} else {
		items = g.items(columns)
	}
	var texts []string
	if columns == 0 && !aggregates && g.chance(10) && len(old) > 0 {
		texts = append(texts, "*")
		items = slices.DeleteFunc(items, func(i item) bool { return i.plain })
	}
	g.vars = g.vars[:0]
	if len(texts) > 0 {
		g.vars = append(g.vars, old...)
	}
	for _, i := range items {
		texts = append(texts, i.String())
		g.vars = append(g.vars, variable{name: i.name, kind: i.kind, fixed: !i.plain})
	}
	s := join(texts)
	if distinct {
		s = "DISTINCT " + s
	}
	made := slices.Clone(g.vars)
	if !aggregates && !distinct {
		for _, v := range old {
			if !slices.ContainsFunc(made, func(x variable) bool { return x.name == v.name }) {
				g.vars = append(g.vars, v)
			}
		}
	}
	s += g.sorted(made)
	if columns == 0 && g.chance(4) {
		s += " WHERE " + g.condition()
	}
	g.vars = made
	return s
}

// items makes columns without aggregates.
func (g *generator) items(columns int) []item {
	var out []item
	if columns == 0 {
		for _, v := range g.vars {
			if !g.chance(4) {
				out = append(out, item{v.name, v.name, v.kind, true})
			}
		}
		for len(out) == 0 || g.chance(2) && len(out) < 5 {
			k := g.anyKind()
			out = append(out, item{g.inside(func() string { return g.expr(k) }), g.name("w"), k, false})
		}
		return out
	}
	for i := range columns {
		k := g.anyKind()
		out = append(out, item{g.inside(func() string { return g.expr(k) }), column(i), k, false})
	}
	return out
}

func column(i int) string { return "c" + strconv.Itoa(i) }

// anyKind picks what an item holds; entities are likely where there are some.
func (g *generator) anyKind() kind {
	if g.chance(3) && len(g.vars) > 0 {
		return g.vars[g.n(len(g.vars))].kind
	}
	return []kind{boolean, integer, integer, float, text, integers, strings_, list, mapping, anything, moments, places}[g.n(12)]
}

// aggregated makes columns of which at least one aggregates.
func (g *generator) aggregated(columns int) []item {
	name := func(i int) string {
		if columns > 0 {
			return column(i)
		}
		return g.name("g")
	}
	total := columns
	if total == 0 {
		total = 1 + g.n(3)
	}
	at := g.n(total)
	var out []item
	var simple []string
	for i := range total {
		if i == at || g.chance(2) {
			continue
		}
		k := g.anyKind()
		out = append(out, item{g.inside(func() string { return g.expr(k) }), name(i), k, false})
		if v := g.some(node, integer, text); v != "" && columns == 0 && g.chance(2) {
			out[len(out)-1] = item{v, v, g.kindOf(v), true}
			simple = append(simple, v)
		}
	}
	out = uniqueItems(out)
	keys := len(out)
	for len(out) < total || len(out) == keys {
		text, k := g.aggregate()
		for _, v := range simple {
			if k == integer && g.kindOf(v) == integer && g.chance(3) {
				text = "(" + text + " + " + v + ")"
			}
		}
		out = append(out, item{text, "", k, false})
	}
	g.r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	for i := range out {
		if !out[i].plain {
			out[i].name = name(i)
		}
	}
	return out
}

func uniqueItems(items []item) []item {
	var out []item
	for _, i := range items {
		if !slices.ContainsFunc(out, func(x item) bool { return x.name == i.name }) {
			out = append(out, i)
		}
	}
	return out
}

func (g *generator) kindOf(name string) kind {
	for _, v := range g.vars {
		if v.name == name {
			return v.kind
		}
	}
	return anything
}

// aggregate writes an expression with an aggregate.
func (g *generator) aggregate() (s string, k kind) {
	distinct := ""
	if g.chance(4) {
		distinct = "DISTINCT "
	}
	arg := func(k kind) string {
		return distinct + g.inside(func() string { return g.expr(k) }) + ")"
	}
	switch g.n(12) {
	case 0, 1:
		return "count(*)", integer
	case 2:
		return "count(" + arg(g.anyKind()), integer
	case 3: // where it may be null is something that planners reason about
		if len(g.vars) == 0 {
			return "count(null)", integer
		}
		return "count(" + g.vars[g.n(len(g.vars))].name + ")", integer
	case 4:
		return "sum(" + arg(integer), integer
	case 5:
		return "sum(" + arg(float), float
	case 6:
		return "avg(" + arg(float), float
	case 7, 8:
		k = []kind{integer, float, text, anything, list}[g.n(5)]
		return g.one("min(", "max(") + arg(k), k
	case 9:
		return "collect(" + arg(integer), integers
	case 10:
		if g.chance(3) {
			return g.one("percentileDisc(", "percentileCont(") + g.expr(float) + ", " + g.one("0.0", "0.5", "1.0", "0.3") + ")", float
		}
		return g.one("stDev(", "stDevP(") + arg(float), float
	}
	k = g.anyKind()
	return "size(collect(" + arg(k) + ") + " + strconv.Itoa(g.n(3)), integer
}

// sorted writes ORDER BY, SKIP and LIMIT of a projection that makes the given variables.
func (g *generator) sorted(made []variable) string {
	s := ""
	total := false
	if g.chance(3) {
		var keys []string
		if g.chance(3) {
			k := g.anyKind()
			keys = append(keys, g.inside(func() string { return g.expr(k) })+g.one("", " DESC", " ASC"))
		}
		if total = !g.chance(4); total {
			for _, i := range g.r.Perm(len(made)) {
				keys = append(keys, made[i].name+g.one("", " DESC"))
			}
		}
		if len(keys) > 0 {
			s = " ORDER BY " + join(keys)
		}
	}
	if g.chance(8) || total && g.chance(3) {
		if g.chance(2) {
			s += " SKIP " + g.one("0", "1", "2", "(1 + 1)")
		}
		s += " LIMIT " + g.one("0", "1", "2", "5", "10", "toInteger(3.5)")
	}
	return s
}
