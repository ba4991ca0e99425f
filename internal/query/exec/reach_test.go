package exec

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestReach compares distinct ends of trails with those of all trails.
func TestReach(t *testing.T) { agreesWithMatches(t, rand.New(rand.NewPCG(3, 5)), distinctEnds) }

// distinctEnds draws a query for distinct ends of trails.
func distinctEnds(rnd *rand.Rand) string {
	var b strings.Builder
	direction := rnd.IntN(4) // of all relationships, or any
	rel := func(length string) string {
		types := []string{"", ":A", ":B", ":A|B"}[rnd.IntN(4)]
		if types+length != "" {
			types = "[" + types + length + "]"
		}
		d := direction
		if d == 3 {
			d = rnd.IntN(3)
		}
		return []string{"-" + types + "->", "<-" + types + "-", "-" + types + "-"}[d]
	}
	label := func() string { return []string{"", "", ":L", ":M"}[rnd.IntN(4)] }
	b.WriteString("MATCH (s:N)")
	if rnd.IntN(3) == 0 {
		low := rnd.IntN(4)
		b.WriteString(rel(fmt.Sprintf("*%d..%d", low, max(2, low)+rnd.IntN(3))))
	} else {
		for i := range 1 + rnd.IntN(4) {
			if i > 0 && rnd.IntN(6) == 0 {
				fmt.Fprintf(&b, "(m%d) MATCH (m%d)", i, i)
			} else if i > 0 {
				fmt.Fprintf(&b, "(%s)", label())
			}
			b.WriteString(rel(""))
		}
	}
	fmt.Fprintf(&b, "(n%s)", label())
	if rnd.IntN(2) == 0 {
		fmt.Fprintf(&b, " WHERE s.id = %d", rnd.IntN(9))
	}
	b.WriteString([]string{
		" RETURN DISTINCT s.id, n.id ORDER BY s.id, n.id",
		" RETURN DISTINCT n.id AS x ORDER BY x",
		" RETURN count(DISTINCT n), min(n.id), max(s.id)",
		" WITH DISTINCT n RETURN count(*), sum(n.id)",
		" RETURN s.id % 3 AS g, collect(DISTINCT n.id % 4)[0] IS NULL, count(DISTINCT n) ORDER BY g",
	}[rnd.IntN(5)])
	return b.String()
}
