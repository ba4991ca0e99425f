package tck

import (
	"context"
	"fmt"
	"testing"
	"time"

	"memgraphd/internal/query"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/procedure"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
)

// inProcess is an engine on a store of its own.
type inProcess struct {
	store   *storage.Store
	budget  *memory.Budget
	engine  *query.Engine
	session *query.Session
}

// openEngine starts an engine for one scenario, with the procedures that it brings. It is
// to be closed.
func openEngine(t *testing.T, mocks []*mock, batchSize int) *inProcess {
	t.Helper()
	var procedures []procedure.Procedure
	for _, m := range mocks {
		p, err := m.procedure()
		if err != nil {
			t.Fatal(err)
		}
		procedures = append(procedures, p)
	}
	p := &inProcess{store: storage.New(storage.Options{}), budget: memory.New("tck", 0)}
	var err error
	p.engine, err = query.New(query.Options{
		Store: p.store, Budget: p.budget, Now: time.Now, Version: "tck",
		Procedures: procedures, BatchSize: batchSize,
	})
	if err != nil {
		t.Fatal(err)
	}
	p.session = p.engine.NewSession(query.SessionOptions{ID: "tck", Address: "127.0.0.1:1"})
	return p
}

// close ends the engine and checks what it leaves behind. It is no Cleanup of the test,
// which would keep the store until the end of the whole suite.
func (p *inProcess) close(t *testing.T) {
	t.Helper()
	p.session.Close()
	p.engine.Close()
	if n := p.budget.Used(); n != 0 {
		t.Errorf("%d bytes are still reserved", n)
	}
	p.store.Collect()
	if err := p.store.Check(); err != nil {
		t.Errorf("the store is damaged: %v", err)
	}
	if err := p.store.Close(); err != nil {
		t.Error(err)
	}
}

func (p *inProcess) run(ctx context.Context, text string, params map[string]any) (*rows, error) {
	given, err := engineValue(params)
	if err != nil {
		return nil, err
	}
	r, err := p.session.Run(ctx, text, given, query.TxOptions{})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	out := &rows{columns: r.Columns()}
	_, err = r.Pull(ctx, -1, func(b *batch.Batch, entities batch.Entities) error {
		for i := range b.Rows() {
			row := make([]any, len(b.Columns))
			for c := range b.Columns {
				v, failed := renderer{entities}.value(b.Columns[c].Value(b.Row(i)))
				if failed != nil {
					return failed
				}
				row[c] = v
			}
			out.rows = append(out.rows, row)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (*inProcess) fault(err error) (fault, bool) {
	f := failure.Of(err)
	if f == nil {
		return fault{}, false
	}
	return fault{kinds: []string{string(f.Type)}, detail: f.Detail, phase: string(f.Phase)}, true
}

// engineValue turns a value of a cell into one of the engine.
func engineValue(v any) (value.Value, error) {
	switch v := v.(type) {
	case nil:
		return value.Null, nil
	case bool:
		return value.Bool(v), nil
	case int64:
		return value.Int(v), nil
	case float64:
		return value.Float(v), nil
	case string:
		return value.String(v), nil
	case []any:
		list := make([]value.Value, len(v))
		for i, x := range v {
			var err error
			if list[i], err = engineValue(x); err != nil {
				return value.Null, err
			}
		}
		return value.List(list), nil
	case map[string]any:
		entries := make([]value.Entry, 0, len(v))
		for key, x := range v {
			e, err := engineValue(x)
			if err != nil {
				return value.Null, err
			}
			entries = append(entries, value.Entry{Key: key, Value: e})
		}
		return value.Map(entries), nil
	}
	return value.Null, fmt.Errorf("%T cannot be a parameter", v)
}
