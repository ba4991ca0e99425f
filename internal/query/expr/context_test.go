package expr_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
)

// TestEvaluatorsAreShared runs one evaluator in several contexts at the same time.
func TestEvaluatorsAreShared(t *testing.T) {
	f := newFixture()
	f.set("i", evalOne(t, "[1, 2, 3, null, 5]"))
	e, err := f.compile("[x IN [1, 2, i] WHERE x IN [1, 2, 3, 4, 5, 6, 7, 8, 9] | toString(x) =~ ('[' + i + ']')]")
	if err != nil {
		t.Fatal(err)
	}
	want, err := f.eval(f.context(), e, nil)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			c := f.context()
			for range 50 {
				got, err := f.eval(c, e, nil)
				if err != nil || show(value.List(got)) != show(value.List(want)) {
					t.Errorf("got %s (%v)", show(value.List(got)), err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// TestFinishLeavesNothingReserved runs expressions that reserve memory, some of which fail.
func TestFinishLeavesNothingReserved(t *testing.T) {
	f := newFixture()
	c := f.context()
	c.Budget = memory.New("query", 8<<20)
	for _, text := range []string{
		"[x IN range(1, 10000) | [y IN range(1, 3) | x + y]]",
		"reduce(a = [], x IN range(1, 2000) | a + x)",
		"any(x IN range(1, 100000) WHERE any(y IN [x] WHERE y = 99999))",
		"range(1, 10000000)",
		"reduce(a = [1], x IN range(1, 60) | a + a)",
		"[x IN range(1, 20000) | range(1, 100)]",
	} {
		e, err := f.compile(text)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.eval(c, e, nil)
		if e := failure.Of(err); err != nil && (e == nil || e.Detail != "MemoryLimitExceeded") {
			t.Fatalf("%s: %v", text, err)
		}
		if c.Budget.Peak() > 8<<20 {
			t.Fatalf("%s: %d bytes were reserved", text, c.Budget.Peak())
		}
		c.Finish()
		if c.Budget.Used() != 0 {
			t.Fatalf("%s: %d bytes stay reserved", text, c.Budget.Used())
		}
	}
}

// TestCountersBelongToAStatement checks that Finish forgets them.
func TestCountersBelongToAStatement(t *testing.T) {
	f := newFixture()
	e, err := f.compile("counter('c', 10, 5)")
	if err != nil {
		t.Fatal(err)
	}
	c := f.context()
	for _, want := range []string{"10", "15", "finish", "10"} {
		if want == "finish" {
			c.Finish()
			continue
		}
		if got, err := f.eval(c, e, nil); err != nil || show(got[0]) != want {
			t.Fatalf("got %s (%v), want %s", show(got[0]), err, want)
		}
	}
}

func TestInterrupted(t *testing.T) {
	stop := errors.New("stop")
	for _, text := range []string{
		"reduce(a = 0, x IN range(1, 100000) | a + 1)",
		"[x IN range(1, 100000) | x]",
		"all(x IN range(1, 100000) WHERE true)",
		"range(1, 100000)",
	} {
		f := newFixture()
		e, err := f.compile(text)
		if err != nil {
			t.Fatal(err)
		}
		c := f.context()
		asked := 0
		c.Interrupted = func() error {
			if asked++; asked > 3 {
				return stop
			}
			return nil
		}
		if _, err := f.eval(c, e, nil); !errors.Is(err, stop) || asked > 10 {
			t.Errorf("%s: %v after %d looks", text, err, asked)
		}
	}
}

// pairs is a subquery whose value is twice that of its outer variable.
type pairs struct{}

func (pairs) Run(_ *expr.Context, in *batch.Batch, outer []int, out *batch.Vector) error {
	out.Reset(batch.Values, in.Len)
	for i := range in.Rows() {
		row := in.Row(i)
		n := in.Columns[outer[0]].Value(row)
		if n.IsNull() {
			return failure.Argument("InvalidArgumentValue", "null")
		}
		out.Values[row] = value.Int(2 * n.AsInt())
	}
	return nil
}

func TestSubqueries(t *testing.T) {
	n := &sema.Symbol{Name: "n"}
	exists, list := &ast.Subquery{Kind: ast.Count}, &ast.PatternComprehension{}
	exists.At.End = 5
	env := &expr.Env{
		Info:       &sema.Info{Outer: map[ast.Expr][]*sema.Symbol{exists: {n}, list: {n}}},
		SymbolSlot: func(s *sema.Symbol) (int, bool) { return 0, s == n },
		Subqueries: func(ast.Expr) (expr.Subplan, error) { return pairs{}, nil },
	}
	f := newFixture()
	f.set("n", evalOne(t, "[0, 1, 3]"))
	for e, want := range map[ast.Expr]string{exists: "[0, 2, 6]", list: "[0, 2, 6]"} {
		compiled, err := expr.Compile(e, env)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.eval(f.context(), compiled, nil)
		if err != nil || show(value.List(got)) != want {
			t.Errorf("got %s (%v), want %s", show(value.List(got)), err, want)
		}
	}
	compiled, err := expr.Compile(exists, env)
	if err != nil {
		t.Fatal(err)
	}
	f = newFixture()
	f.set("n", evalOne(t, "[null]"))
	_, err = f.eval(f.context(), compiled, nil)
	if e := failure.Of(err); e == nil || !e.Placed || e.Span.End != 5 {
		t.Errorf("got %v, want an error with its place", err)
	}
	if _, err := expr.Compile(exists, &expr.Env{}); failure.Of(err) == nil {
		t.Errorf("a subquery without a plan: %v", err)
	}
}

func TestColumnsAreViewed(t *testing.T) {
	f := newFixture()
	f.set("i", evalOne(t, "[1, 2, 3]"))
	e, err := f.compile("i")
	if err != nil {
		t.Fatal(err)
	}
	in := &batch.Batch{Len: 3, Columns: f.columns}
	var scratch batch.Vector
	v, err := expr.View(f.context(), e, in, &scratch)
	if err != nil || v != &f.columns[0] {
		t.Errorf("a column was copied (%v)", err)
	}
	if e, err = f.compile("i + 1"); err != nil {
		t.Fatal(err)
	}
	if v, err = expr.View(f.context(), e, in, &scratch); err != nil || v != &scratch || v.Ints[2] != 4 {
		t.Errorf("view %v (%v)", v, err)
	}
	if e, err = newFixture().compile("1 + 2"); err != nil {
		t.Fatal(err)
	}
	if x, err := expr.Const(f.context(), e); err != nil || x.AsInt() != 3 {
		t.Errorf("constant %s (%v)", show(x), err)
	}
}

// TestDeepExpressions stays within the bound on nesting and on memory.
func TestDeepExpressions(t *testing.T) {
	deep := strings.Repeat("[x IN ", 100) + "[1]" + strings.Repeat(" | x]", 100)
	f := newFixture()
	e, err := f.compile(deep)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := f.eval(f.context(), e, nil); err != nil || show(got[0]) != "[1]" {
		t.Fatalf("got %s (%v)", show(got[0]), err)
	}
	var tree ast.Expr = &ast.Literal{Value: value.True}
	for range 5000 {
		tree = &ast.Unary{Op: "NOT", X: tree}
	}
	if _, err := expr.Compile(tree, &expr.Env{}); failure.Of(err) == nil || failure.Of(err).Detail != "NestedTooDeep" {
		t.Fatalf("got %v", err)
	}
}
