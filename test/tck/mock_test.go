package tck

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"memgraphd/internal/query/procedure"
	"memgraphd/internal/storage/value"
)

// mock is a procedure that a scenario brings: it answers from a table, whose columns are
// the arguments and then the results.
type mock struct {
	name          string
	args, results []procedure.Argument
	rows          [][]any
}

var (
	mockStep  = regexp.MustCompile(`^([\w.]+)\((.*)\) *:: *\((.*)\) *:$`)
	fieldText = regexp.MustCompile(`^(\w+) *:: *([A-Z]+)\??$`)
)

// newMock reads "name(arg :: TYPE?, …) :: (result :: TYPE?, …):" and the table below.
func newMock(signature string, cells [][]string) (*mock, error) {
	m := mockStep.FindStringSubmatch(signature)
	if m == nil {
		return nil, errors.New("an unknown signature")
	}
	out := &mock{name: m[1]}
	var err error
	if out.args, err = fields(m[2]); err != nil {
		return nil, err
	}
	if out.results, err = fields(m[3]); err != nil {
		return nil, err
	}
	names := out.names()
	if len(names) == 0 {
		return out, nil // the table of such a procedure is one empty cell
	}
	if len(cells) == 0 || !slices.Equal(cells[0], names) {
		return nil, fmt.Errorf("the columns are not %q", names)
	}
	for _, line := range cells[1:] {
		row := make([]any, len(line))
		for i, text := range line {
			if row[i], err = parseCell(text); err != nil {
				return nil, err
			}
		}
		out.rows = append(out.rows, row)
	}
	return out, nil
}

// names lists the arguments and then the results.
func (m *mock) names() []string {
	var names []string
	for _, f := range slices.Concat(m.args, m.results) {
		names = append(names, f.Name)
	}
	return names
}

// fields reads "name :: TYPE?, …".
func fields(text string) ([]procedure.Argument, error) {
	var out []procedure.Argument
	for part := range strings.SplitSeq(text, ",") {
		if strings.TrimSpace(text) == "" {
			break
		}
		m := fieldText.FindStringSubmatch(strings.TrimSpace(part))
		if m == nil {
			return nil, fmt.Errorf("%q is no argument or result", part)
		}
		t := procedure.Any
		for t <= procedure.Point && t.String() != m[2] {
			t++
		}
		if t > procedure.Point {
			return nil, fmt.Errorf("%s is no type", m[2])
		}
		out = append(out, procedure.Argument{Name: m[1], Type: t})
	}
	return out, nil
}

// procedure returns the mock as the engine wants it.
func (m *mock) procedure() (procedure.Procedure, error) {
	p := procedure.Procedure{Name: m.name, Args: m.args}
	for _, r := range m.results {
		p.Results = append(p.Results, procedure.Result{Name: r.Name, Type: r.Type})
	}
	rows := make([][]value.Value, len(m.rows))
	for i, row := range m.rows {
		for at, cell := range row {
			v, err := engineValue(cell)
			if err != nil {
				return p, err
			}
			if at < len(m.args) {
				v, _ = m.args[at].Type.Convert(v)
			}
			rows[i] = append(rows[i], v)
		}
	}
	p.Call = func(_ *procedure.Context, args []value.Value) (procedure.Rows, error) {
		var found [][]value.Value
		for _, row := range rows {
			if equal(row[:len(args)], args) {
				found = append(found, row[len(args):])
			}
		}
		return procedure.List(found), nil
	}
	return p, nil
}

// equal compares two rows; null equals null.
func equal(a, b []value.Value) bool {
	for i := range a {
		if a[i].Kind() != b[i].Kind() || value.Order(a[i], b[i]) != 0 {
			return false
		}
	}
	return true
}
