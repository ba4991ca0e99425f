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
func manyOrders() []reference.Order { return ordersOf(12) }

// ordersOf returns the usual orders and n random ones.
func ordersOf(n int) []reference.Order {
	out := orders()
	for i := range uint64(n) {
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
	p := pair{many: worlds[0].engines[0], one: worlds[1].engines[0], now: g, before: worlds[0].old}
	defer func() {
		if f.Got == nil || !f.Got.Hung { // else its session cannot be closed
			err = errors.Join(err, worlds[0].Close(), worlds[1].Close())
		}
	}()
	p.begun = time.Now()
	if err := p.one.s.Begin(context.Background(), query.TxOptions{}); err != nil {
		return f, nil, err
	}
	for _, text := range texts {
		if f = p.add(text, in); f.Verdict != Right {
			return f, p.taken, nil
		}
	}
	return p.end(), p.taken, nil
}

// pair is two engines that run the same statements: in one transaction each, and all in one.
type pair struct {
	many, one *engine
	begun     time.Time
	taken     []string         // the statements so far
	now       *reference.Graph // after them
	before    old
}

// add runs a statement whose effect is certain in both engines, and leaves out others.
func (p *pair) add(text string, in []reference.Order) Finding {
	next := certain(p.now, p.before, text, in)
	if next == nil {
		return Finding{}
	}
	got := p.many.run(text, value.Null, nil)
	if f := broken(got); f.Verdict == Wrong {
		p.taken = append(p.taken, text)
		return f
	}
	if got.Err != nil {
		return Finding{} // an error that may come or not, or that comes before the query runs
	}
	p.taken, p.now = append(p.taken, text), next
	also := p.one.run(text, value.Null, nil)
	switch f := broken(also); {
	case f.Verdict == Wrong:
		f.Config = "one transaction"
		return f
	case also.Err == nil:
		return Finding{}
	case failure.Of(also.Err).Type == failure.ResourceError || excused(parseQuery(text), variant{}, also.Err):
		return Finding{Verdict: Skipped, Detail: "an error that may come"}
	}
	return wrong("error in a transaction only", "one transaction", nil, also)
}

// end commits the transaction and compares the graphs.
func (p *pair) end() Finding {
	want := &Outcome{Graph: digestOf(p.now, p.before)}
	f := Finding{Want: want, Got: want}
	look := func(e *engine, config string) {
		have, failed := e.digest(p.before)
		switch {
		case f.Verdict != Right:
		case failed != nil && p.late():
			f = Finding{Verdict: Skipped, Detail: "a busy machine"}
		case failed != nil:
			f = wrong("the graph cannot be read", config, want, failed)
		case have != want.Graph:
			f = wrong("wrong graph", config, want, &Outcome{Graph: have})
		}
	}
	look(p.one, "before the commit")
	if f.Verdict != Right {
		return f
	}
	switch _, err := p.one.s.Commit(context.Background()); {
	case err != nil && p.late():
		return Finding{Verdict: Skipped, Detail: "a busy machine"}
	case err != nil:
		return wrong("the commit fails", "one transaction", nil, &Outcome{Err: err})
	}
	look(p.one, "one transaction")
	look(p.many, "many transactions")
	return f
}

// late tells whether the transaction has come near to its time limit, or over it.
func (p *pair) late() bool { return time.Since(p.begun) > queryTime-queryTime/20 }

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
