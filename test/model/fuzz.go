package model

import (
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"memgraphd/test/model/generate"
)

// Fuzz checks random queries on random graphs.
type Fuzz struct {
	Configs []Config
	Queries int       // queries on one graph
	Log     io.Writer // what is wrong is written here
	Plans   bool      // the plans of queries are looked at
	// Draw makes a query; nil: any that reads or writes.
	Draw func(r *rand.Rand) generate.Query
	// Refused, where it is set, is told what was refused before it ran.
	Refused func(text, detail string)
	// Found is told what is wrong, made small; false ends the run.
	Found func(seed uint64, c Case, f Finding) bool
}

// Tally counts what a run has seen.
type Tally struct {
	Graphs, Queries int
	Verdicts        map[Verdict]int
	Levels          map[Level]int
	Rows            int // rows compared
	Empty           int // right answers without rows
	Failed          int // queries that were right to fail
	Details         map[string]int
	Operators       map[string]int // of the plans of queries that were drawn for the sake of some
	Columns         int            // queries while there were columns
	Zones           int            // queries of which a scan left groups of nodes out
}

// Add adds what another run has seen.
func (t *Tally) Add(o *Tally) {
	t.Graphs += o.Graphs
	t.Queries += o.Queries
	t.Rows += o.Rows
	t.Empty += o.Empty
	t.Failed += o.Failed
	add(&t.Verdicts, o.Verdicts)
	add(&t.Levels, o.Levels)
	add(&t.Details, o.Details)
	add(&t.Operators, o.Operators)
	t.Columns += o.Columns
	t.Zones += o.Zones
}

func add[K comparable](to *map[K]int, from map[K]int) {
	if *to == nil {
		*to = map[K]int{}
	}
	for k, n := range from {
		(*to)[k] += n
	}
}

// String writes the tally for people.
func (t *Tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d queries on %d graphs: %d right, %d refused, %d skipped, %d wrong; %d rows, %d answers empty, %d failures\n",
		t.Queries, t.Graphs, t.Verdicts[Right], t.Verdicts[Rejected], t.Verdicts[Skipped], t.Verdicts[Wrong], t.Rows, t.Empty, t.Failed)
	fmt.Fprintf(&b, "certain: %d sequences, %d bags, %d but for lists, %d counts, %d nothing\n",
		t.Levels[Sequence], t.Levels[Bag], t.Levels[Loose], t.Levels[Count], t.Levels[Nothing])
	for _, k := range slices.SortedFunc(maps.Keys(t.Details), func(a, b string) int { return t.Details[b] - t.Details[a] }) {
		fmt.Fprintf(&b, "%7d %s\n", t.Details[k], k)
	}
	if len(t.Operators) > 0 {
		fmt.Fprintf(&b, "operators:")
		for _, k := range slices.Sorted(maps.Keys(t.Operators)) {
			fmt.Fprintf(&b, " %s %d", k, t.Operators[k])
		}
		fmt.Fprintf(&b, "\n%d with columns, %d with groups left out\n", t.Columns, t.Zones)
	}
	return b.String()
}

// Graph checks queries on the graph that seed gives. more is false where the run shall end.
func (z *Fuzz) Graph(seed uint64, t *Tally) (more bool, err error) {
	r := rand.New(rand.NewPCG(seed, 0))
	g := generate.Graph(r)
	w, err := NewWorld(g, z.Configs)
	if err != nil {
		return false, fmt.Errorf("seed %d: %w", seed, err)
	}
	t.Graphs++
	var known []answeredQuery
	for range z.Queries {
		q := z.draw(r)
		f := w.Check(q.Text, nil)
		t.count(f)
		if z.Plans && f.Verdict == Right {
			t.uses(w.engines[0], q.Text)
		}
		if f.Verdict == Rejected && z.Refused != nil {
			z.Refused(q.Text, f.Detail)
		}
		if f.Verdict == Wrong && !z.report(seed, Case{g, q.Text}, f) {
			return false, w.Close()
		}
		if f.Got != nil && f.Got.Hung {
			return true, nil // its sessions cannot be closed
		}
		if f.Verdict == Right && f.Level <= Bag && !q.Writes && f.Got.Err == nil {
			known = append(known, answeredQuery{q.Text, f.Got, f.Level})
		}
	}
	more = true
	if f, text := w.Reindex(known); f.Verdict == Wrong {
		t.count(f)
		_, _ = fmt.Fprintf(z.Log, "seed %d: %s\n%s\n%s\n%s\n", seed, f.Kind, g.Text(), text, f)
		more = z.Found(seed, Case{g, text}, f)
	}
	return more, w.Close()
}

// draw makes a query.
func (z *Fuzz) draw(r *rand.Rand) generate.Query {
	if z.Draw != nil {
		return z.Draw(r)
	}
	switch r.IntN(12) {
	case 0, 1, 2, 3:
		return generate.Write(r)
	case 4, 5:
		return generate.Counting(r)
	}
	return generate.Read(r)
}

func (t *Tally) count(f Finding) {
	t.Queries++
	add(&t.Verdicts, map[Verdict]int{f.Verdict: 1})
	if f.Detail != "" {
		add(&t.Details, map[string]int{f.Detail: 1})
	}
	if f.Verdict == Right {
		add(&t.Levels, map[Level]int{f.Level: 1})
		switch {
		case f.Got == nil || f.Got.Err != nil:
			t.Failed++
		case len(f.Got.Columns) > 0 && len(f.Got.Rows) == 0:
			t.Empty++
		default:
			t.Rows += len(f.Got.Rows)
		}
	}
}

// report makes a case small and hands it on.
func (z *Fuzz) report(seed uint64, c Case, f Finding) bool {
	_, _ = fmt.Fprintf(z.Log, "seed %d: %s\n%s\n", seed, f.Kind, c.Text)
	begin := time.Now()
	small := Shrink(c, func(c Case) bool { return z.fails(c, f.Kind) })
	_, found := z.check(small)
	if found.Verdict != Wrong { // it does not fail each time
		small, found = c, f
	}
	_, _ = fmt.Fprintf(z.Log, "made small in %s\n%s\n%s\n%s\n", time.Since(begin).Round(time.Millisecond), small.Graph.Text(), small.Text, found)
	return z.Found(seed, small, found)
}

func (z *Fuzz) fails(c Case, kind string) bool {
	ok, f := z.check(c)
	return ok && f.Verdict == Wrong && f.Kind == kind
}

// check runs a case in a world of its own.
func (z *Fuzz) check(c Case) (bool, Finding) {
	w, err := NewWorld(c.Graph, z.Configs)
	if err != nil {
		return false, Finding{}
	}
	f := w.Check(c.Text, nil)
	if f.Got == nil || !f.Got.Hung {
		if err := w.Close(); err != nil && f.Verdict == Right {
			f = Finding{Verdict: Wrong, Kind: "damaged store", Got: &Outcome{Err: err}}
		}
	}
	return true, f
}
