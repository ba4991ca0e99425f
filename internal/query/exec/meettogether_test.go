package exec

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"memgraphd/internal/query/plan"
)

// TestMeetTogether closes circles through a node that stays the same for many rows, and compares what is
// found with every match followed by itself.
func TestMeetTogether(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 4))
	for i, size := range []int{2, 5, 64, 1024} {
		d := newDatabase(t)
		d.size, d.asked = size, 1+i%2*2000
		randomHubs(t, d, rnd)
		met := 0
		for range 60 {
			text := hubPattern(rnd)
			tree := agreesWithLimit(t, d, text)
			if tree.Find("ExpandIntersect") != nil {
				met++
			}
		}
		if met < 20 {
			t.Errorf("%d of 60 plans have the operator", met)
		}
	}
}

// TestAsksOfFew counts ends of which it is asked whether they have a relationship with a node that has
// few, where the ends are few and where they are many.
func TestAsksOfFew(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for i, size := range []int{2, 64, 1024} {
		d := newDatabase(t)
		d.size, d.bits = size, []int{0, -1, 0}[i]
		randomHubs(t, d, rnd)
		for range 40 {
			arrow := func() string { return []string{"-[:A]->", "<-[:A]-", "-[:B]-", "-->", "--"}[rnd.IntN(5)] }
			agreesWithLimit(t, d, fmt.Sprintf("MATCH (a:N)%s(b)%s(c:L) WHERE a <> c AND %s(a)%s(c) RETURN count(*)",
				arrow(), arrow(), []string{"", "NOT "}[rnd.IntN(2)], arrow()))
		}
	}
}

// agreesWithLimit compares the answer to a query with that under a limit of hops that is never reached,
// and returns the plan.
func agreesWithLimit(t *testing.T, d *database, text string) *plan.Tree {
	t.Helper()
	fast, err := d.query(t.Context(), text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	slow, err := d.query(t.Context(), "USING HOPS LIMIT 1000000000 "+text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	_, p, err := d.prepare(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if got, want := fmt.Sprint(fast.rows), fmt.Sprint(slow.rows); got != want {
		t.Fatalf("%s\n got %s\nwant %s\n%s", text, got, want, strings.Join(p.Tree().Lines(), "\n"))
	}
	return p.Tree()
}

// randomHubs makes a graph of a few nodes with many relationships, some of them parallel.
func randomHubs(tb testing.TB, d *database, rnd *rand.Rand) {
	tb.Helper()
	const nodes, hubs = 40, 3
	for i := range nodes {
		label := []string{"", ":L", ":L", ":L"}[rnd.IntN(4)]
		if i < hubs {
			label += ":H"
		}
		d.must(tb, fmt.Sprintf("CREATE (:N%s {id: %d})", label, i))
	}
	connect := func(from, to int) {
		d.must(tb, fmt.Sprintf("MATCH (a:N {id: %d}), (b:N {id: %d}) CREATE (a)-[:%s {id: %d}]->(b)",
			from, to, []string{"A", "B"}[rnd.IntN(2)], rnd.IntN(1000)))
	}
	for range 90 {
		connect(rnd.IntN(hubs), rnd.IntN(nodes))
		connect(rnd.IntN(nodes), rnd.IntN(hubs))
		connect(rnd.IntN(nodes), rnd.IntN(nodes))
	}
}

// hubPattern draws a query with a circle through a hub.
func hubPattern(rnd *rand.Rand) string {
	rel := func(name string) string {
		types := []string{"", ":A", ":B", ":A"}[rnd.IntN(4)]
		return fmt.Sprintf([]string{"-[%s%s]->", "<-[%s%s]-", "-[%s%s]->", "-[%s%s]-"}[rnd.IntN(4)], name, types)
	}
	label := func() string { return []string{"", ":L"}[rnd.IntN(2)] }
	text := fmt.Sprintf("MATCH (h:H)%s(x%s)%s(y%s), (h)%s(y)", rel("p"), label(), rel("q"), label(), rel("r"))
	if rnd.IntN(3) == 0 {
		text = fmt.Sprintf("MATCH (h:H)%s(x%s)%s(z)%s(y%s), (h)%s(y)", rel("p"), label(), rel("s"), rel("q"), label(), rel("r"))
	}
	return text + []string{
		" RETURN count(*)", " RETURN count(*), sum(x.id * y.id)", " RETURN count(*), sum(q.id * startNode(q).id), sum(r.id * endNode(r).id * startNode(r).id), sum(endNode(q).id * y.id)",
	}[rnd.IntN(3)]
}
