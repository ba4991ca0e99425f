package exec

import (
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/expr"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/graph"
)

// givenNames are the labels, types or property keys that expressions give, row by row.
type givenNames struct {
	at      []ast.Expr
	values  []expr.Evaluator
	scratch []batch.Vector
	columns []*batch.Vector
	names   []string
	labels  []graph.LabelID
}

func (c *compiler) givenNames(list ...ast.Expr) (g givenNames, err error) {
	for _, e := range list {
		if e != nil {
			g.at = append(g.at, e)
		}
	}
	g.values, err = c.exprs(nil, g.at...)
	return g, err
}

// fresh gives g scratch of its own.
func (g *givenNames) fresh() {
	g.scratch, g.columns = make([]batch.Vector, len(g.values)), make([]*batch.Vector, len(g.values))
	g.names, g.labels = nil, nil
}

// eval computes the expressions for a batch.
func (g *givenNames) eval(r *run, in *batch.Batch) (err error) {
	for i, e := range g.values {
		if g.columns[i], err = expr.View(&r.ec, e, in, &g.scratch[i]); err != nil {
			return err
		}
	}
	return nil
}

// row returns the names at a row.
func (g *givenNames) row(row int) (names []string, err error) {
	g.names = g.names[:0]
	for i, c := range g.columns {
		if g.names, err = expr.AppendNames(g.names, c.Value(row), g.at[i].Span()); err != nil {
			return nil, err
		}
	}
	return g.names, nil
}

// labelsAt returns labels together with those at a row, each once. find gives the number of
// a name, and false for one that is not to be there.
func (g *givenNames) labelsAt(
	labels []graph.LabelID, row int, find func(string) (graph.LabelID, bool, error),
) ([]graph.LabelID, error) {
	if len(g.values) == 0 {
		return labels, nil
	}
	names, err := g.row(row)
	if err != nil {
		return nil, err
	}
	g.labels = append(g.labels[:0], labels...)
	for _, name := range names {
		id, ok, err := find(name)
		if err != nil {
			return nil, err
		}
		if ok && !slices.Contains(g.labels, id) {
			g.labels = append(g.labels, id)
		}
	}
	return g.labels, nil
}

// typeAt returns the number of the one type at a row.
func (g *givenNames) typeAt(r *run, row int) (graph.TypeID, error) {
	names, err := g.row(row)
	if err != nil {
		return 0, err
	}
	if len(names) != 1 {
		return 0, failure.New(failure.SemanticError, failure.Runtime, "NoSingleRelationshipType",
			"a relationship needs exactly one type, but this gives %d", len(names)).At(g.at[0].Span())
	}
	return r.store.InternType(names[0])
}

// keyAt returns the name of the property at a row.
func (g *givenNames) keyAt(row int) (string, error) {
	return expr.PropertyName(g.columns[0].Value(row), g.at[0].Span())
}

// internLabel finds the number of a label, or makes one.
func (r *run) internLabel(name string) (graph.LabelID, bool, error) {
	id, err := r.store.InternLabel(name)
	return id, true, err
}

// knownLabel finds the number of a label that exists.
func (r *run) knownLabel(name string) (graph.LabelID, bool, error) {
	id, ok := r.store.LookupLabel(name)
	return id, ok, nil
}
