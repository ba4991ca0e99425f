package exec

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestCounting compares counts with what the same pattern counts where every match is made.
func TestCounting(t *testing.T) { agreesWithMatches(t, rand.New(rand.NewPCG(7, 9)), countedPattern) }

// agreesWithMatches compares the answers to random queries with those under a limit of hops
// that is never reached: there every match is enumerated, relationship by relationship.
func agreesWithMatches(t *testing.T, rnd *rand.Rand, draw func(*rand.Rand) string) {
	t.Helper()
	rounds := 250
	if testing.Short() || raceDetector {
		rounds = 60
	}
	for i, size := range []int{1, 3, 64, 1024} {
		d := newDatabase(t)
		d.size = size
		d.bits, d.asked = []int{0, -1}[i%2], []int{1, 0, 2, 1}[i]
		randomPairs(t, d, rnd)
		for range rounds {
			text := draw(rnd)
			fast, err := d.query(t.Context(), text)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			slow, err := d.query(t.Context(), "USING HOPS LIMIT 1000000000 "+text)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if got, want := fmt.Sprint(fast.rows), fmt.Sprint(slow.rows); got != want {
				_, p, _ := d.prepare(text)
				t.Fatalf("%s\n got %s\nwant %s\n%s", text, got, want, strings.Join(p.Tree().Lines(), "\n"))
			}
		}
	}
}

// randomPairs makes a small graph with parallel relationships and some from a node to itself.
func randomPairs(tb testing.TB, d *database, rnd *rand.Rand) {
	tb.Helper()
	const nodes = 9
	for i := range nodes {
		d.must(tb, fmt.Sprintf("CREATE (:N%s {id: %d})", []string{"", ":L", ":M", ":L:M"}[rnd.IntN(4)], i))
	}
	for range 26 {
		d.must(tb, fmt.Sprintf("MATCH (a:N {id: %d}), (b:N {id: %d}) CREATE (a)-[:%s]->(b)",
			rnd.IntN(nodes), rnd.IntN(nodes), []string{"A", "B"}[rnd.IntN(2)]))
	}
}

// countedPattern draws a query that counts.
func countedPattern(rnd *rand.Rand) string {
	var b strings.Builder
	names := "abcde"
	used := 1
	pick := func() string { return names[rnd.IntN(used):][:1] }
	node := func() string {
		if used < len(names) && rnd.IntN(4) > 0 {
			used++
			return names[used-1 : used]
		}
		return pick()
	}
	rel := func() string {
		types := []string{"", "[:A]", "[:B]", "[:A|B]", "[:A]"}[rnd.IntN(5)]
		return []string{"-" + types + "->", "<-" + types + "-", "-" + types + "-"}[rnd.IntN(3)]
	}
	label := func() string { return []string{"", "", ":L", ":M"}[rnd.IntN(4)] }
	for clause := range 1 + rnd.IntN(3) {
		optional := clause > 0 && rnd.IntN(3) == 0
		if optional {
			b.WriteString("OPTIONAL ")
		}
		b.WriteString("MATCH ")
		for part := range 1 + rnd.IntN(2) {
			if part > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "(%s%s)", pick(), label())
			for range 1 + rnd.IntN(2) {
				fmt.Fprintf(&b, "%s(%s%s)", rel(), node(), label())
			}
		}
		for i := range rnd.IntN(3) {
			b.WriteString([]string{" WHERE ", " AND "}[min(i, 1)])
			switch x, y := pick(), pick(); rnd.IntN(4) {
			case 0, 1:
				fmt.Fprintf(&b, "%s <> %s", x, y)
			case 2:
				fmt.Fprintf(&b, "NOT (%s)%s(%s)", x, rel(), y)
			case 3:
				fmt.Fprintf(&b, "(%s)%s(%s)", x, rel(), y)
			}
		}
		b.WriteByte(' ')
	}
	switch rnd.IntN(4) {
	case 0:
		fmt.Fprintf(&b, "WITH %s.id AS x, count(*) AS n RETURN x, n ORDER BY x", pick())
	case 1:
		fmt.Fprintf(&b, "RETURN count(%s) AS n", pick())
	default:
		b.WriteString("RETURN count(*) AS n")
	}
	return b.String()
}
