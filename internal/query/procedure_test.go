package query_test

import (
	"errors"
	"slices"

	"memgraphd/internal/query"
	"memgraphd/internal/query/procedure"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// withProcedures adds the procedures that testdata/procedures calls.
func withProcedures(o *query.Options) {
	o.QueryMemoryLimit = 1 << 30
	withSettings(o)
	o.Procedures = append(o.Procedures,
		procedure.Procedure{
			Name: "test.range",
			Args: []procedure.Argument{
				{Name: "to", Type: procedure.Integer},
				{Name: "from", Type: procedure.Integer, Optional: true, Default: value.Int(1)},
			},
			Results: []procedure.Result{{Name: "n", Type: procedure.Integer}, {Name: "square", Type: procedure.Integer}},
			Call:    numbers,
		},
		procedure.Procedure{
			Name: "test.echo",
			Args: []procedure.Argument{
				{Name: "number", Type: procedure.Number},
				{Name: "real", Type: procedure.Float},
				{Name: "texts", Type: procedure.ListOf(procedure.String)},
			},
			Results: []procedure.Result{{Name: "values", Type: procedure.ListOf(procedure.Any)}},
			Call: func(_ *procedure.Context, args []value.Value) (procedure.Rows, error) {
				return procedure.List([][]value.Value{{value.List(args)}}), nil
			},
		},
		procedure.Procedure{
			Name: "test.create", Mode: procedure.Write,
			Args: []procedure.Argument{{Name: "label", Type: procedure.String}},
			Call: func(c *procedure.Context, args []value.Value) (procedure.Rows, error) {
				label, err := c.Store.InternLabel(args[0].AsString())
				if err != nil {
					return nil, err
				}
				if _, err = c.Tx.CreateNode([]graph.LabelID{label}, nil); err != nil {
					return nil, err
				}
				c.Changed(procedure.Changes{NodesCreated: 1, LabelsAdded: 1})
				return procedure.None, nil
			},
		},
		procedure.Procedure{
			Name: "test.fail", Results: []procedure.Result{{Name: "x", Type: procedure.Any}},
			Call: func(*procedure.Context, []value.Value) (procedure.Rows, error) {
				return nil, errors.New("the moon is full")
			},
		},
		procedure.Procedure{
			Name: "test.greedy", Results: []procedure.Result{{Name: "x", Type: procedure.Any}},
			Call: func(c *procedure.Context, _ []value.Value) (procedure.Rows, error) {
				return procedure.None, c.Reserve(1 << 40)
			},
		},
	)
}

// numbers counts from args[1] to args[0].
func numbers(c *procedure.Context, args []value.Value) (procedure.Rows, error) {
	if slices.ContainsFunc(args, value.Value.IsNull) {
		return procedure.None, nil
	}
	if err := c.Reserve(100); err != nil {
		return nil, err
	}
	at := args[1].AsInt()
	return func() ([]value.Value, error) {
		if at > args[0].AsInt() {
			return nil, nil
		}
		at++
		return []value.Value{value.Int(at - 1), value.Int((at - 1) * (at - 1))}, nil
	}, nil
}
