package generate

import (
	"math/rand/v2"
	"strconv"
	"strings"

	"memgraphd/internal/storage/value"
	"memgraphd/test/model/reference"
)

// groupNodes is how many neighbouring nodes have like values, as nodes that were made together have.
const groupNodes = 1024

// columnKeys are the keys of which Wide makes values of one type for whole groups of nodes.
var columnKeys = [...]string{keyInt, keyFloat, keyString, keyBool, keyMixed}

// Wide makes a graph of so many nodes that their properties are worth an array, and of few
// relationships. What neighbours have is alike, so that an array may tell that none of them
// fulfils a condition.
func Wide(r *rand.Rand) *reference.Graph {
	g := &reference.Graph{}
	n := groupNodes/2 + r.IntN(2*groupNodes)
	var like wide
	for i := range n {
		if i%groupNodes == 0 {
			like = newWide(r, int64(i/groupNodes))
		}
		var of []string
		for _, l := range labels[:3] {
			if r.Float64() < like.labelled {
				of = append(of, l)
			}
		}
		props := map[string]value.Value{}
		for k, key := range columnKeys {
			if r.Float64() < like.full[k] {
				props[key] = like.value(r, key)
			}
		}
		g.AddNode(of, props)
	}
	for range n / 4 {
		g.AddEdge(r.IntN(n), r.IntN(n), types[r.IntN(2)], nil)
	}
	return g
}

// wide is what the nodes of one group have in common.
type wide struct {
	labelled  float64                  // share of the nodes with a label
	full      [len(columnKeys)]float64 // share of the nodes with a value
	low, high int64                    // of integers
	mixed     bool                     // one key has values of several types
}

func newWide(r *rand.Rand, group int64) wide {
	w := wide{labelled: one(r, 1, 0.9, 0.5, 0.1), mixed: r.IntN(3) == 0}
	for i := range w.full {
		w.full[i] = one(r, 1, 1, 1, 0.95, 0.5, 0.05, 0)
	}
	w.low = group * 20
	w.high = w.low + one[int64](r, 0, 1, 10, 10, 25, 25, 300, 70_000, 1<<40)
	return w
}

func (w *wide) value(r *rand.Rand, key string) value.Value {
	switch {
	case key == keyInt, key == keyMixed && !w.mixed:
		if r.IntN(3) > 0 { // a few values are common
			return value.Int(w.low + r.Int64N(min(w.high-w.low, 8)+1))
		}
		return value.Int(w.low + r.Int64N(w.high-w.low+1))
	case key == keyFloat:
		return value.Float(float64(r.IntN(40))/4 - 2)
	}
	return property(r, key)
}

// Scan makes a query over all nodes, or those of a label, most of which aggregates.
func Scan(r *rand.Rand) Query {
	g := &generator{r: r}
	label := ""
	if g.chance(2) {
		label = ":" + labels[g.n(3)]
	}
	s := "MATCH (n" + label + ") "
	of := "n"
	if g.chance(6) {
		s = "MATCH (n" + label + ")" + g.one("-->", "<--", "-[:X]-") + "(m) "
		of = g.one("n", "m")
	}
	if !g.chance(3) {
		conditions := []string{g.test(of)}
		for g.chance(3) {
			conditions = append(conditions, g.test(of))
		}
		s += "WHERE " + strings.Join(conditions, g.one(" AND ", " AND ", " AND ", " OR ")) + " "
	}
	return Query{Text: s + g.summary(of)}
}

// test writes a condition on a property of a variable.
func (g *generator) test(of string) string {
	x := of + "." + g.one(keyInt, keyInt, keyMixed)
	switch g.n(10) {
	case 0:
		return of + "." + keyString + g.one(" = ", " <> ", " < ", " STARTS WITH ") + g.literal(text)
	case 1:
		return of + "." + keyFloat + g.one(" > ", " <= ", " = ") + strconv.Itoa(g.n(9)-2) + g.one("", ".25")
	case 2:
		return g.one("", "NOT ") + of + "." + keyBool
	case 3:
		return x + " IN [" + g.near() + ", " + g.near() + "]"
	case 4:
		return x + g.one(" IS NULL", " IS NOT NULL")
	case 5:
		return g.near() + g.one(" < ", " <= ") + x
	}
	return x + g.one(" = ", " <> ", " < ", " <= ", " > ", " >= ") + g.near()
}

// near writes an integer that is among those of a group, or next to them.
func (g *generator) near() string {
	if g.chance(12) {
		return g.one("70000", "1099511627776", "-1", "9223372036854775807", "null")
	}
	return strconv.Itoa(g.n(3)*20 + g.n(13) - 1)
}

// summary writes the RETURN of a query over many nodes.
func (g *generator) summary(of string) string {
	x := of + "." + g.one(keyInt, keyInt, keyFloat, keyMixed)
	key := of + "." + g.one(keyInt, keyInt, keyString, keyBool)
	switch g.n(10) {
	case 0, 1:
		return "RETURN " + key + " AS c0, count(*) AS c1"
	case 2:
		return "RETURN " + key + " AS c0, " + g.calls(of)
	case 3:
		return "RETURN " + key + " AS c0, " + of + "." + g.one(keyString, keyBool) + " AS c1, count(" + x + ") AS c2"
	case 4:
		return "RETURN count(*) AS c0, count(" + x + ") AS c1, count(DISTINCT " + key + ") AS c2"
	case 5:
		return "RETURN DISTINCT " + key + " AS c0"
	case 6:
		return "RETURN " + key + " AS c0 ORDER BY c0" + g.one("", " DESC") + " LIMIT " + strconv.Itoa(g.n(20))
	}
	return "RETURN " + g.calls(of)
}

// calls writes some aggregates of numbers.
func (g *generator) calls(of string) string {
	var all []string
	for i := range 1 + g.n(3) {
		key := g.one(keyInt, keyInt, keyInt, keyFloat)
		f := g.one("min(", "max(", "avg(", "sum(", "count(", "min(", "max(")
		all = append(all, f+of+"."+key+") AS a"+strconv.Itoa(i))
	}
	return join(all)
}

// Change makes a statement that changes nodes of a wide graph, in the same way in whatever
// order they come.
func Change(r *rand.Rand) Query {
	g := &generator{r: r}
	where := " WHERE " + g.test("n") + " AND n." + keyInt + " % " + strconv.Itoa(1+g.n(9)) + " = 0"
	some := "MATCH (n" + g.one("", ":A", ":B") + ")" + where + " "
	other := "n." + g.one(keyString, keyMixed, keyFloat) // integers stay integers, which % needs
	switch g.n(9) {
	case 0, 1:
		return Query{some + "SET n." + keyInt + " = n." + keyInt + " + " + g.one("1", "-1", "20", "1000", "100000"), true}
	case 2:
		return Query{some + "SET " + other + " = " + g.one(g.near(), "1.5", "'a'", "true", "null", "[1]"), true}
	case 3:
		return Query{some + "REMOVE " + g.one("n."+keyInt, other), true}
	case 4:
		return Query{some + g.one("SET n:A", "SET n:B:C", "REMOVE n:A", "REMOVE n:B"), true}
	case 5:
		return Query{some + "DETACH DELETE n", true}
	case 6:
		return Query{"UNWIND range(1, " + strconv.Itoa(1+g.n(200)) + ") AS x CREATE (:" + g.label() + " {" + keyInt + ": x % " + strconv.Itoa(1+g.n(30)) + ", " + keyString + ": 'new'})", true}
	case 7:
		return Query{"MATCH (n:" + g.label() + ") WITH n.i AS i, count(*) AS c CREATE (:C {" + keyInt + ": c, " + keyMixed + ": i})", true}
	}
	return Query{some + "SET n += {" + keyInt + ": " + g.near() + ", " + keyBool + ": false}", true}
}
