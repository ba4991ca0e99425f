package query_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/query"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// longText is a text of nearly bytes bytes: before, parts with between them, and after.
func longText(bytes int, before, between, after string, part func(i int) string) string {
	var b strings.Builder
	b.WriteString(before)
	for i := 0; b.Len()+len(after)+64 < bytes; i++ {
		if i > 0 {
			b.WriteString(between)
		}
		b.WriteString(part(i))
	}
	b.WriteString(after)
	return b.String()
}

// longTexts take long to understand, each in another way.
func longTexts(textMax int) map[string]string {
	numbered := func(format string) func(int) string {
		return func(i int) string { return fmt.Sprintf(format, i) }
	}
	same := func(text string) func(int) string { return func(int) string { return text } }
	nodes := longText(textMax/2, "MATCH ", ",", "", numbered("(a%d)"))
	items := longText(textMax/2, "MATCH (n) WITH ", ",", "", numbered("n.p%d AS a%[1]d"))
	return map[string]string{
		"with star":       longText(textMax, nodes, "", " RETURN 1", same(" WITH *")),
		"with star items": longText(textMax, items, "", " RETURN 1", same(" WITH *")),
		"comprehensions":  longText(textMax, nodes+" RETURN ", ",", "", numbered("[x IN [1] | x] AS b%d")),
		"counts":          longText(textMax, nodes+" RETURN ", ",", "", numbered("COUNT {(a%d)-->()} AS b%[1]d")),
		"outer":           longText(textMax, nodes+" RETURN COUNT { MATCH ", ",", "} AS c", numbered("(a%d)--()")),
		"items":           longText(textMax, "RETURN ", ",", "", numbered("%d AS a%[1]d")),
		"list":            longText(textMax, "RETURN [", ",", "] AS l", same("1")),
		"map":             longText(textMax, "RETURN {", ",", "} AS m", numbered("k%d:1")),
		"unions":          longText(textMax, "RETURN 1 AS x", "", "", same(" UNION RETURN 1 AS x")),
		"case":            longText(textMax, "RETURN CASE 1", "", " END AS c", numbered(" WHEN %d THEN 1")),
		"labels":          longText(50_000, "MATCH (n", "", ") RETURN n", numbered(":L%d")),
		"sets":            longText(textMax, "MATCH (n) SET ", ",", "", numbered("n.p%d=1")),
		"matches":         longText(textMax, "", "", " RETURN 1", numbered("MATCH (a%d) ")),
		"joined":          longText(textMax, "MATCH (a0) ", "", " RETURN 1", func(i int) string { return fmt.Sprintf("MATCH (a%d)--(a%d) ", i, i+1) }),
		"creates":         longText(textMax, "CREATE ", ",", "", numbered("(a%d:A{p:1})")),
		"withs":           longText(textMax, "WITH 1 AS a", "", " RETURN a", same(" WITH a AS a")),
		"calls":           longText(textMax, "WITH 1 AS a", "", " RETURN a", numbered(" CALL {WITH a RETURN a AS b%d}")),
		"groups":          longText(textMax, "MATCH (n) RETURN ", ",", ",count(*)", numbered("n.p%d")),
		"order":           longText(textMax, longText(textMax/3, "MATCH (n) WITH ", ",", "", numbered("n.p%d AS a%[1]d"))+" RETURN * ORDER BY ", ",", "", numbered("a%d+1")),
		"distinct order":  longText(textMax, "MATCH (n) RETURN DISTINCT n ORDER BY ", ",", "", numbered("n.p%d")),
		"predicates":      longText(textMax, longText(textMax/4, "MATCH ", ",", "", numbered("(a%d)"))+" WHERE ", " AND ", " RETURN 1", numbered("a%d.x=1")),
		"unwinds":         longText(textMax, "", "", " RETURN 1", numbered("UNWIND [1] AS a%d ")),
		"foreach":         longText(textMax, "MATCH (n) ", "", "", same("FOREACH(x IN [1]|SET n.p=x) ")),
		"merges":          longText(textMax, "", "", "", numbered("MERGE (a%d:A{p:1}) ")),
		"strings":         longText(textMax, "RETURN [", ",", "] AS l", same("toUpper('ab')")),
		"parameters":      longText(textMax, "RETURN [", ",", "] AS l", numbered("$p%d")),
		"paths":           longText(textMax, "", " ", " RETURN 1", numbered("MATCH p%d=(a)-->()")),
		"quantified":      longText(textMax, "MATCH ", ",", " RETURN 1", numbered("((x%d)-->(y%[1]d))+")),
		"exists":          longText(textMax, "MATCH (a) WHERE a.x IN [", ",", "] RETURN 1", same("EXISTS{(a)-->(b)}")),
	}
}

// TestLong holds that what takes long to understand ends with the time limit, wherever that
// time is spent. What it takes is seconds at most, on a machine that does other things too.
func TestLong(t *testing.T) {
	t.Parallel()
	e := open(t, nil)
	bytes, limit := 1<<20, 500*time.Millisecond
	if testing.Short() {
		bytes, limit = 1<<17, 20*time.Millisecond
	}
	for name, text := range longTexts(bytes) {
		s := e.NewSession(query.SessionOptions{ID: "a"})
		began := time.Now()
		_, err := s.Run(t.Context(), "EXPLAIN "+text, value.Null, query.TxOptions{Timeout: limit})
		took := time.Since(began)
		if f := failure.Of(err); err != nil && f == nil {
			t.Errorf("%s: %v", name, err)
		}
		if took > limit+8*time.Second {
			t.Errorf("%s: it took %s: %v", name, took, err)
		}
		s.Close()
	}
}

// TestStars holds that a short text cannot stand for columns without end.
func TestStars(t *testing.T) {
	t.Parallel()
	e := open(t, nil)
	s := e.NewSession(query.SessionOptions{ID: "a"})
	defer s.Close()
	text := longText(8000, "MATCH ", ",", "", func(i int) string { return fmt.Sprintf("(a%d)", i) }) + strings.Repeat(" WITH *", 1000) + " RETURN 1"
	_, err := s.Run(t.Context(), text, value.Null, query.TxOptions{})
	if f := failure.Of(err); f == nil || f.Detail != "TooManyColumns" {
		t.Error(err)
	}
}
