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
	f, taken, err := z.sequence(g, texts, orders())
	if err == nil && f.Verdict == Wrong { // the reference may not have shown all that is allowed
		f, taken, err = z.sequence(g, texts, manyOrders())
	}
	if err != nil {
		return false, err
	}
	t.count(f)
	if f.Verdict != Wrong {
		return true, nil
	}
	c := z.shorter(Case{g, strings.Join(taken, between)}, f.Kind)
	c = Shrink(c, func(c Case) bool { return z.failsAsSequence(c, f.Kind) })
	if small, _, err := z.sequence(c.Graph, strings.Split(c.Text, between), manyOrders()); err == nil && small.Verdict == Wrong {
		f = small
	}
	_, _ = fmt.Fprintf(z.Log, "seed %d: %s\n%s;\n%s;\n%s\n", seed, f.Kind, c.Graph.Text(), c.Text, f)
	return z.Found(seed, c, f), nil
}

// between stands between the statements of a sequence.
const between = ";\n"

func (z *Fuzz) failsAsSequence(c Case, kind string) bool {
	f, _, err := z.sequence(c.Graph, strings.Split(c.Text, between), manyOrders())
	return err == nil && f.Verdict == Wrong && f.Kind == kind
}

// shorter leaves out the statements that a failure does not need.
func (z *Fuzz) shorter(c Case, kind string) Case {
	texts := strings.Split(c.Text, between)
	for i := 0; i < len(texts); {
		fewer := Case{c.Graph, strings.Join(slices.Delete(slices.Clone(texts), i, i+1), between)}
		if len(texts) > 1 && z.failsAsSequence(fewer, kind) {
			texts = strings.Split(fewer.Text, between)
			continue
		}
		i++
	}
	return Case{c.Graph, strings.Join(texts, between)}
}

// manyOrders are orders enough to show in most cases that an answer depends on them.
func manyOrders() []reference.Order {
	out := orders()
	for i := range uint64(12) {
		out = append(out, reference.Order{Seed: 100 + i, Reverse: i%2 == 0, Eager: i%3 == 0, Early: i%4 == 0})
	}
	return out
}

// sequence runs statements, and returns those whose effect is certain.
func (z *Fuzz) sequence(g *reference.Graph, texts []string, in []reference.Order) (f Finding, taken []string, err error) {
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
	begun := time.Now()
	if err := one.s.Begin(context.Background(), query.TxOptions{}); err != nil {
		return f, nil, err
	}
	for _, text := range texts {
		next := certain(now, before, text, in)
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
			if err := one.s.Rollback(); err != nil {
				return f, taken, err
			}
			if timedOut(also) || excused(parseQuery(text), variant{}, also.Err) {
				return Finding{Verdict: Skipped, Detail: "an error that may come"}, taken, nil
			}
			return wrong("error in a transaction only", "one transaction", nil, also), taken, nil
		}
	}
	inside := one.digest(before)
	if _, err := one.s.Commit(context.Background()); time.Since(begun) > queryTime {
		return Finding{Verdict: Skipped, Detail: "a busy machine"}, taken, nil
	} else if err != nil {
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
func certain(g *reference.Graph, before old, text string, in []reference.Order) *reference.Graph {
	q := parseQuery(text)
	if q == nil {
		return nil
	}
	var first *reference.Graph
	for _, o := range in {
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
