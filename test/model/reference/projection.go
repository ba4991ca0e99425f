package reference

import (
	"math"
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/value"
)

// item is a column of a projection.
type item struct {
	name string
	expr ast.Expr
}

// aggregates tells whether a column is computed for groups of rows.
func (i item) aggregates() bool { return aggregates(i.expr) }

// items returns the columns of a projection, with the variables that * stands for.
func (r *run) items(p *ast.Projection, t *table) []item {
	var out []item
	if p.Star {
		for _, n := range slices.Sorted(slices.Values(t.names)) {
			out = append(out, item{n, &ast.Variable{Place: p.Place, Name: n}})
		}
	}
	for _, i := range p.Items {
		out = append(out, item{i.Name, i.Expr})
	}
	return out
}

// record is a row on its way through a projection.
type record struct {
	from   *env   // the row that it comes from; of a group, the first one
	group  []*env // the rows of the group, where there is aggregation
	made   *env   // the new variables over those of from
	values []value.Value
	keys   []value.Value // of ORDER BY
}

func (c *record) scope() scope { return scope{env: c.made, group: c.group} }

// projection carries out WITH or RETURN.
func (r *run) projection(p *ast.Projection, t *table, outer *env) error {
	items := r.items(p, t)
	records, err := r.records(items, t, outer)
	if err != nil {
		return err
	}
	for _, c := range records {
		if err = r.project(p, items, c); err != nil {
			return err
		}
	}
	if p.Distinct {
		if records, err = distinctRecords(records); err != nil {
			return err
		}
		permute(r, records)
	}
	if err = r.sort(p, records); err != nil {
		return err
	}
	if records, err = r.cut(p, records, outer); err != nil {
		return err
	}
	return r.become(p, items, t, records, outer)
}

// records returns a record for each row, or for each group where an item aggregates.
func (r *run) records(items []item, t *table, outer *env) ([]*record, error) {
	if !slices.ContainsFunc(items, func(i item) bool { return aggregates(i.expr) }) {
		out := make([]*record, len(t.rows))
		for i, row := range t.rows {
			out[i] = &record{from: row}
		}
		return out, nil
	}
	return r.groups(items, t, outer)
}

// project computes the items of a record.
func (r *run) project(p *ast.Projection, items []item, c *record) error {
	if err := r.step(1 + len(items)); err != nil {
		return err
	}
	c.made = c.from
	s := scope{env: c.from, group: c.group}
	for _, i := range items {
		if r.o.Order.Lazy && !p.Distinct && c.group == nil && !p.Return {
			c.made = &env{name: i.name, up: c.made, later: func() (value.Value, error) { return r.eval(i.expr, s) }}
			continue
		}
		v, err := r.eval(i.expr, s)
		if err != nil {
			return err
		}
		c.made = c.made.with(i.name, v)
		c.values = append(c.values, v)
	}
	return nil
}

func distinctRecords(records []*record) ([]*record, error) {
	var out []*record
	var known [][]value.Value
	for _, c := range records {
		at, err := findRow(known, c.values)
		if err != nil {
			return nil, err
		}
		if at < 0 {
			out, known = append(out, c), append(known, c.values)
		}
	}
	return out, nil
}

// sort carries out ORDER BY.
func (r *run) sort(p *ast.Projection, records []*record) error {
	if len(p.OrderBy) == 0 {
		return nil
	}
	for _, c := range records {
		for _, by := range p.OrderBy {
			v, err := r.eval(by.Expr, c.scope())
			if err != nil {
				return err
			}
			c.keys = append(c.keys, v)
		}
	}
	permute(r, records)
	slices.SortStableFunc(records, func(a, b *record) int {
		for i, by := range p.OrderBy {
			if c := r.order(a.keys[i], b.keys[i]); c != 0 {
				if by.Descending {
					return -c
				}
				return c
			}
		}
		return 0
	})
	return nil
}

// cut carries out SKIP and LIMIT.
func (r *run) cut(p *ast.Projection, records []*record, outer *env) ([]*record, error) {
	if p.Skip != nil {
		n, err := r.count(p.Skip, outer)
		if err != nil {
			return nil, err
		}
		records = records[min(n, len(records)):]
	}
	if p.Limit != nil {
		n, err := r.count(p.Limit, outer)
		if err != nil {
			return nil, err
		}
		records = records[:min(n, len(records))]
	}
	return records, nil
}

func (r *run) count(e ast.Expr, outer *env) (int, error) {
	v, err := r.eval(e, scope{env: outer})
	if err != nil {
		return 0, err
	}
	if v.Kind() != value.KindInt {
		return 0, typeError(e, "SKIP and LIMIT need an integer")
	}
	if v.AsInt() < 0 {
		return 0, fail(e, "ArgumentError", "SKIP and LIMIT cannot be negative")
	}
	return int(min(v.AsInt(), math.MaxInt32)), nil
}

// become makes t the rows of records for which WHERE holds, with nothing but the new
// variables over those of the enclosing query.
func (r *run) become(p *ast.Projection, items []item, t *table, records []*record, outer *env) error {
	var rows []*env
	for _, c := range records {
		if p.Where != nil {
			holds, err := r.truth(p.Where, c.scope(), "WHERE")
			if err != nil {
				return err
			}
			if holds != yes {
				continue
			}
		}
		row := outer
		for _, i := range items {
			at := c.made.find(i.name)
			row = &env{name: i.name, v: at.v, later: at.later, up: row}
		}
		rows = append(rows, row)
	}
	t.rows, t.names = rows, nil
	for _, i := range items {
		t.name(i.name)
	}
	return nil
}
