package model

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"memgraphd/internal/query"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
	"memgraphd/test/model/generate"
	"memgraphd/test/model/reference"
)

// Views asks for much of the nodes of a large graph in views of several ages, between changes
// that are committed, undone or still open: what is derived of the nodes must be in no view
// to which it does not belong.

const (
	viewSteps = 40              // steps of one run
	viewCount = 3               // transactions that may be open
	viewTime  = 5 * time.Minute // how long one may be
)

// action is what a step does.
type action int

const (
	ask action = iota
	open
	change
	commit
	undo
	collect
)

// step is one thing that happens. who is a transaction, or viewCount for one of its own.
type step struct {
	do   action
	who  int
	text string
}

// String writes the step for people.
func (s step) String() string {
	who := fmt.Sprintf("transaction %d: ", s.who)
	if s.who == viewCount {
		who = ""
	}
	return who + [...]string{s.text, "BEGIN", s.text, "COMMIT", "ROLLBACK", "FREE MEMORY"}[s.do]
}

// Views runs the steps that seed gives.
func (z *Fuzz) Views(seed uint64, t *Tally) (more bool, err error) {
	r := rand.New(rand.NewPCG(seed, 4))
	g := generate.Wide(r)
	o := storage.ColumnOptions{Least: 1 + r.IntN(200), Eager: r.IntN(2) == 0}
	steps := drawSteps(r)
	t.Graphs++
	f, at, err := z.views(g, o, steps, t)
	if err != nil || f.Verdict != Wrong {
		return true, err
	}
	small := slices.Clone(steps[:at+1])
	for i := 0; i < len(small)-1; {
		fewer := slices.Delete(slices.Clone(small), i, i+1)
		if again, _, err := z.views(g, o, fewer, &Tally{}); err == nil && again.Verdict == Wrong && again.Kind == f.Kind {
			small, f = fewer, again
			continue
		}
		i++
	}
	var lines []string
	for _, s := range small {
		lines = append(lines, s.String())
	}
	text := strings.Join(lines, between)
	_, _ = fmt.Fprintf(z.Log, "seed %d: %s, %d nodes, %+v\n%s;\n%s\n", seed, f.Kind, len(g.Nodes), o, text, f)
	return z.Found(seed, Case{g, text}, f), nil
}

func drawSteps(r *rand.Rand) []step {
	var steps []step
	for range viewSteps {
		s := step{who: r.IntN(viewCount + 1)}
		switch k := r.IntN(20); {
		case k < 3:
			s.do, s.text = change, generate.Change(r).Text
			if r.IntN(2) == 0 {
				s.who = viewCount
			}
		case k < 5 && s.who < viewCount:
			s.do = open
		case k == 5 && s.who < viewCount:
			s.do = one(r, commit, undo)
		case k == 6:
			s.do = collect
		default:
			s.do, s.text = ask, generate.Scan(r).Text
		}
		steps = append(steps, s)
	}
	return steps
}

func one[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// gallery is a store, the transactions that look at it, and what they have to see.
type gallery struct {
	store    *storage.Store
	engines  []*engine
	sessions [viewCount + 1]*engine // the last one has no open transaction
	seen     [viewCount]*reference.Graph
	based    [viewCount]*reference.Graph // what now was at the begin
	changed  int                         // the transaction that has changes, or -1
	now      *reference.Graph
	old      old
}

// views runs steps and returns the place of the one that went wrong.
func (z *Fuzz) views(g *reference.Graph, o storage.ColumnOptions, steps []step, t *Tally) (f Finding, at int, err error) {
	v, err := newGallery(g, o)
	if err != nil {
		return f, 0, err
	}
	for at = 0; at < len(steps) && f.Verdict != Wrong; at++ {
		if f, err = v.take(steps[at], at, t); err != nil {
			break
		}
	}
	if f.Got != nil && f.Got.Hung {
		return f, at - 1, nil // its session cannot be closed
	}
	return f, at - 1, errors.Join(err, v.close())
}

func newGallery(g *reference.Graph, o storage.ColumnOptions) (*gallery, error) {
	v := &gallery{store: storage.New(storage.Options{Columns: o}), now: g, changed: -1, old: old{nodes: len(g.Nodes)}}
	for i, c := range []Config{{Name: "plain"}, {Name: "two workers", Workers: 2}, {Name: "batches of 60", Batch: 60}} {
		e, err := query.New(query.Options{
			Store: v.store, Now: time.Now, Budget: memory.New("model", memoryMax), BatchSize: c.Batch,
			Workers:      query.WorkerOptions{Count: c.Workers, Morsel: 1024 >> i},
			QueryTimeout: func() time.Duration { return viewTime },
		})
		if err != nil {
			return nil, err
		}
		v.engines = append(v.engines, &engine{Config: c, e: e, s: e.NewSession(query.SessionOptions{ID: c.Name})})
	}
	for i := range v.sessions {
		e := v.engines[i%len(v.engines)]
		v.sessions[i] = &engine{Config: e.Config, e: e.e, s: e.e.NewSession(query.SessionOptions{ID: fmt.Sprint("view ", i)})}
	}
	return v, v.load()
}

// load makes the nodes in their order, and then the relationships.
func (v *gallery) load() error {
	e := v.engines[0]
	run := func(text string, params ...value.Entry) error {
		out := e.run(text, value.Map(params), nil)
		if out.Err != nil || out.Panic != "" || out.Hung {
			return fmt.Errorf("%s: %w%s", text, out.Err, out.Panic)
		}
		return nil
	}
	for _, n := range v.now.Nodes {
		labels := ""
		if len(n.Labels) > 0 {
			labels = ":" + strings.Join(n.Labels, ":")
		}
		var props []value.Entry
		for k, x := range n.Props {
			props = append(props, value.Entry{Key: k, Value: x})
		}
		if err := run("CREATE (n"+labels+") SET n = $p", value.Entry{Key: "p", Value: value.Map(props)}); err != nil {
			return err
		}
	}
	byType := map[string][]value.Value{}
	for _, x := range v.now.Edges {
		byType[x.Type] = append(byType[x.Type], value.List([]value.Value{value.Int(int64(x.From)), value.Int(int64(x.To))}))
	}
	for typ, pairs := range byType {
		text := "UNWIND $pairs AS p MATCH (a) WHERE id(a) = p[0] MATCH (b) WHERE id(b) = p[1] CREATE (a)-[:" + typ + "]->(b)"
		if err := run(text, value.Entry{Key: "pairs", Value: value.List(pairs)}); err != nil {
			return err
		}
	}
	return nil
}

// close ends everything and looks whether the store is sound, its columns included.
func (v *gallery) close() error {
	for _, e := range v.sessions {
		e.s.Close()
	}
	for _, e := range v.engines {
		e.s.Close()
		e.e.Close()
	}
	v.store.Collect()
	return errors.Join(v.store.Check(), v.store.Close())
}

// take does a step, if it can be done.
func (v *gallery) take(s step, number int, t *Tally) (Finding, error) {
	e := v.sessions[s.who]
	isOpen := s.who < viewCount && v.seen[s.who] != nil
	switch s.do {
	case ask:
		if !isOpen {
			e = v.engines[number%len(v.engines)]
		}
		f := v.ask(e, s, t)
		if isOpen && f.Got != nil && f.Got.Err != nil { // it can only be undone
			return f, v.end(e, step{do: undo, who: s.who})
		}
		return f, nil
	case change:
		return v.change(e, s, isOpen), nil
	case collect:
		v.store.Collect()
		return Finding{}, nil
	case commit, undo:
		if isOpen {
			return Finding{}, v.end(e, s)
		}
	case open:
		if !isOpen && s.who < viewCount {
			v.seen[s.who], v.based[s.who] = v.now, v.now
			return Finding{}, e.s.Begin(context.Background(), query.TxOptions{})
		}
	}
	return Finding{}, nil
}

// graph returns what a step has to see.
func (v *gallery) graph(who int) *reference.Graph {
	if who < viewCount && v.seen[who] != nil {
		return v.seen[who]
	}
	return v.now
}

// ask compares the answer of a query with that of the reference for the same view.
func (v *gallery) ask(e *engine, s step, t *Tally) Finding {
	w := &World{Graph: v.graph(s.who), old: v.old}
	q := parseQuery(s.text)
	if q == nil {
		return wrong("not a query", e.Name, nil, &Outcome{Err: errors.New(s.text)})
	}
	want, err := w.expected(q, nil, orders()[:2])
	if err != nil {
		f := Finding{Verdict: Skipped, Detail: err.Error()}
		t.count(f)
		return f
	}
	got := e.run(s.text, value.Null, func(x value.Value, of batch.Entities) value.Value { return seen(x, engineEntities{of, v.old}) })
	f := w.judge(q, variant{first: true}, want, got, common(answered(want)))
	f.Got, f.Config = got, e.Name
	t.count(f)
	if f.Verdict == Right && got.Err == nil {
		t.uses(e, s.text)
		t.scanned(v, w.Graph, e, s.text)
	}
	return f
}

// scanned notes whether there are columns, and whether the scan of a query has left nodes out.
func (t *Tally) scanned(v *gallery, g *reference.Graph, e *engine, text string) {
	if v.store.Memory().Columns > 0 {
		t.Columns++
	}
	all := e.plan("PROFILE", text)
	for _, p := range all {
		label := ""
		switch p.name {
		case "ScanAllByLabel":
			label = strings.TrimSuffix(p.detail[strings.IndexByte(p.detail, ':')+1:], ")")
		case "ScanAll":
		default:
			continue
		}
		nodes := int64(0)
		for _, n := range g.Nodes {
			if !n.Deleted && (label == "" || slices.Contains(n.Labels, label)) {
				nodes++
			}
		}
		if p.rows < nodes && !strings.Contains(text, "LIMIT") {
			t.Zones++
		}
	}
}

// change changes the graph in a transaction that is open, or in one of its own. Nobody changes
// anything beside a transaction that has changes, or after one has begun that shall have some:
// who wins then is not what is asked here.
func (v *gallery) change(e *engine, s step, open bool) Finding {
	if v.changed >= 0 && v.changed != s.who || open && v.based[s.who] != v.now {
		return Finding{}
	}
	next := v.graph(s.who).Clone()
	q := parseQuery(s.text)
	if q == nil {
		return wrong("not a query", e.Name, nil, &Outcome{Err: errors.New(s.text)})
	}
	if broke(func() error {
		_, err := reference.Run(q, reference.Options{Graph: next, Order: orders()[0], Steps: steps, Known: v.old.nodes})
		return err
	}) {
		return Finding{}
	}
	got := e.run(s.text, value.Null, nil)
	if got.Err != nil || got.Panic != "" || got.Hung {
		return wrong("a change fails", e.Name, nil, got)
	}
	if open {
		v.seen[s.who], v.changed = next, s.who
	} else {
		v.now = next
	}
	return Finding{}
}

// end ends an open transaction.
func (v *gallery) end(e *engine, s step) error {
	if v.changed == s.who {
		v.changed = -1
		if s.do == commit {
			v.now = v.seen[s.who]
		}
	}
	v.seen[s.who], v.based[s.who] = nil, nil
	if s.do == undo {
		return e.s.Rollback()
	}
	_, err := e.s.Commit(context.Background())
	return err
}
