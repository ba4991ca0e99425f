package expr_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/function"
	"memgraphd/internal/query/parser"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
)

// fixture evaluates expressions over columns.
type fixture struct {
	world   *world
	names   []string
	columns []batch.Vector
	rows    int
	head    int // bytes of text before the expression
}

func newFixture() *fixture { return &fixture{world: testWorld(), rows: 1} }

func (f *fixture) context() *expr.Context {
	c := &expr.Context{Params: f.world.parameters()}
	c.Graph = f.world
	c.Now = time.UnixMicro(1_700_000_000_000_001)
	c.Began = time.Unix(1_600_000_000, 0)
	c.Clock = func() time.Time { return time.Unix(1_800_000_000, 0) }
	c.Rand = rand.New(rand.NewPCG(1, 2))
	c.User = "ann"
	c.Budget = memory.New("query", 16<<20)
	return c
}

// set makes name a column of the elements of a list.
func (f *fixture) set(name string, list value.Value) {
	var v batch.Vector
	v.Reset(batch.Values, 0)
	v.Values = append(v.Values, list.AsList()...)
	v.Narrow(nil)
	f.names = append(f.names, name)
	f.columns = append(f.columns, v)
	f.rows = v.Len()
}

// compile makes an evaluator of text, in which the columns of f are variables.
func (f *fixture) compile(text string) (expr.Evaluator, error) {
	var head string
	if len(f.names) > 0 {
		var items []string
		for _, n := range f.names {
			items = append(items, "$x AS "+n)
		}
		head = "WITH " + strings.Join(items, ", ") + " "
	}
	head += "RETURN "
	f.head = len(head)
	statement, err := parser.Parse(head+text+" AS result", parser.Options{})
	if err != nil {
		return nil, shift(err, len(head))
	}
	query := statement.(*ast.Query)
	info, err := sema.Analyze(query, sema.Options{Functions: function.Signatures})
	if err != nil {
		return nil, shift(err, len(head))
	}
	clauses := query.Parts[0].Clauses
	slots := make(map[*sema.Symbol]int)
	if len(clauses) == 2 {
		for i, item := range info.Projections[clauses[0].(*ast.Projection)].Items {
			slots[item.Symbol] = i
		}
	}
	e, err := expr.Compile(clauses[len(clauses)-1].(*ast.Projection).Items[0].Expr, &expr.Env{
		Info:       info,
		SymbolSlot: func(s *sema.Symbol) (int, bool) { i, ok := slots[s]; return i, ok },
		Names:      f.world,
	})
	return e, shift(err, len(head))
}

func shift(err error, by int) error {
	if e := failure.Of(err); e != nil && e.Placed {
		e.Span.Start -= int32(by)
		e.Span.End -= int32(by)
	}
	return err
}

// eval computes e for the rows in sel, nil for all.
func (f *fixture) eval(c *expr.Context, e expr.Evaluator, sel []uint16) ([]value.Value, error) {
	in := &batch.Batch{Len: f.rows, Sel: sel, Columns: f.columns}
	var out batch.Vector
	if err := e.Eval(c, in, &out); err != nil {
		return nil, shift(err, f.head)
	}
	c.Recycle()
	var xs []value.Value
	for i := range in.Rows() {
		xs = append(xs, out.Value(in.Row(i)))
	}
	return xs, nil
}

// check computes e in several ways, which must agree, and returns the result of all rows.
func (f *fixture) check(tb testing.TB, text string, e expr.Evaluator, random *rand.Rand) ([]value.Value, error) {
	tb.Helper()
	c := f.context()
	all, err := f.eval(c, e, nil)
	var each []value.Value
	var rowErr error
	for r := range f.rows {
		x, one := f.eval(c, e, []uint16{uint16(r)})
		if one != nil {
			rowErr = one
			continue
		}
		each = append(each, x[0])
	}
	if (err != nil) != (rowErr != nil) {
		tb.Fatalf("%s: all rows at once: %v, row by row: %v", text, err, rowErr)
	}
	if err != nil || strings.Contains(text, "counter(") {
		return all, err
	}
	same(tb, text, all, each)
	return all, f.checkSelection(tb, c, text, e, all, random)
}

// checkSelection computes e for some rows, as a column and as a filter.
func (f *fixture) checkSelection(tb testing.TB, c *expr.Context, text string, e expr.Evaluator, all []value.Value, random *rand.Rand) error {
	tb.Helper()
	sel := []uint16{}
	var want []value.Value
	for r := range f.rows {
		if random.IntN(2) == 0 {
			sel = append(sel, uint16(r))
			want = append(want, all[r])
		}
	}
	some, err := f.eval(c, e, sel)
	if err != nil {
		tb.Fatalf("%s: a selection fails: %v", text, err)
	}
	same(tb, text, some, want)
	var kept []uint16
	for i, x := range want {
		if !x.IsNull() && x.Kind() != value.KindBool {
			return nil
		}
		if x.IsTrue() {
			kept = append(kept, sel[i])
		}
	}
	got, err := expr.Filter(c, e, &batch.Batch{Len: f.rows, Sel: sel, Columns: f.columns}, nil)
	if err != nil || !slices.Equal(got, kept) {
		tb.Fatalf("%s: the filter keeps %v, not %v (%v)", text, got, kept, err)
	}
	return nil
}

func same(tb testing.TB, text string, got, want []value.Value) {
	tb.Helper()
	if len(got) != len(want) {
		tb.Fatalf("%s: %d rows, not %d", text, len(got), len(want))
	}
	for i := range got {
		if show(got[i]) != show(want[i]) {
			tb.Fatalf("%s: row %d gives %s in one way and %s in another", text, i, show(got[i]), show(want[i]))
		}
	}
}

// show renders a value as text.
func show(x value.Value) string {
	switch x.Kind() {
	case value.KindNull:
		return "null"
	case value.KindString:
		return "'" + x.AsString() + "'"
	case value.KindBytes:
		return fmt.Sprintf("bytes %x", x.AsBytes())
	case value.KindList:
		var parts []string
		for _, y := range x.AsList() {
			parts = append(parts, show(y))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case value.KindMap:
		var parts []string
		for _, e := range x.AsMap() {
			parts = append(parts, e.Key+": "+show(e.Value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case value.KindNode:
		return fmt.Sprintf("(%d)", x.AsNode())
	case value.KindEdge:
		return fmt.Sprintf("[%d]", x.AsEdge().ID)
	case value.KindPath:
		return fmt.Sprintf("path of %d", len(x.AsPath().Edges))
	case value.KindBool, value.KindInt, value.KindFloat, value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime,
		value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum, value.KindVirtualNode, value.KindVirtualEdge:
	}
	text, _ := function.Text(x)
	return text
}

func showError(err error) string {
	e := failure.Of(err)
	if e == nil {
		return "error " + err.Error()
	}
	if e.Detail == "MemoryLimitExceeded" {
		return e.Detail
	}
	if e.Phase == failure.CompileTime { // whose wording is not ours
		return fmt.Sprintf("%s at %s, %s", e.Type, e.Phase, e.Detail)
	}
	return fmt.Sprintf("%s at %s, %s (%d to %d): %s", e.Type, e.Phase, e.Detail, e.Span.Start, e.Span.End, e.Message)
}
