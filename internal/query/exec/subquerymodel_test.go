package exec

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestSubqueryLaws asks for the matches of random patterns at each node of random graphs
// with and without subqueries: however it is asked, the answer is the same.
func TestSubqueryLaws(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := drawGraph(rt)
		clause := drawClause(rt, "r", []string{"a", "b", "c"})
		addConds(rt, &clause, append(nodeNames([]modelClause{clause}), "a"))
		inner := clause.String()
		list := []string{"id(a)"}
		for _, n := range nodeNames([]modelClause{clause}) {
			list = append(list, "id("+n+")")
		}
		ids := "[" + strings.Join(list, ", ") + "]"
		for _, size := range []int{1024, 2, 1} {
			d := newDatabase(t)
			d.size = size
			if size == 2 {
				d.workers = NewWorkers(WorkerOptions{Count: 3, Morsel: 2})
			}
			g.load(rt, d.store)
			for _, law := range subqueryLaws {
				want := answers(rt, d, law.plain, inner, ids)
				for _, text := range law.asked {
					if got := answers(rt, d, text, inner, ids); got != want {
						rt.Fatalf("size %d: %s\ngives\n%s\n%s\ngives\n%s", size, fillIn(law.plain, inner, ids), want, fillIn(text, inner, ids), got)
					}
				}
			}
		}
	})
}

// subqueryLaws are statements that give the same rows. INNER stands for MATCH … WHERE …, IDS
// for a list of what its nodes are.
var subqueryLaws = []struct {
	plain string
	asked []string
}{
	{
		"MATCH (a) INNER WITH a, count(*) AS c RETURN id(a) AS i, c",
		[]string{
			"MATCH (a) WITH a, COUNT { INNER } AS c WHERE c > 0 RETURN id(a) AS i, c",
			"MATCH (a) WHERE EXISTS { INNER } RETURN id(a) AS i, COUNT { INNER } AS c",
			"MATCH (a) WITH a, size(COLLECT { INNER RETURN 1 }) AS c WHERE c <> 0 RETURN id(a) AS i, c",
			"MATCH (a) CALL (a) { INNER RETURN count(*) AS c } WITH a, c WHERE c > 0 RETURN id(a) AS i, c",
			"MATCH (a) CALL { WITH a INNER RETURN count(*) AS c } WITH a, c WHERE c > 0 RETURN id(a) AS i, c",
			"MATCH (a) CALL (a) { INNER RETURN 1 AS one } RETURN id(a) AS i, count(one) AS c",
			"MATCH (a) OPTIONAL CALL (a) { INNER RETURN 1 AS one } WITH a, count(one) AS c WHERE c > 0 RETURN id(a) AS i, c",
			"MATCH (a) CALL (*) { INNER WITH 1 AS one ORDER BY one RETURN sum(one) AS c } WITH a, c WHERE c > 0 RETURN id(a) AS i, c",
			"MATCH (a) WITH collect(a) AS all UNWIND [a IN all WHERE EXISTS { INNER } | [id(a), COUNT { INNER }]] AS p RETURN p[0] AS i, p[1] AS c",
			"MATCH (a) WHERE EXISTS { INNER RETURN 1 AS x UNION INNER RETURN 1 AS x } RETURN id(a) AS i, COUNT { INNER RETURN 1 AS x UNION ALL INNER RETURN 1 AS x } / 2 AS c",
			"MATCH (a) CALL (a) { INNER RETURN 1 AS x UNION ALL INNER RETURN 2 AS x } WITH a, count(*) AS c RETURN id(a) AS i, c / 2 AS c",
			"MATCH (a) WITH a, CASE WHEN EXISTS { INNER } THEN COUNT { INNER } END AS c WHERE c IS NOT NULL RETURN id(a) AS i, c",
			"MATCH (a) WITH a, reduce(s = 0, l IN COLLECT { INNER RETURN IDS } | s + 1) AS c WHERE NOT c = 0 RETURN id(a) AS i, c",
		},
	},
	{
		"MATCH (a) INNER RETURN IDS AS l",
		[]string{
			"MATCH (a) CALL (a) { INNER RETURN IDS AS l } RETURN l",
			"MATCH (a) CALL { WITH a INNER RETURN IDS AS l } RETURN l",
			"MATCH (a) CALL (a) { INNER RETURN IDS AS l ORDER BY l } RETURN l",
			"MATCH (a) UNWIND COLLECT { INNER RETURN IDS } AS l RETURN l",
			"MATCH (a) OPTIONAL CALL (a) { INNER RETURN IDS AS l } WITH l WHERE l IS NOT NULL RETURN l",
			"MATCH (a) OPTIONAL CALL (a) { INNER WITH IDS AS k RETURN k AS l SKIP 0 } WITH l WHERE l IS NOT NULL RETURN l",
			"MATCH (a) CALL (a) { CALL (a) { INNER RETURN IDS AS k } WITH k, a.v AS v RETURN k AS l } RETURN l",
		},
	},
	{
		"MATCH (a) INNER WITH DISTINCT a RETURN id(a) AS i",
		[]string{
			"MATCH (a) WHERE EXISTS { INNER } RETURN id(a) AS i",
			"MATCH (a) WHERE NOT NOT EXISTS { INNER } RETURN id(a) AS i",
			"MATCH (a) WITH a, EXISTS { INNER } AS e WHERE e RETURN id(a) AS i",
			"MATCH (a) WHERE COUNT { INNER RETURN 1 AS x LIMIT 1 } = 1 RETURN id(a) AS i",
			"MATCH (a) WHERE EXISTS { INNER WITH a, count(*) AS c WHERE c > 0 RETURN c } RETURN id(a) AS i",
			"MATCH (a) WHERE EXISTS { MATCH (k) WHERE k = a AND EXISTS { INNER } } RETURN id(a) AS i",
			"MATCH (a) WHERE id(a) IN COLLECT { INNER RETURN id(a) } RETURN id(a) AS i",
			"MATCH (a) CALL (a) { INNER RETURN 1 AS x LIMIT 1 } RETURN id(a) AS i",
			"MATCH (a) CALL (a) { INNER RETURN DISTINCT a AS same } RETURN id(same) AS i",
			"MATCH (a) WITH a ORDER BY COUNT { INNER } DESC WHERE EXISTS { INNER } RETURN id(a) AS i",
		},
	},
}

func fillIn(text, inner, ids string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "INNER", inner), "IDS", ids)
}

// answers runs a statement and returns its rows in order.
func answers(rt *rapid.T, d *database, text, inner, ids string) string {
	rt.Helper()
	text = fillIn(text, inner, ids)
	out, err := d.query(rt.Context(), text)
	if err != nil {
		rt.Fatalf("%s: %v", text, err)
	}
	lines := make([]string, 0, len(out.rows))
	for _, row := range out.rows {
		lines = append(lines, strings.Join(row, " | "))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
