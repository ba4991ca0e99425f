package model

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"memgraphd/internal/query"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
	"memgraphd/test/model/generate"
	"memgraphd/test/model/reference"
)

// sequenceMax is the number of statements of one sequence.
const sequenceMax = 8

// Sequence runs queries that write one after the other on the graph that seed gives: in one
// transaction, in one each, and in the reference. The graphs must be the same afterwards.
func (z *Fuzz) Sequence(seed uint64, t *Tally) (more bool, err error) {
	r := rand.New(rand.NewPCG(seed, 2))
	g := generate.Graph(r)
	var texts []string
	for range sequenceMax {
		texts = append(texts, generate.Write(r).Text)
	}
	t.Graphs++
	f, taken, err := z.sequence(g, texts)
	if err != nil {
		return false, err
	}
	t.count(f)
	if f.Verdict != Wrong {
		return true, nil
	}
	for i := 0; i < len(taken); { // leave out what is not needed for it
		fewer := append(append([]string{}, taken[:i]...), taken[i+1:]...)
		if less, rest, err := z.sequence(g, fewer); err == nil && less.Verdict == Wrong && less.Kind == f.Kind {
			f, taken = less, rest
			continue
		}
		i++
	}
	text := strings.Join(taken, ";\n")
	_, _ = fmt.Fprintf(z.Log, "seed %d: %s\n%s;\n%s;\n%s\n", seed, f.Kind, g.Text(), text, f)
	return z.Found(seed, Case{g, text}, f), nil
}

// sequence runs statements, and returns those whose effect is certain.
func (z *Fuzz) sequence(g *reference.Graph, texts []string) (f Finding, taken []string, err error) {
	var worlds [2]*World
	for i := range worlds {
		if worlds[i], err = NewWorld(g, z.Configs[:1]); err != nil {
			return f, nil, err
		}
	}
	defer func() { err = errors.Join(err, worlds[0].Close(), worlds[1].Close()) }()
	many, one := worlds[0].engines[0], worlds[1].engines[0]
	before := worlds[0].old
	now := g
	if err := one.s.Begin(context.Background(), query.TxOptions{}); err != nil {
		return f, nil, err
	}
	for _, text := range texts {
		next := certain(now, before, text)
		if next == nil {
			continue
		}
		got := many.run(text, value.Null, nil)
		if failure.Of(got.Err) != nil {
			continue // an error that may come or not, or that comes before the query runs
		}
		taken = append(taken, text)
		now = next
		if also := one.run(text, value.Null, nil); also.Err != nil {
			_ = one.s.Rollback()
			return wrong("error in a transaction only", "one transaction", nil, also), taken, nil
		}
	}
	inside := one.digest(before)
	if _, err := one.s.Commit(context.Background()); err != nil {
		return f, taken, err
	}
	want := &Outcome{Graph: digestOf(now, before)}
	for _, have := range []struct{ config, graph string }{
		{"many transactions", many.digest(before)}, {"one transaction", one.digest(before)}, {"before the commit", inside},
	} {
		if have.graph != want.Graph {
			return wrong("wrong graph", have.config, want, &Outcome{Graph: have.graph}), taken, nil
		}
	}
	f.Want, f.Got = want, want
	return f, taken, nil
}

// certain returns the graph after a statement, or nil where it is not the same in all orders.
func certain(g *reference.Graph, before old, text string) *reference.Graph {
	q := parseQuery(text)
	if q == nil {
		return nil
	}
	var first *reference.Graph
	for _, o := range orders() {
		next := g.Clone()
		if broke(func() error {
			_, err := reference.Run(q, reference.Options{Graph: next, Order: o, Steps: steps, Known: before.nodes})
			return err
		}) {
			return nil
		}
		if first == nil {
			first = next
		} else if digestOf(first, before) != digestOf(next, before) {
			return nil
		}
	}
	return first
}

// broke tells whether f fails or panics.
func broke(f func() error) (failed bool) {
	defer func() {
		if recover() != nil {
			failed = true
		}
	}()
	return f() != nil
}
