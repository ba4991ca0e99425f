package reference

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/value"
)

// Order chooses among the answers that the language leaves open. The zero Order takes
// matches as they come and operands from left to right.
type Order struct {
	Reverse bool   // matches from the last to the first, operands from right to left
	Seed    uint64 // matches in random order, unless 0
	Eager   bool   // every operand of AND and OR is computed, even where one decides
	Lazy    bool   // what nobody reads is not computed
	Early   bool   // SET and CREATE compute for all rows before they change anything
}

// Options are what a query runs with.
type Options struct {
	Graph  *Graph // changed by a query that writes
	Params map[string]value.Value
	Order  Order
	Steps  int // the work that may be done; 0 means a million steps
	// Known is how many nodes have ids that are the same elsewhere; 0 means all that there
	// are. The order of the others is not known.
	Known int
}

// Result is the answer of a query.
type Result struct {
	Columns []string // nil without RETURN
	Rows    [][]value.Value
	Sorted  bool // the last RETURN has ORDER BY
}

// Failure is an error that the query itself is guilty of.
type Failure struct { //nolint:errname // as the engine calls it {
	Kind    string // the class of the error, as the TCK names it
	Message string
	Span    token.Span
}

// Error returns what went wrong.
func (f *Failure) Error() string { return f.Kind + ": " + f.Message }

var (
	// ErrTooMuch means that the query needs more steps than were allowed.
	ErrTooMuch = errors.New("reference: too many steps")
	// ErrUnsupported means that the query has something that is not known here.
	ErrUnsupported = errors.New("reference: not supported")
)

func unsupported(what any) error {
	if c, ok := what.(*ast.Call); ok {
		return fmt.Errorf("%w: %s()", ErrUnsupported, c.Name)
	}
	return fmt.Errorf("%w: %T", ErrUnsupported, what)
}

func fail(at ast.Expr, kind, format string, args ...any) error {
	f := &Failure{Kind: kind, Message: fmt.Sprintf(format, args...)}
	if at != nil {
		f.Span = at.Span()
	}
	return f
}

func typeError(at ast.Expr, format string, args ...any) error {
	return fail(at, "TypeError", format, args...)
}

// Run answers a query.
func Run(q *ast.Query, o Options) (*Result, error) {
	if o.Steps == 0 {
		o.Steps = 1_000_000
	}
	r := &run{g: o.Graph, o: o, nodes: len(o.Graph.Nodes), edges: len(o.Graph.Edges)}
	if o.Known > 0 {
		r.nodes, r.edges = o.Known, -1
	}
	if o.Order.Seed != 0 {
		r.random = rand.New(rand.NewPCG(o.Order.Seed, 1))
	}
	result, err := r.query(q, nil, columns)
	if err != nil {
		return nil, err
	}
	for _, row := range result.Rows {
		for _, v := range row {
			if err := r.weigh(v); err != nil {
				return nil, err
			}
		}
	}
	return result, nil
}

// use says what somebody wants of a query.
type use uint8

const (
	columns use = iota // its rows
	count              // how many rows there are, or whether there is one
)

// run is one execution.
type run struct {
	g      *Graph
	o      Options
	random *rand.Rand
	used   int
	nodes  int // that were there before
	edges  int
	early  map[earlyKey]value.Value
}

// step counts n steps of work.
func (r *run) step(n int) error {
	if r.used += n; r.used > r.o.Steps {
		return ErrTooMuch
	}
	return nil
}

// permute puts rows, whose order means nothing, into another one.
func permute[T any](r *run, rows []T) {
	if r.o.Order.Reverse {
		slices.Reverse(rows)
	}
	if r.random != nil {
		r.random.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	}
}

// env binds names to values: the innermost binding of a name counts. The nil env is empty.
type env struct {
	name string
	v    value.Value
	// later computes v when it is asked for, where it is set.
	later func() (value.Value, error)
	up    *env
}

func (e *env) with(name string, v value.Value) *env { return &env{name: name, v: v, up: e} }

func (e *env) find(name string) *env {
	for ; e != nil; e = e.up {
		if e.name == name {
			return e
		}
	}
	return nil
}

func (e *env) get(name string) (value.Value, bool) {
	x := e.find(name)
	if x == nil {
		return value.Null, false
	}
	return x.v, true
}

// of returns what a variable of a pattern is bound to; nil is one without a name.
func (e *env) of(v *ast.Variable) (value.Value, bool) {
	if v == nil {
		return value.Null, false
	}
	return e.get(v.Name)
}

// table is the rows between two clauses. Names are the variables in scope, without those of
// an enclosing query.
type table struct {
	names []string
	rows  []*env
}

func (t *table) name(names ...string) {
	for _, n := range names {
		if n != "" && !slices.Contains(t.names, n) {
			t.names = append(t.names, n)
		}
	}
}

// query answers all parts of a query below outer.
func (r *run) query(q *ast.Query, outer *env, want use) (*Result, error) {
	if len(q.All) > 0 && !q.All[0] {
		want = columns
	}
	return r.union(q, func(part *ast.SingleQuery) (*Result, error) { return r.single(part, outer, want) })
}

// union joins the rows of all parts of q, which each computes.
func (r *run) union(q *ast.Query, each func(part *ast.SingleQuery) (*Result, error)) (*Result, error) {
	var all *Result
	for i, part := range q.Parts {
		one, err := each(part)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			all = one
			continue
		}
		all.Rows = append(all.Rows, one.Rows...)
		all.Sorted = false
	}
	if len(q.All) > 0 && !q.All[0] {
		var err error
		if all.Rows, err = distinct(all.Rows); err != nil {
			return nil, err
		}
		permute(r, all.Rows)
	}
	return all, nil
}

// distinct drops rows that were there before.
func distinct(rows [][]value.Value) ([][]value.Value, error) {
	var out [][]value.Value
	for _, row := range rows {
		at, err := findRow(out, row)
		if err != nil {
			return nil, err
		}
		if at < 0 {
			out = append(out, row)
		}
	}
	return out, nil
}

// single answers one part of a union. Without RETURN its rows are those that are left at
// the end, with no columns.
func (r *run) single(q *ast.SingleQuery, outer *env, want use) (*Result, error) {
	return r.continued(q, &table{rows: []*env{outer}}, outer, want)
}

// continued carries out the clauses of a part from some rows on.
func (r *run) continued(q *ast.SingleQuery, t *table, outer *env, want use) (*Result, error) {
	for _, c := range deletedTogether(q.Clauses) {
		if p, ok := c.(*ast.Projection); ok && p.Return {
			return r.returned(p, t, outer, want)
		}
		if err := r.clause(c, t, outer); err != nil {
			return nil, err
		}
	}
	return &Result{Rows: make([][]value.Value, len(t.rows))}, nil
}

// returned is the answer of RETURN.
func (r *run) returned(p *ast.Projection, t *table, outer *env, want use) (*Result, error) {
	items := r.items(p, t)
	if r.o.Order.Lazy && want == count && !p.Distinct && len(p.OrderBy) == 0 && !slices.ContainsFunc(items, item.aggregates) {
		records := make([]*record, len(t.rows))
		records, err := r.cut(p, records, outer)
		return &Result{Columns: names(items), Rows: make([][]value.Value, len(records))}, err
	}
	if err := r.projection(p, t, outer); err != nil {
		return nil, err
	}
	out := &Result{Columns: names(items), Sorted: len(p.OrderBy) > 0}
	for _, row := range t.rows {
		values := make([]value.Value, len(items))
		for i, item := range items {
			var err error
			if values[i], err = r.force(row.find(item.name)); err != nil {
				return nil, err
			}
		}
		out.Rows = append(out.Rows, values)
	}
	return out, nil
}

func names(items []item) []string {
	out := make([]string, len(items))
	for i, item := range items {
		out[i] = item.name
	}
	return out
}

// force returns the value of a binding.
func (r *run) force(e *env) (value.Value, error) {
	if e.later != nil {
		v, err := e.later()
		if err != nil {
			return value.Null, err
		}
		e.v, e.later = v, nil
	}
	return e.v, nil
}

// clause carries one clause out: t becomes what is there after it.
func (r *run) clause(c ast.Clause, t *table, outer *env) error {
	switch c := c.(type) {
	case *ast.Match:
		return r.match(c, t)
	case *ast.Unwind:
		return r.unwind(c, t)
	case *ast.Projection:
		return r.projection(c, t, outer)
	case *ast.Create, *ast.Merge, *ast.Set, *ast.Remove, *ast.Delete, *ast.Foreach:
		return r.update(c, t)
	case *ast.Finish:
		return nil
	case *ast.CallSubquery:
		return r.callSubquery(c, t)
	default:
		return unsupported(c)
	}
}

func (r *run) unwind(c *ast.Unwind, t *table) error {
	var rows []*env
	for _, row := range t.rows {
		v, err := r.eval(c.List, scope{env: row})
		if err != nil {
			return err
		}
		if v.IsNull() {
			continue
		}
		if v.Kind() != value.KindList {
			return typeError(c.List, "UNWIND needs a list")
		}
		if err := r.step(len(v.AsList())); err != nil {
			return err
		}
		for _, x := range v.AsList() {
			rows = append(rows, row.with(c.Var.Name, x))
		}
	}
	t.rows = rows
	t.name(c.Var.Name)
	return nil
}
