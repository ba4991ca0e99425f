package model

import (
	"context"
	"math/rand/v2"
	"strings"
	"time"

	"memgraphd/internal/query"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/value"
	"memgraphd/test/model/generate"
)

// mutantTime is the time that a damaged query may take.
const mutantTime = 300 * time.Millisecond

// mutated takes words out of a text, doubles them, and exchanges them.
func mutated(r *rand.Rand, text string) string {
	var words []string
	for _, t := range token.Scan(nil, text) {
		if t.Kind != token.EOF {
			words = append(words, t.Text(text))
		}
	}
	for range 1 + r.IntN(3) {
		if len(words) < 2 {
			break
		}
		i, j := r.IntN(len(words)), r.IntN(len(words))
		switch r.IntN(4) {
		case 0:
			words = append(words[:i:i], words[i+1:]...)
		case 1:
			words = append(words[:i+1:i+1], words[i:]...)
		case 2:
			words[i], words[j] = words[j], words[i]
		default:
			words[i] = words[j]
		}
	}
	return strings.Join(words, " ")
}

// Mutants runs damaged queries on the graph that seed gives: each has to give rows or fail as
// it should.
func (z *Fuzz) Mutants(seed uint64, t *Tally) (more bool, err error) {
	r := rand.New(rand.NewPCG(seed, 1))
	g := generate.Graph(r)
	w, err := NewWorld(g, z.Configs[:1])
	if err != nil {
		return false, err
	}
	t.Graphs++
	for range z.Queries * 4 {
		q := z.draw(r)
		text := mutated(r, q.Text)
		f := w.survives(text)
		t.count(f)
		if f.Verdict != Wrong {
			continue
		}
		more = z.reportMutant(seed, Case{g, text}, f)
		if f.Got.Hung || !more {
			return more, nil // its session cannot be closed
		}
	}
	return true, w.Close()
}

// survives runs a text that may be anything, and undoes what it does.
func (w *World) survives(text string) Finding {
	e := w.engines[0]
	ctx := context.Background()
	if err := e.s.Begin(ctx, query.TxOptions{Timeout: mutantTime}); err != nil {
		return wrong("no transaction", e.Name, nil, &Outcome{Err: err})
	}
	got := e.run(text, value.Null, func(value.Value, batch.Entities) value.Value { return value.Null })
	f := broken(got)
	f.Config, f.Got = e.Name, got
	if err := e.s.Rollback(); err != nil {
		return wrong("no rollback", e.Name, nil, &Outcome{Err: err})
	}
	if x := failure.Of(got.Err); x != nil && f.Verdict == Right {
		f.Verdict, f.Detail = Rejected, x.Detail
	}
	return f
}

func (z *Fuzz) reportMutant(seed uint64, c Case, f Finding) bool {
	small := Shrink(c, func(c Case) bool {
		w, err := NewWorld(c.Graph, z.Configs[:1])
		if err != nil {
			return false
		}
		found := w.survives(c.Text)
		if !found.Got.Hung {
			_ = w.Close()
		}
		return found.Verdict == Wrong && found.Kind == f.Kind
	})
	_, _ = z.Log.Write([]byte(small.Graph.Text() + "\n" + small.Text + "\n" + f.String() + "\n"))
	return z.Found(seed, small, f)
}
