package parser_test

import (
	"strconv"
	"strings"

	"pgregory.net/rapid"
)

// generator writes random queries that parse.
type generator struct {
	t *rapid.T
	b strings.Builder
}

func (g *generator) pick(n int) int { return rapid.IntRange(0, n-1).Draw(g.t, "pick") }

func (g *generator) one(list ...string) string { return list[g.pick(len(list))] }

func (g *generator) put(parts ...string) {
	for _, s := range parts {
		g.b.WriteString(s)
		if g.pick(12) == 0 {
			g.b.WriteString(g.one(" ", "\n\t", " /* c 1 */ ", " // 'x'\n"))
		} else {
			g.b.WriteString(" ")
		}
	}
}

func (g *generator) maybe(f func()) {
	if g.pick(3) == 0 {
		f()
	}
}

func (g *generator) name() string {
	return g.one("a", "b", "n", "count", "`x y`", "desc", "exists", "all", "load", "`1`", "é")
}

func (g *generator) word() string { return g.one("A", "Person", "set", "Match", "`a``b`", "end", "x") }

func (g *generator) literal() string {
	switch g.pick(4) {
	case 0:
		return strconv.Itoa(rapid.IntRange(0, 1<<40).Draw(g.t, "int"))
	case 1:
		return g.one("1.5", ".5", "1e9", "0x1F", "0o17", "9223372036854775807", "-9223372036854775808")
	case 2:
		return g.one("'a'", `"it's"`, `'\n\u00e9'`, "''", "'?i'", "'// no comment'")
	default:
		return g.one("true", "false", "null", "TRUE")
	}
}

func (g *generator) query() {
	g.single()
	for range g.pick(3) {
		g.put(g.one("UNION", "UNION ALL", "union"))
		g.single()
	}
	if g.pick(4) == 0 {
		g.put(";")
	}
}

func (g *generator) single() {
	for range 1 + g.pick(4) {
		g.clause(2)
	}
	if g.pick(2) == 0 {
		g.projection(g.one("RETURN", "return"), 3)
	}
}

func (g *generator) clause(depth int) {
	switch g.pick(14) {
	case 11:
		g.put(g.one("FILTER", "FILTER WHERE"))
		g.expr(depth)
	case 12:
		g.put("LET", g.one(g.name(), "let"), "=")
		g.expr(depth)
	case 10:
		g.callSubquery(depth - 1)
	case 0, 1, 2:
		g.put(g.one("MATCH", "OPTIONAL MATCH", "match"))
		g.pattern(depth)
		g.maybe(func() { g.put("WHERE"); g.expr(depth) })
	case 3:
		g.put("UNWIND")
		g.expr(depth)
		g.put("AS", g.name())
	case 4:
		g.put(g.one("CREATE", "INSERT"))
		g.pattern(depth)
	case 5:
		g.put("MERGE")
		g.part(depth)
		g.maybe(func() { g.put("ON CREATE SET"); g.setItem(depth) })
		g.maybe(func() { g.put("ON MATCH SET"); g.setItem(depth) })
	case 6:
		g.put("SET")
		g.setItem(depth)
		g.maybe(func() { g.put(","); g.setItem(depth) })
	case 7:
		g.put("REMOVE", g.name(), g.one(".", ":"), g.word())
	case 8:
		g.put(g.one("DELETE", "DETACH DELETE"))
		g.expr(depth)
	case 9:
		g.put("LOAD CSV FROM 'f.csv'", g.one("WITH HEADER", "NO HEADER"), g.one("", "IGNORE BAD"), g.one("", "DELIMITER ';'"), "AS", g.name())
	default:
		g.projection("WITH", depth)
	}
}

func (g *generator) projection(clause string, depth int) {
	g.put(clause, g.one("", "", "DISTINCT"))
	for i := range 1 + g.pick(3) {
		if i > 0 {
			g.put(",")
		}
		g.expr(depth)
		g.maybe(func() { g.put("AS", g.one(g.name(), "set", "where")) })
	}
	g.maybe(func() { g.put("ORDER BY"); g.expr(depth); g.put(g.one("", "DESC", "ASC")) })
	g.maybe(func() { g.put("SKIP", g.literal()) })
	g.maybe(func() { g.put("LIMIT 5") })
	if clause == "WITH" {
		g.maybe(func() { g.put("WHERE"); g.expr(depth) })
	}
}

// callSubquery writes CALL { … }; what it nests is bounded by depth.
func (g *generator) callSubquery(depth int) {
	g.put(g.one("CALL", "OPTIONAL CALL", "call"), g.one("", "( )", "( * )", "( a , n )"), "{")
	if depth > 0 {
		g.maybe(func() { g.put("WITH a, n") })
		g.clause(depth)
	} else {
		g.put("CREATE (n {x: 1})")
	}
	g.maybe(func() { g.projection("RETURN", depth) })
	g.maybe(func() { g.put("UNION ALL RETURN 1 AS x") })
	g.put("}")
	g.maybe(func() {
		g.put(g.one("IN TRANSACTIONS", "IN 2 CONCURRENT TRANSACTIONS"))
		g.maybe(func() { g.put("OF 5 ROWS") })
		g.maybe(func() {
			g.put("ON ERROR", g.one("CONTINUE", "break", "FAIL", "RETRY", "RETRY 1 SECOND", "retry FOR 2.5 sec THEN BREAK"))
		})
		g.maybe(func() { g.put("REPORT STATUS AS", g.name()) })
	})
}

func (g *generator) setItem(depth int) {
	g.put(g.name())
	switch g.pick(4) {
	case 0:
		g.put(".", g.word(), "=")
	case 1:
		g.put("=")
	case 2:
		g.put("+=")
	default:
		g.put(":", g.word())
		return
	}
	g.expr(depth)
}

func (g *generator) pattern(depth int) {
	g.part(depth)
	g.maybe(func() { g.put(","); g.part(depth) })
}

func (g *generator) part(depth int) {
	g.maybe(func() { g.put(g.name(), "=") })
	g.chain(depth, g.pick(3))
}

func (g *generator) chain(depth, rels int) {
	g.node(depth)
	for range rels {
		g.b.WriteString(g.one("-", "<-"))
		g.maybe(func() {
			g.put("[", g.one("", g.name()))
			if g.pick(4) == 0 {
				g.labels(depth)
			} else {
				g.put(g.one("", ":T", ":T|U", ":A|:B"))
			}
			g.put(g.one("", "", "*", "*2", "*1..3", "*..4", "*0.."))
			g.maybe(func() { g.mapLiteral(depth) })
			if g.pick(6) == 0 {
				g.put("WHERE")
				g.expr(depth - 1)
			}
			g.put("]")
		})
		g.b.WriteString(g.one("-", "->"))
		g.node(depth)
	}
}

func (g *generator) node(depth int) {
	g.put("(", g.one("", g.name()))
	g.maybe(func() { g.labels(depth) })
	g.maybe(func() { g.mapLiteral(depth) })
	if g.pick(6) == 0 {
		g.put("WHERE")
		g.expr(depth - 1)
	}
	g.put(")")
}

// labels writes a label expression.
func (g *generator) labels(depth int) {
	g.put(g.one(":", ":", ":", "IS"))
	for range g.pick(3) {
		g.label(depth)
		g.put(g.one("&", "|"))
	}
	g.label(depth)
}

func (g *generator) label(depth int) {
	switch g.pick(8) {
	case 0:
		g.put("!")
		g.label(depth)
	case 1:
		g.put("%")
	case 2:
		g.put("(")
		g.label(depth)
		g.put(g.one("|", "&"))
		g.label(depth)
		g.put(")")
	case 3:
		g.put(g.one("$p", "$any($p)"))
	case 4:
		g.b.WriteString(g.one("$(", "$all(", "$any("))
		g.expr(depth - 1)
		g.put(")")
	default:
		g.put(g.word())
	}
}

// typ writes the name of a type.
func (g *generator) typ() string {
	return g.one("INTEGER", "STRING NOT NULL", "LIST<FLOAT>", "INTEGER | FLOAT", "ZONED DATETIME", "LIST<LIST<ANY> NOT NULL>",
		"PROPERTY VALUE", "BOOL!", "INTEGER LIST")
}

func (g *generator) mapLiteral(depth int) {
	g.put("{")
	for i := range g.pick(3) {
		if i > 0 {
			g.put(",")
		}
		g.put(g.word(), ":")
		g.expr(depth - 1)
	}
	g.put("}")
}

func (g *generator) expr(depth int) {
	if depth <= 0 {
		g.put(g.one(g.literal(), g.name(), "$p", "$1", "$`a b`"))
		return
	}
	d := depth - 1
	switch g.pick(20) {
	case 0, 1, 2, 3:
		g.put(g.literal())
	case 4, 5:
		g.put(g.name(), ".", g.word())
	case 6, 7:
		g.expr(d)
		g.put(g.one("+", "-", "||", "*", "/", "%", "^", "AND", "OR", "XOR", "IN", "STARTS WITH", "ends with", "CONTAINS", "=~"))
		g.expr(d)
	case 8:
		g.expr(d)
		g.put(g.one("=", "<>", "!=", "<", "<=", ">", ">="))
		g.expr(d)
	case 9:
		g.put("(", g.one("NOT", "-", "+", "-"))
		g.expr(d)
		g.put(")")
	case 10:
		g.put("[", g.literal(), ",")
		g.expr(d)
		g.put("]")
	case 11:
		g.mapLiteral(depth)
	case 12:
		g.put(g.one("size", "coalesce", "a.b.c", "count"), "(")
		g.expr(d)
		g.put(")")
	case 13:
		g.put("[", g.name(), "IN")
		g.expr(d)
		g.maybe(func() { g.put("WHERE"); g.expr(d) })
		g.maybe(func() { g.put("|"); g.expr(d) })
		g.put("]")
	default:
		g.special(d)
	}
}

func (g *generator) special(d int) {
	switch g.pick(11) {
	case 0:
		g.put("CASE WHEN")
		g.expr(d)
		g.put("THEN")
		g.expr(d)
		g.put("ELSE 1 END")
	case 7:
		g.put("CASE")
		g.expr(d)
		g.put("WHEN")
		g.maybe(func() { g.put(g.one(">", "<=", "=", "STARTS WITH", "IN")) })
		g.expr(0)
		g.put(g.one("", ", 5", ", > 6", ", IS NULL", ", :: "+g.typ(), ", :A|B"), "THEN")
		g.expr(d)
		g.put("END")
	case 8:
		g.put("( (")
		g.expr(d)
		g.put(")", g.one("::", "IS ::", "IS NOT ::", "IS TYPED"), g.typ(), ")")
	case 9:
		g.put("( (")
		g.expr(d)
		g.put(")")
		g.labels(d)
		g.put(")")
	case 1:
		g.put(g.one("all", "ANY", "none", "single"), "(", g.name(), "IN")
		g.expr(d)
		g.put("WHERE")
		g.expr(d)
		g.put(")")
	case 2:
		g.put("(")
		g.expr(d)
		g.put(")", g.one("IS NULL", "IS NOT NULL", "[1]", "[1..2]", "[..3]", ".x", ":A:B", "IS NFD NORMALIZED"))
	case 3:
		g.chain(d, 1+g.pick(2))
	case 4:
		g.put(g.one("EXISTS", "COUNT", "collect"), "{ MATCH")
		g.pattern(d)
		g.maybe(func() { g.put("WHERE"); g.expr(d) })
		g.maybe(func() { g.clause(d) })
		g.maybe(func() { g.put("RETURN 1 LIMIT 3") })
		g.put("}")
	case 5:
		g.put("[")
		g.chain(d, 1)
		g.put("|")
		g.expr(d)
		g.put("]")
	case 6:
		g.put(g.one("a", "n"), "{ .x, .*, y :")
		g.expr(d)
		g.put("}")
	default:
		g.put("reduce ( acc = 0, x IN")
		g.expr(d)
		g.put("| acc + 1 )")
	}
}

// query draws a random query.
func query(t *rapid.T) string {
	g := generator{t: t}
	g.b.WriteString(rapid.SampledFrom([]string{"", "", "", "CYPHER 5 ", "cypher planner=cost debug=1 "}).Draw(t, "prefix"))
	g.query()
	return g.b.String()
}
