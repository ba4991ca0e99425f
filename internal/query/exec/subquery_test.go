package exec

import (
	"strings"
	"testing"
	"time"
)

// TestDeepSubqueries nests subqueries as deep as the parser lets them be; what they take
// grows no faster than their text does.
func TestDeepSubqueries(t *testing.T) {
	d := newDatabase(t)
	d.must(t, "CREATE (:A)-[:T]->(:A)")
	for _, c := range []struct{ name, open, inner, close, end string }{
		{"exists", "MATCH (a) WHERE EXISTS { ", "MATCH (b)", " RETURN a }", " RETURN a"},
		{"count", "MATCH (a) WHERE 0 < COUNT { MATCH (a)-->() ", "MATCH (b)", " RETURN 1 AS one }", " RETURN a"},
		{"collect", "UNWIND COLLECT { ", "MATCH (b) RETURN b", " } AS x RETURN x", ""},
		{"call", "CALL { ", "RETURN 1 AS x", " } WITH x AS y ORDER BY y RETURN y AS x", ""},
		{"call rows", "MATCH (a) CALL (a) { ", "RETURN 1 AS one", " } WITH max(one) AS x RETURN x AS one", ""},
		{"call writes", "CALL { ", "CREATE (:B)", " }", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			const depth = 60
			begun := time.Now()
			d.must(t, strings.Repeat(c.open, depth)+c.inner+strings.Repeat(c.close, depth)+c.end)
			if took := time.Since(begun); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}
