package tck

import (
	"context"
	"errors"
	"strings"
	"testing"

	"memgraphd/internal/query/failure"
)

// The tests of this file are about the judge itself: that it sees what is wrong.

func TestCells(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"null":                    "null",
		"-12":                     "-12",
		"1.0":                     "1.0",
		".5":                      "0.5",
		"1e9":                     "1e+09",
		"-0.0":                    "0.0",
		"NaN":                     "NaN",
		`'it\'s \\ \n'`:           `"it's \\ \\n"`,
		"[]":                      "[]",
		"[1, 'a', [true], null]":  `[1, "a", [true], null]`,
		"{b: 1, a: {c: 2}}":       "{a: {c: 2}, b: 1}",
		"()":                      "( {})",
		"(:B:A {x: 'y', a: 1})":   `(A:B {a: 1, x: "y"})`,
		"[:T {w: 0.5}]":           "[:T {w: 0.5}]",
		"<()>":                    "<( {})>",
		"<(:A)-[:T]->()<-[:T]-()": "",
		"<(:A)-[:T]->({x: 1})<-[:R {y: 2}]-(:B)>": "<(A {})-[:T {}]->( {x: 1})<-[:R {y: 2}]-(B {})>",
		"":         "",
		"1 2":      "",
		"'open":    "",
		"[1":       "",
		"(:A":      "",
		"<(a)-->>": "",
		"tru":      "",
	} {
		got := ""
		if v, err := parseCell(text); err == nil {
			got = (&result{}).text(v)
		}
		if got != want {
			t.Errorf("%s is read as %s, want %s", text, got, want)
		}
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	const (
		free    = ", in any order:"
		ordered = ", in order:"
		loose   = " (ignoring element order for lists):"
		both    = ", in order (ignoring element order for lists):"
	)
	for _, c := range []struct {
		how, want, got string // lines of cells, the first one the header
		same           bool
	}{
		{free, "a|b\n1|2", "a|b\n1|2", true},
		{free, "a|b\n1|2", "b|a\n1|2", false},
		{free, "a\n1", "A\n1", false},
		{free, "a", "a", true},
		{free, "a\n1\n2\n2", "a\n2\n1\n2", true},
		{free, "a\n1\n2\n2", "a\n2\n1\n1", false},
		{free, "a\n1\n2", "a\n1", false},
		{ordered, "a\n1\n2", "a\n1\n2", true},
		{ordered, "a\n1\n2", "a\n2\n1", false},
		{free, "a\n1", "a\n1.0", false},
		{free, "a\n1", "a\n'1'", false},
		{free, "a\nnull", "a\n'null'", false},
		{free, "a\n[1, 2]", "a\n[2, 1]", false},
		{loose, "a\n[1, [2, 3]]", "a\n[[3, 2], 1]", true},
		{loose, "a\n[1, 1, 2]", "a\n[1, 2, 2]", false},
		{loose, "a\n{k: [1, 2]}\n1", "a\n1\n{k: [2, 1]}", true},
		{both, "a\n[1, 2]\n[3]", "a\n[2, 1]\n[3]", true},
		{both, "a\n[1, 2]\n[3]", "a\n[3]\n[2, 1]", false},
		{free, "a\n(:A:B)", "a\n(:B:A)", true},
		{free, "a\n(:A)", "a\n(:A:B)", false},
		{free, "a\n(:A {x: 1})", "a\n(:A {x: 2})", false},
		{free, "a\n<()-[:T]->()>", "a\n<()<-[:T]-()>", false},
	} {
		want, err := newResult(c.how, cellsOf(c.want))
		if err != nil {
			t.Fatal(err)
		}
		given, err := newResult(ordered, cellsOf(c.got))
		if err != nil {
			t.Fatal(err)
		}
		if err = want.compare(&rows{given.columns, given.rows}); (err == nil) != c.same {
			t.Errorf("%q%s %q: %v", c.want, c.how, c.got, err)
		}
	}
	if err := (&result{}).compare(&rows{columns: []string{}}); err == nil {
		t.Error("a result without rows is taken for one without columns")
	}
}

func cellsOf(text string) [][]string {
	var out [][]string
	for line := range strings.SplitSeq(text, "\n") {
		out = append(out, strings.Split(line, "|"))
	}
	return out
}

// TestEffects changes a graph and looks at the differences: overwriting counts twice,
// writing the same not at all, and a label only when its first node comes or its last goes.
func TestEffects(t *testing.T) {
	t.Parallel()
	db := openEngine(t, nil, 0)
	defer db.close(t)
	for _, c := range []struct{ text, want string }{
		{"CREATE (:A {x: 1, y: 2})-[:T {z: 3}]->(:A:B)", "+labels 2, +nodes 2, +properties 3, +relationships 1"},
		{"MATCH (a {x: 1}) SET a.x = 2", "+properties 1, -properties 1"},
		{"MATCH (a {x: 2}) SET a.x = 2, a.none = null", "none"},
		{"CREATE (c:C {x: 1}) DELETE c", "none"},
		{"MATCH (b:B) REMOVE b:B SET b:A", "-labels 1"},
		{"MATCH (a {x: 2}) REMOVE a:A SET a:D", "+labels 1"},
		{"MATCH ()-[t:T]->() DELETE t", "-properties 1, -relationships 1"},
		{"MATCH (n) DELETE n CREATE (:A)", "+nodes 2, -labels 1, -nodes 2, -properties 2"},
	} {
		before, err := look(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = db.run(t.Context(), c.text, nil); err != nil {
			t.Fatal(err)
		}
		after, err := look(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		if got := effectText(difference(before, after)); got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
}

func TestRaised(t *testing.T) {
	t.Parallel()
	syntax := failure.Syntax("UndefinedVariable", "x")
	late := failure.RuntimeType("InvalidArgumentType", "x")
	liar := failure.New(failure.TypeError, failure.CompileTime, "InvalidArgumentType", "x")
	for _, c := range []struct {
		text           string
		err, explained error
		same           bool
	}{
		{"a SyntaxError should be raised at compile time: UndefinedVariable", syntax, syntax, true},
		{"a SyntaxError should be raised at any time: *", syntax, syntax, true},
		{"an Error should be raised at compile time: UndefinedVariable", syntax, syntax, true},
		{"a SyntaxError should be raised at compile time: VariableAlreadyBound", syntax, syntax, false},
		{"a TypeError should be raised at compile time: UndefinedVariable", syntax, syntax, false},
		{"a SyntaxError should be raised at runtime: UndefinedVariable", syntax, syntax, false},
		{"a SyntaxError should be raised at compile time: UndefinedVariable", syntax, nil, false},
		{"a SyntaxError should be raised at compile time: UndefinedVariable", syntax, late, false},
		{"a TypeError should be raised at runtime: InvalidArgumentType", late, nil, true},
		{"a TypeError should be raised at runtime: InvalidArgumentType", late, late, false},
		{"a TypeError should be raised at any time: InvalidArgumentType", liar, nil, false},
		{"a TypeError should be raised at runtime: InvalidArgumentType", nil, nil, false},
		{"a TypeError should be raised at any time: *", errors.New("the server is gone"), nil, false},
	} {
		r, err := newRaised(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if err = r.compare(&inProcess{}, c.err, c.explained); (err == nil) != c.same {
			t.Errorf("%s with %v, EXPLAIN %v: %v", c.text, c.err, c.explained, err)
		}
	}
	if _, err := newRaised("nothing should be raised at night: x"); err == nil {
		t.Error("an unknown step is taken")
	}
}

// TestMock reads the table of a procedure and calls it.
func TestMock(t *testing.T) {
	t.Parallel()
	m, err := newMock("my.proc(a :: STRING?, n :: FLOAT?) :: (out :: INTEGER?) :", cellsOf("a|n|out\n'x'|1.0|1\n'x'|1.0|2\nnull|2.5|3"))
	if err != nil {
		t.Fatal(err)
	}
	db := openEngine(t, []*mock{m}, 0)
	defer db.close(t)
	for text, want := range map[string]string{
		"CALL my.proc('x', 1)":         "1 2",
		"CALL my.proc(null, 2.5)":      "3",
		"CALL my.proc('y', 1)":         "",
		"CALL my.proc($a, $n)":         "1 2",
		"EXPLAIN CALL my.proc('x', 1)": `"* Produce {out}" "* CallProcedure my.proc {out}" "* Once"`,
	} {
		got, err := db.run(context.Background(), text, map[string]any{"a": "x", "n": 1.0})
		if err != nil {
			t.Fatal(err)
		}
		if have := strings.Join((&result{}).lines(got.rows), " "); have != want {
			t.Errorf("%s gives %s, want %s", text, have, want)
		}
	}
	for _, signature := range []string{"p() : ()", "p(a : INTEGER) :: ():", "p(a :: THING?) :: ():"} {
		if _, err := newMock(signature, nil); err == nil {
			t.Errorf("%s is taken for a signature", signature)
		}
	}
	if _, err := newMock("p(a :: INTEGER?) :: ():", cellsOf("b\n1")); err == nil {
		t.Error("a table with other columns is taken")
	}
}
