package query

import (
	"fmt"
	"slices"
	"strings"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/value"
)

// table is the answer of an administration statement.
type table struct {
	columns []string
	rows    [][]value.Value
	// further is how many of the last columns are shown only where YIELD asks for them.
	further int
}

// answer makes t the rows of r.
func (r *Result) answer(t table) {
	shown := len(t.columns) - t.further
	r.whole = t
	r.columns, r.source = t.columns[:shown], valueRows(t.rows, shown)
}

func status(text string) table {
	return table{columns: []string{"STATUS"}, rows: [][]value.Value{{value.String(text)}}}
}

func infoTable(name string, rows []InfoRow) table {
	t := table{columns: []string{name, "value"}}
	for _, r := range rows {
		t.rows = append(t.rows, []value.Value{value.String(r.Name), value.String(r.Value)})
	}
	return t
}

func nameTable(column string, names []string) table {
	slices.Sort(names)
	t := table{columns: []string{column}}
	for _, name := range names {
		t.rows = append(t.rows, []value.Value{value.String(name)})
	}
	return t
}

// columnsOf splits the names of columns.
func columnsOf(names string) []string { return strings.Fields(names) }

func texts(list []string) value.Value {
	values := make([]value.Value, len(list))
	for i, x := range list {
		values[i] = value.String(x)
	}
	return value.List(values)
}

// sizeText renders bytes as Memgraph does: "12.34MiB".
func sizeText(bytes int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	size, unit := float64(bytes), 0
	for size >= 1024 && unit < len(units)-1 {
		size /= 1024
		unit++
	}
	return strings.TrimSuffix(fmt.Sprintf("%.2f", size), ".00") + units[unit]
}

// valueRows returns the first columns of the rows of a small table.
func valueRows(rows [][]value.Value, columns int) rowSource {
	h := &held{}
	for len(rows) > 0 {
		n := min(len(rows), batch.Size)
		b := &batch.Batch{Len: n, Columns: make([]batch.Vector, columns)}
		for c := range b.Columns {
			b.Columns[c].Reset(batch.Values, n)
			for i, row := range rows[:n] {
				b.Columns[c].Values[i] = row[c]
			}
		}
		h.batches = append(h.batches, b)
		rows = rows[n:]
	}
	return h
}

// textRows returns one row of one column per line.
func textRows(lines []string) rowSource {
	values := make([][]value.Value, len(lines))
	for i, l := range lines {
		values[i] = []value.Value{value.String(l)}
	}
	return valueRows(values, 1)
}

// profileTable renders a profile as the rows of PROFILE: one an operator, the last first.
func profileTable(root *plan.Tree) table {
	t := table{columns: []string{"OPERATOR", "ACTUAL HITS", "RELATIVE TIME", "ABSOLUTE TIME"}}
	if root == nil {
		return t
	}
	whole := max(root.TotalTime(), 1)
	var walk func(n *plan.Tree, indent string)
	walk = func(n *plan.Tree, indent string) {
		own := max(n.Time, 0)
		t.rows = append(t.rows, []value.Value{
			value.String(strings.TrimSpace(indent + "* " + n.Operator + " " + n.Detail)), value.Int(n.Rows),
			value.String(fmt.Sprintf("%10.6f %%", 100*float64(own)/float64(whole))),
			value.String(fmt.Sprintf("%10.6f ms", float64(own.Nanoseconds())/1e6)),
		})
		for i := range slices.Backward(n.Children) {
			deeper := indent
			if i > 0 {
				deeper += "| "
			}
			walk(n.Children[i], deeper)
		}
	}
	walk(root, "")
	return t
}
