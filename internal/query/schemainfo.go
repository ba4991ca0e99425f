package query

import (
	"context"
	"encoding/json"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/procedure"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/constraint"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
)

// schemaInfo is what SHOW SCHEMA INFO tells, as Memgraph writes it.
type schemaInfo struct {
	EdgeIndexes     []schemaIndex          `json:"edge_indexes"`
	Edges           []procedure.SchemaEdge `json:"edges"`
	Enums           []schemaEnum           `json:"enums"`
	NodeConstraints []schemaConstraint     `json:"node_constraints"`
	NodeIndexes     []schemaIndex          `json:"node_indexes"`
	Nodes           []procedure.SchemaNode `json:"nodes"`
}

type schemaIndex struct {
	Count      *int64   `json:"count"` // null where it would count what the user may not see
	Labels     []string `json:"labels"`
	Properties []string `json:"properties"`
	Type       string   `json:"type"`
}

type schemaConstraint struct {
	DataType   string   `json:"data_type,omitempty"`
	Labels     []string `json:"labels"`
	Properties []string `json:"properties"`
	Type       string   `json:"type"`
}

type schemaEnum struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

// showSchemaInfo looks at the whole graph, in the open transaction or in one of its own.
func showSchemaInfo(ctx context.Context, s *Session, _ *ast.Admin, _ value.Value) (table, error) {
	const text = "SHOW SCHEMA INFO"
	var err error
	t := s.t
	switch {
	case t == nil:
		if t, err = s.start(ctx, text, s.engine.o.Now(), TxOptions{ReadOnly: true}); err != nil {
			return table{}, err
		}
		defer s.end()
	case t.failed:
		return table{}, earlierFailed()
	case t.schema != nil:
		return table{}, schemaOnly()
	default:
		t.runs(text)
		t.tx.NewStatement()
		t.tx.SetGuard(s.guard())
	}
	info := schemaInfo{
		EdgeIndexes: []schemaIndex{}, Enums: []schemaEnum{}, NodeConstraints: []schemaConstraint{}, NodeIndexes: []schemaIndex{},
	}
	if info.Nodes, info.Edges, err = surveyed(&t.life, s, t.tx, t.budget); err != nil {
		return table{}, err
	}
	info.declared(s)
	written, err := json.Marshal(info)
	if err != nil {
		return table{}, err
	}
	return table{columns: []string{"schema"}, rows: [][]value.Value{{value.String(string(written))}}}, nil
}

// surveyed looks at the graph that tx sees.
func surveyed(
	ctx context.Context, s *Session, tx *storage.Tx, budget *memory.Budget,
) (nodes []procedure.SchemaNode, edges []procedure.SchemaEdge, err error) {
	var held int64
	defer func() { budget.Release(held) }()
	return procedure.Schema(&procedure.Context{
		Store: s.engine.o.Store, Tx: tx, Server: s,
		Interrupted: func() error { return context.Cause(ctx) },
		Reserve: func(n int64) error {
			err := budget.Reserve(n)
			if err == nil {
				held += n
			}
			return err
		},
	})
}

// declared adds what is declared beside the graph.
func (i *schemaInfo) declared(s *Session) {
	store := s.engine.o.Store
	for _, x := range store.Indexes() {
		if !s.seesLabel(store.LabelName(x.Label)) {
			continue
		}
		index := schemaIndex{
			Labels: []string{store.LabelName(x.Label)}, Properties: []string{}, Type: "label",
		}
		if x.HasKey {
			index.Properties, index.Type = []string{store.KeyName(x.Key)}, "label+property"
		}
		if s.guard() == nil {
			count := x.Entries
			if !x.HasKey {
				count = store.LabelCount(x.Label)
			}
			index.Count = &count
		}
		i.NodeIndexes = append(i.NodeIndexes, index)
	}
	for _, c := range store.Constraints() {
		if !s.seesLabel(store.LabelName(c.Label)) {
			continue
		}
		keys := make([]string, len(c.Keys))
		for k, key := range c.Keys {
			keys[k] = store.KeyName(key)
		}
		rule := schemaConstraint{Labels: []string{store.LabelName(c.Label)}, Properties: keys, Type: c.Rule.String()}
		if c.Rule == constraint.Typed {
			rule.DataType = c.Type.String()
		}
		i.NodeConstraints = append(i.NodeConstraints, rule)
	}
	for _, e := range s.engine.catalogue.Enums() {
		i.Enums = append(i.Enums, schemaEnum{e.Name, e.Values})
	}
}
