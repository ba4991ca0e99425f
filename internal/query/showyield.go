package query

import (
	"context"
	"slices"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/spelling"
	"memgraphd/internal/storage/value"
)

// shownRows is the parameter that holds the rows of SHOW while the query over them runs, and
// the variable of one of them. No name that a user can write without backticks is like it.
const shownRows = " SHOW"

// show carries out SHOW … with YIELD or WHERE: the statement that gives the rows runs as it
// does on its own, then a query over its rows.
func (s *Session) show(ctx context.Context, r *Result, st *ast.Show, params value.Value, o TxOptions) error {
	if st.Explain {
		shown := *st
		shown.Explain = false
		s.explainedBy(r, &plan.Tree{Operator: "Show", Detail: strings.TrimPrefix(ast.String(&shown), "SHOW ")})
		return nil
	}
	inner := &Result{s: s, text: r.text, started: r.started}
	if err := s.runAdmin(ctx, inner, st.Of, params, o); err != nil {
		return err
	}
	r.summary.Notifications = inner.summary.Notifications
	q, err := overRows(st, inner.whole)
	if err != nil {
		return err
	}
	params = withRows(params, inner.whole)
	store := s.engine.o.Store
	p, err := s.engine.plan(ctx, q, conditions{
		epoch: store.SchemaEpoch(), names: store.NameCount(), nodes: store.NodeCount(), params: params,
	})
	if err != nil {
		return err
	}
	p.text = r.text
	return s.runQuery(ctx, r, &statement{prepared: p}, params, o)
}

// explainedBy makes a plan the answer.
func (s *Session) explainedBy(r *Result, tree *plan.Tree) {
	r.summary.Plan = s.shown(tree)
	r.columns, r.source = []string{"QUERY PLAN"}, textRows(r.summary.Plan.Lines())
	r.summary.Type = "r"
}

// withRows adds the rows of t, as maps, to the parameters.
func withRows(params value.Value, t table) value.Value {
	rows := make([]value.Value, len(t.rows))
	for i, row := range t.rows {
		entries := make([]value.Entry, len(row))
		for c, v := range row {
			entries[c] = value.Entry{Key: t.columns[c], Value: v}
		}
		rows[i] = value.Map(entries)
	}
	all := []value.Entry{{Key: shownRows, Value: value.List(rows)}}
	if !params.IsNull() {
		all = append(all, params.AsMap()...)
	}
	return value.Map(all)
}

// overRows makes the query over the rows of t:
//
//	UNWIND $rows AS row WITH row.column AS name, … [ORDER BY …] [WHERE …] RETURN …
func overRows(st *ast.Show, t table) (*ast.Query, error) {
	at := ast.Place{At: st.At}
	yields := st.Yields
	names := t.columns[:len(t.columns)-t.further]
	if len(yields) == 0 {
		for _, name := range t.columns {
			yields = append(yields, ast.YieldItem{Place: at, Result: ast.Name{Place: at, Text: name}, Var: &ast.Variable{Place: at, Name: name}})
		}
		if st.Yield {
			names = t.columns
		}
	} else {
		names = nil
		for _, y := range yields {
			names = append(names, y.Var.Name)
		}
	}
	row := &ast.Variable{Place: at, Name: shownRows}
	with := &ast.Projection{Place: at}
	if st.With != nil {
		*with = *st.With
		with.Star = false
	}
	for _, y := range yields {
		if !slices.Contains(t.columns, y.Result.Text) {
			return nil, unknownColumn(y, t.columns)
		}
		item := &ast.ProjectionItem{
			Place: y.Place, Alias: y.Var, Name: y.Var.Name,
			Expr: &ast.Property{Place: y.Place, X: row, Key: y.Result},
		}
		with.Items = append(with.Items, item)
	}
	end := st.Return
	if end == nil {
		end = &ast.Projection{Place: at, Return: true}
		for _, name := range names {
			end.Items = append(end.Items, &ast.ProjectionItem{Place: at, Expr: &ast.Variable{Place: at, Name: name}, Name: name})
		}
	}
	unwind := &ast.Unwind{Place: at, List: &ast.Param{Place: at, Name: shownRows}, Var: row}
	part := &ast.SingleQuery{Place: at, Clauses: []ast.Clause{unwind, with, end}}
	return &ast.Query{Place: at, Parts: []*ast.SingleQuery{part}}, nil
}

func unknownColumn(y ast.YieldItem, columns []string) error {
	err := failure.Syntax("UnknownColumn", "there is no column `%s` to YIELD", y.Result.Text).At(y.Result.At)
	if near := spelling.Nearest(y.Result.Text, columns); near != "" {
		return err.WithHint("did you mean `%s`?", near)
	}
	return err.WithHint("YIELD * shows all of them")
}
