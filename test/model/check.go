package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/parser"
	"memgraphd/internal/storage/value"
	"memgraphd/test/model/reference"
)

// Verdict is what came of checking one query.
type Verdict int

// The verdicts.
const (
	Right    Verdict = iota
	Rejected         // refused before it ran, for a reason that random queries give now and then
	Skipped          // more work than is worth it, or something that the reference does not know
	Wrong
)

// Finding is a verdict and, where it is Wrong, what is wrong.
type Finding struct {
	Verdict Verdict
	Kind    string // in a few words; shrinking keeps it
	Config  string
	Detail  string // the engine's error, for statistics
	Level   Level
	Want    *Outcome
	Got     *Outcome
}

func wrong(kind, config string, want, got *Outcome) Finding {
	return Finding{Verdict: Wrong, Kind: kind, Config: config, Want: want, Got: got}
}

// orders are the ways in which the reference is asked: what they agree on is certain.
func orders() []reference.Order {
	return []reference.Order{
		{},
		{Reverse: true},
		{Seed: 7, Eager: true, Early: true},
		{Seed: 11, Lazy: true},
	}
}

// steps is the work that the reference may do for one answer.
const steps = 150_000

// Check runs a query in every configuration and compares the answers with the reference.
func (w *World) Check(text string, params map[string]value.Value) Finding {
	tree, err := parser.Parse(text, parser.Options{})
	q, ok := tree.(*ast.Query)
	if err != nil || !ok {
		return w.refused(text, params, err)
	}
	want, err := w.expected(q, params, orders())
	if err != nil {
		return Finding{Verdict: Skipped, Detail: err.Error()}
	}
	x := exam{w: w, q: q, text: text, params: params, writes: updates(q), want: want, level: common(answered(want))}
	other := parameterized(text, params)
	right := Finding{Level: x.level, Want: want[0]}
	for _, e := range w.engines {
		for i, v := range e.variants(text, params, other) {
			v.first = e == w.engines[0] && i == 0
			f := x.ask(e, v)
			if f.Verdict != Right {
				return f
			}
			right.Got = f.Got
		}
	}
	return right
}

// exam is a query and what is known of its answer.
type exam struct {
	w      *World
	q      *ast.Query
	text   string
	params map[string]value.Value
	writes bool
	want   []*Outcome
	level  Level
}

// ask runs the query in an engine in one of the ways and judges the answer.
func (x *exam) ask(e *engine, v variant) Finding {
	if v.before != "" {
		if f := broken(x.w.ask(e, v.before, x.params, x.writes)); f.Verdict == Wrong {
			f.Config = e.Name + ", with other values"
			return f
		}
	}
	got := x.w.ask(e, v.text, v.params, x.writes)
	f := x.w.judge(x.q, v, x.want, got, x.level)
	if f.Verdict == Wrong && f.Kind == wrongRows {
		// The reference may not have shown all that is allowed.
		if x.want, x.level = x.w.again(x.q, x.params, x.want); x.level == Count && limited(x.q) {
			x.level = Nothing // which rows are left may decide how many come of them
		}
		if x.level > f.Level {
			f = x.w.judge(x.q, v, x.want, got, x.level)
		}
	}
	f.Config = e.Name + v.name
	f.Got = got
	return f
}

// refused checks a text that the parser refuses: the engine has to say so too.
func (w *World) refused(text string, params map[string]value.Value, err error) Finding {
	got := w.ask(w.engines[0], text, params, false)
	if f := broken(got); f.Verdict == Wrong {
		return f
	}
	f := Finding{Verdict: Rejected, Got: got, Detail: "not a query"}
	if e := failure.Of(err); e != nil {
		f.Detail = e.Detail
	}
	return f
}

// expected asks the reference in several orders.
func (w *World) expected(q *ast.Query, params map[string]value.Value, in []reference.Order) ([]*Outcome, error) {
	var out []*Outcome
	for _, o := range in {
		one, err := w.reference(q, params, o)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// reference asks the reference once.
func (w *World) reference(q *ast.Query, params map[string]value.Value, o reference.Order) (out *Outcome, err error) {
	defer func() {
		if p := recover(); p != nil { // a query that no engine takes
			err = fmt.Errorf("the reference broke down: %v", p)
		}
	}()
	g := w.Graph
	if updates(q) {
		g = g.Clone()
	}
	result, err := reference.Run(q, reference.Options{Graph: g, Params: params, Order: o, Steps: steps})
	if f := (*reference.Failure)(nil); errors.As(err, &f) {
		return &Outcome{Err: f}, nil
	}
	if err != nil {
		return nil, err
	}
	out = &Outcome{Columns: result.Columns, Sorted: result.Sorted}
	if result.Columns != nil {
		of := referenceEntities{g, w.old}
		for _, row := range result.Rows {
			cells := make([]value.Value, len(row))
			for i, v := range row {
				cells[i] = seen(v, of)
			}
			out.Rows = append(out.Rows, cells)
		}
	}
	if updates(q) {
		out.Graph = digestOf(g, w.old)
	}
	return out, nil
}

// manyTries is how many orders are tried before an answer counts as wrong: what a clause
// writes and other rows of it read may come out differently in one order of twelve only.
const manyTries = 80

// again asks the reference in many more orders.
func (w *World) again(q *ast.Query, params map[string]value.Value, want []*Outcome) ([]*Outcome, Level) {
	for _, o := range ordersOf(manyTries)[len(want):] {
		if one, err := w.reference(q, params, o); err == nil {
			want = append(want, one)
		}
	}
	return want, common(answered(want))
}

// answered leaves out the failures.
func answered(all []*Outcome) []*Outcome {
	var out []*Outcome
	for _, o := range all {
		if o.Err == nil {
			out = append(out, o)
		}
	}
	return out
}

// ask runs a query in an engine. One that writes is undone.
func (w *World) ask(e *engine, text string, params map[string]value.Value, writes bool) *Outcome {
	var out *Outcome
	show := func(v value.Value, of batch.Entities) value.Value {
		return seen(v, engineEntities{of, w.old})
	}
	if !writes {
		if out = e.run(text, mapOf(params), show); !timedOut(out) {
			return out
		}
		return e.run(text, mapOf(params), show) // the machine may have been busy
	}
	err := e.transaction(func() {
		out = e.run(text, mapOf(params), show)
		if out.Err == nil && out.Panic == "" && !out.Hung {
			var failed *Outcome
			if out.Graph, failed = e.digest(w.old); failed != nil {
				out = failed
			}
		}
	})
	if err != nil && out == nil {
		return &Outcome{Err: err}
	}
	return out
}

func timedOut(o *Outcome) bool {
	f := failure.Of(o.Err)
	return f != nil && f.Detail == "TransactionTimedOut"
}

func mapOf(params map[string]value.Value) value.Value {
	if params == nil {
		return value.Null
	}
	var entries []value.Entry
	for k, v := range params {
		entries = append(entries, value.Entry{Key: k, Value: v})
	}
	return value.Map(entries)
}

// wrongRows is the kind of a finding that more knowledge can refute.
const wrongRows = "wrong rows"

// broken finds what no query may do.
func broken(got *Outcome) Finding {
	switch f := failure.Of(got.Err); {
	case got.Panic != "":
		return wrong("panic", "", nil, got)
	case got.Hung:
		return wrong("hang", "", nil, got)
	case got.Err == nil:
	case f == nil:
		return wrong("error without a kind", "", nil, got)
	case f.Type == failure.DatabaseError || strings.Contains(strings.ToLower(f.Detail), "internal"):
		return wrong("internal error", "", nil, got)
	case !f.Placed && f.Type != failure.ResourceError && f.Detail != "TransactionTimedOut":
		return wrong("error without a place", "", nil, got)
	}
	return Finding{}
}

// judge compares an answer with what the reference gave in several orders.
func (w *World) judge(q *ast.Query, v variant, want []*Outcome, got *Outcome, level Level) Finding {
	if f := broken(got); f.Verdict == Wrong {
		f.Want = want[0]
		return f
	}
	rows := answered(want)
	if f := failure.Of(got.Err); f != nil && f.Type == failure.ResourceError {
		return Finding{Verdict: Skipped, Got: got, Detail: f.Detail}
	}
	switch {
	case got.compileTime() && v.first:
		return w.rejected(want, got)
	case got.compileTime():
		return wrong("refused", "", want[0], got)
	case failure.Of(got.Err) != nil && failure.Of(got.Err).Detail == "MergeReadOwnWrites" && nullMerged(q):
		return Finding{Verdict: Rejected, Want: want[0], Got: got, Detail: "MergeReadOwnWrites"}
	case got.Err != nil && len(rows) < len(want):
		return Finding{Level: level}
	case got.Err != nil && excused(q, v, got.Err):
		return Finding{Level: level}
	case got.Err != nil:
		return wrong("unexpected error", "", rows[0], got)
	case len(rows) == 0 && (limited(q) || avoidable(q, want[0].Err)):
		return Finding{Level: Nothing} // nobody asked for the row that fails
	case len(rows) == 0:
		return wrong("missing error", "", want[0], got)
	}
	got.Sorted = rows[0].Sorted
	if !agree(rows[0], got, level) {
		f := wrong(wrongRows, "", rows[0], got)
		f.Level = level
		return f
	}
	return Finding{Level: level}
}

// rejected looks at a query that was refused before it ran. Static types refuse some that
// would not fail.
func (w *World) rejected(want []*Outcome, got *Outcome) Finding {
	f := failure.Of(got.Err)
	return Finding{Verdict: Rejected, Want: want[0], Got: got, Detail: f.Detail}
}

// updates tells whether a query has a clause that writes.
func updates(q *ast.Query) bool {
	for _, part := range q.Parts {
		for _, c := range part.Clauses {
			switch c.(type) {
			case *ast.Create, *ast.Merge, *ast.Set, *ast.Remove, *ast.Delete, *ast.Foreach:
				return true
			}
		}
	}
	return false
}

// String tells what is wrong.
func (f Finding) String() string {
	if f.Verdict != Wrong {
		return fmt.Sprintf("verdict %d", f.Verdict)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n", f.Kind, f.Config)
	want, got := f.Want, f.Got
	if want != nil && got != nil && want.Graph != "" && got.Graph != "" {
		x, y := *want, *got // lines that both have say nothing
		x.Graph, y.Graph = without(want.Graph, got.Graph), without(got.Graph, want.Graph)
		want, got = &x, &y
	}
	if want != nil {
		b.WriteString("expected:\n" + want.String())
	}
	if got != nil {
		b.WriteString("got:\n" + got.String())
	}
	return b.String()
}

// without returns the lines of a that b has not.
func without(a, b string) string {
	others := strings.Split(b, "\n")
	var out []string
	for line := range strings.Lines(a) {
		if !slices.Contains(others, strings.TrimSuffix(line, "\n")) {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}

// rowsShown bounds the rows that a message lists.
const rowsShown = 40

// String lists the rows in one order.
func (o *Outcome) String() string {
	var b strings.Builder
	switch {
	case o.Hung:
		b.WriteString("  nothing within " + hangTime.String() + "\n")
	case o.Panic != "":
		b.WriteString("  panic: " + o.Panic + "\n")
	case o.Err != nil:
		b.WriteString("  error: " + o.Err.Error() + "\n")
	}
	rows := o.Rows
	if !o.Sorted {
		rows = byText(rows)
	}
	for i, row := range rows {
		if i == rowsShown {
			fmt.Fprintf(&b, "  … %d rows\n", len(rows))
			break
		}
		var cells []string
		for _, v := range row {
			cells = append(cells, reference.Text(v))
		}
		b.WriteString("  " + strings.Join(cells, " | ") + "\n")
	}
	switch {
	case o.Graph == "":
	case strings.TrimSpace(o.Graph) == "":
		b.WriteString("no graph after it\n")
	default:
		b.WriteString("graph after it:\n  " + strings.ReplaceAll(strings.TrimSpace(o.Graph), "\n", "\n  ") + "\n")
	}
	return b.String()
}
