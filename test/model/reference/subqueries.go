package reference

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/value"
)

// subquery computes EXISTS, COUNT or COLLECT.
func (r *run) subquery(e *ast.Subquery, s scope) (value.Value, error) {
	if e.Query == nil && e.Kind == ast.Exists {
		return r.exists(e.Pattern.Parts, e.Where, s)
	}
	if e.Query == nil {
		n := int64(0)
		err := r.matches(e.Pattern.Parts, e.Where, s.env, func(*env) (bool, error) {
			n++
			return true, nil
		})
		return value.Int(n), err
	}
	want := count
	if e.Kind == ast.Collect {
		want = columns
	}
	result, err := r.query(e.Query, s.env, want)
	if err != nil {
		return value.Null, err
	}
	switch e.Kind {
	case ast.Exists:
		return value.Bool(len(result.Rows) > 0), nil
	case ast.Count:
		return value.Int(int64(len(result.Rows))), nil
	case ast.Collect:
	}
	if len(result.Columns) != 1 {
		return value.Null, fail(e, "SyntaxError", "COLLECT needs one column")
	}
	out := []value.Value{}
	for _, row := range result.Rows {
		out = append(out, row[0])
	}
	return value.List(out), nil
}

// callSubquery carries out CALL { … }: its query runs for each row, and each row goes on with
// the columns of what it gives, or as often as it is called where it has none.
func (r *run) callSubquery(c *ast.CallSubquery, t *table) error {
	if c.Batches != nil {
		return unsupported(c)
	}
	var rows []*env
	var given []string
	for _, row := range t.rows {
		if err := r.step(1); err != nil {
			return err
		}
		result, err := r.called(c, row, t.names)
		if err != nil {
			return err
		}
		if result.Columns == nil {
			rows = append(rows, row)
			continue
		}
		given = result.Columns
		for _, values := range result.Rows {
			e := row
			for i, name := range result.Columns {
				e = e.with(name, values[i])
			}
			rows = append(rows, e)
		}
		if c.Optional && len(result.Rows) == 0 {
			rows = append(rows, nulls(row, result.Columns))
		}
	}
	if given == nil {
		given = columnsOf(c.Query)
	}
	t.rows = rows
	t.name(given...)
	return nil
}

// called runs the query of a CALL at a row, of which it sees what is imported.
func (r *run) called(c *ast.CallSubquery, row *env, names []string) (*Result, error) {
	switch c.Scope {
	case ast.ImportAll:
		return r.query(c.Query, row, columns)
	case ast.ImportListed:
		var e *env
		for _, v := range c.Imports {
			x, _ := row.get(v.Name)
			e = e.with(v.Name, x)
		}
		return r.query(c.Query, e, columns)
	case ast.ImportWith:
	}
	return r.union(c.Query, func(part *ast.SingleQuery) (*Result, error) { return r.imported(part, row, names) })
}

// imported runs a part that begins with WITH and names what it sees.
func (r *run) imported(part *ast.SingleQuery, row *env, names []string) (*Result, error) {
	if len(part.Clauses) > 0 {
		if p, ok := part.Clauses[0].(*ast.Projection); ok && !p.Return {
			return r.continued(part, &table{names: names, rows: []*env{row}}, nil, columns)
		}
	}
	return r.single(part, nil, columns)
}

// columnsOf returns the columns of a query that has given no rows.
func columnsOf(q *ast.Query) []string {
	clauses := q.Parts[0].Clauses
	p, ok := clauses[len(clauses)-1].(*ast.Projection)
	if !ok {
		return nil
	}
	var out []string
	for _, i := range p.Items {
		out = append(out, i.Name)
	}
	return out
}
