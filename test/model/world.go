package model

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"memgraphd/internal/query"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
	"memgraphd/test/model/reference"
)

// Config is one way to run queries.
type Config struct {
	Name    string
	Batch   int  // rows of a batch; 0 means as many as usual
	Indexed bool // there are indexes
	Workers int  // processors that a query may use; 0 means one
	Columns bool // properties are read from columns as soon as they can
}

// Configs returns the ways in which every query is run. The first is the usual one.
func Configs() []Config {
	return []Config{
		{Name: "plain"},
		{Name: "batches of 1", Batch: 1},
		{Name: "batches of 7", Batch: 7},
		{Name: "indexed", Indexed: true},
		{Name: "indexed, batches of 7", Batch: 7, Indexed: true},
		{Name: "four workers", Workers: 4},
		{Name: "columns", Columns: true, Workers: 2},
	}
}

// indexes are made where a Config asks for them.
func indexes() []string {
	return []string{
		"CREATE INDEX ON :A(i)", "CREATE INDEX ON :B(s)", "CREATE INDEX ON :A(m)", "CREATE INDEX ON :C(f)",
		"CREATE INDEX ON :B(l)", "CREATE INDEX ON :C", "CREATE INDEX ON :B(t)", "CREATE INDEX ON :A(q)",
	}
}

// Limits of a query.
const (
	queryTime = 10 * time.Second
	hangTime  = 20 * time.Second
	memoryMax = 1 << 28
	morsel    = 8 // nodes that a worker takes at a time
)

// World is a graph in engines of all configurations.
type World struct {
	Graph   *reference.Graph
	engines []*engine
	stores  []*storage.Store
	old     old
}

// engine is one configuration at work.
type engine struct {
	Config
	e *query.Engine
	s *query.Session
}

// NewWorld puts a graph into engines.
func NewWorld(g *reference.Graph, configs []Config) (*World, error) {
	w := &World{Graph: g}
	type kind struct{ indexed, columns bool }
	stores := map[kind]*storage.Store{}
	for _, c := range configs {
		store := stores[kind{c.Indexed, c.Columns}]
		fresh := store == nil
		if fresh {
			store = storage.New(storage.Options{Columns: storage.ColumnOptions{Least: 1, Eager: c.Columns, Off: !c.Columns}})
			stores[kind{c.Indexed, c.Columns}] = store
			w.stores = append(w.stores, store)
		}
		e, err := query.New(query.Options{
			Store: store, Now: time.Now, Budget: memory.New("model", memoryMax), BatchSize: c.Batch,
			Workers:      query.WorkerOptions{Count: c.Workers, Morsel: morsel},
			QueryTimeout: func() time.Duration { return queryTime },
		})
		if err != nil {
			return nil, err
		}
		x := &engine{Config: c, e: e, s: e.NewSession(query.SessionOptions{ID: c.Name})}
		w.engines = append(w.engines, x)
		if fresh {
			if err := w.load(x); err != nil {
				return nil, errors.Join(err, w.Close())
			}
		}
	}
	return w, nil
}

// load makes the graph and the indexes in an empty store, and learns the ids of relationships,
// which are given in the order of their creation within a type.
func (w *World) load(e *engine) error {
	if text := w.Graph.Text(); text != "" {
		if out := e.run(text, value.Null, nil); out.Err != nil {
			return fmt.Errorf("%s: %w", text, out.Err)
		}
	}
	ids := map[string][]int{}
	collect := func(v value.Value, of batch.Entities) value.Value {
		r := v.AsEdge()
		ids[of.EdgeType(r)] = append(ids[of.EdgeType(r)], int(r.ID))
		return value.Null
	}
	if out := e.run("MATCH ()-[r]->() RETURN r ORDER BY id(r)", value.Null, collect); out.Err != nil {
		return out.Err
	}
	w.old = old{nodes: len(w.Graph.Nodes), edges: map[int]bool{}}
	var all []int
	for _, x := range w.Graph.Edges {
		if len(ids[x.Type]) == 0 {
			return errors.New("a relationship is missing")
		}
		all = append(all, ids[x.Type][0])
		w.old.edges[ids[x.Type][0]] = true
		ids[x.Type] = ids[x.Type][1:]
	}
	w.Graph.SetEdgeIDs(all)
	have, failed := e.digest(w.old)
	if failed != nil {
		return fmt.Errorf("read the graph: %s", failed)
	}
	if want := digestOf(w.Graph, w.old); have != want {
		return fmt.Errorf("the graph came out as\n%s\nbut should be\n%s", have, want)
	}
	if !e.Indexed {
		return nil
	}
	for _, s := range indexes() {
		if out := e.run(s, value.Null, nil); out.Err != nil {
			return fmt.Errorf("%s: %w", s, out.Err)
		}
	}
	return nil
}

// Close ends the engines and looks whether the stores are sound.
func (w *World) Close() error {
	for _, e := range w.engines {
		e.s.Close()
		e.e.Close()
	}
	var errs []error
	for _, s := range w.stores {
		s.Collect()
		errs = append(errs, s.Check(), s.Close())
	}
	return errors.Join(errs...)
}

// Outcome is what became of a query.
type Outcome struct {
	Columns []string
	Rows    [][]value.Value // entities as seen tells
	Graph   string          // what the graph is like after a query that writes
	Sorted  bool
	Err     error
	Panic   string // where the engine broke down
	Hung    bool
}

// compileTime tells whether the query was refused before it ran.
func (o *Outcome) compileTime() bool {
	f := failure.Of(o.Err)
	return f != nil && f.Phase == failure.CompileTime
}

// run runs a statement in a transaction of its own, or in the open one. seen turns the cells
// into what is compared; nil leaves the rows out.
func (e *engine) run(text string, params value.Value, seen func(value.Value, batch.Entities) value.Value) *Outcome {
	done := make(chan *Outcome, 1)
	go func() {
		out := &Outcome{}
		defer func() {
			if p := recover(); p != nil {
				out.Panic = fmt.Sprintf("%v\n%s", p, debug.Stack())
			}
			done <- out
		}()
		e.pull(out, text, params, seen)
	}()
	timer := time.NewTimer(hangTime)
	defer timer.Stop()
	select {
	case out := <-done:
		return out
	case <-timer.C:
		return &Outcome{Hung: true}
	}
}

func (e *engine) pull(out *Outcome, text string, params value.Value, seen func(value.Value, batch.Entities) value.Value) {
	ctx := context.Background()
	result, err := e.s.Run(ctx, text, params, query.TxOptions{})
	if err != nil {
		out.Err = err
		return
	}
	out.Columns = slices.Clone(result.Columns())
	_, out.Err = result.Pull(ctx, -1, func(b *batch.Batch, entities batch.Entities) error {
		if seen == nil {
			return nil
		}
		for i := range b.Rows() {
			row := make([]value.Value, len(b.Columns))
			for c := range b.Columns {
				row[c] = seen(b.Columns[c].Value(b.Row(i)), entities)
			}
			out.Rows = append(out.Rows, row)
		}
		return nil
	})
	result.Close()
}

// transaction runs f between BEGIN and ROLLBACK.
func (e *engine) transaction(f func()) error {
	if err := e.s.Begin(context.Background(), query.TxOptions{}); err != nil {
		return err
	}
	f()
	return e.s.Rollback()
}
