package model

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"memgraphd/internal/query"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/value"
	"memgraphd/test/model/generate"
)

// mutantTime is the time that a damaged query may take.
const mutantTime = 300 * time.Millisecond

// mutated takes words out of a text, doubles them, and exchanges them: now and then any of
// them, in most cases words of one kind, so that what comes of it can still be read.
func mutated(r *rand.Rand, text string) string {
	words := token.Scan(nil, text)
	words = words[:len(words)-1]
	for range 1 + r.IntN(3) {
		if len(words) < 2 {
			break
		}
		words = mutatedOnce(r, words)
	}
	var out []string
	for _, w := range words {
		out = append(out, w.Text(text))
	}
	return strings.Join(out, " ")
}

func mutatedOnce(r *rand.Rand, words []token.Token) []token.Token {
	i, j := r.IntN(len(words)), r.IntN(len(words))
	switch r.IntN(12) {
	case 0:
		return slices.Delete(slices.Clone(words), i, i+1)
	case 1:
		return slices.Insert(slices.Clone(words), i, words[i])
	case 2:
		words[i], words[j] = words[j], words[i]
		return words
	case 3:
		words[i] = words[j]
		return words
	case 4, 5:
		if from, to := bracketed(words, i); to > from {
			return slices.Delete(slices.Clone(words), from, to)
		}
	case 6:
		if from, to := bracketed(words, i); to > from && to-from < 40 {
			return slices.Insert(slices.Clone(words), to, words[from:to]...)
		}
	}
	var alike []int
	for k, w := range words {
		if kindOf(w.Kind) == kindOf(words[i].Kind) {
			alike = append(alike, k)
		}
	}
	words[i] = words[alike[r.IntN(len(alike))]]
	return words
}

// kindOf takes some kinds of words for one.
func kindOf(k token.Kind) token.Kind {
	switch k {
	case token.Integer, token.Float, token.String, token.True, token.False, token.Null:
		return token.Integer
	case token.And, token.Or, token.Xor, token.Plus, token.Slash, token.Equal, token.Less, token.In, token.Percent, token.Regex:
		return token.And
	case token.Match, token.Unwind, token.With, token.Create, token.Merge, token.Set, token.Delete, token.Return:
		return token.Match
	default:
		return k
	}
}

// bracketed returns the words from the first bracket after i to its partner.
func bracketed(words []token.Token, i int) (from, to int) {
	depth := 0
	for k := i; k < len(words); k++ {
		switch words[k].Kind {
		case token.LParen, token.LBracket, token.LBrace:
			if depth == 0 {
				from = k
			}
			depth++
		case token.RParen, token.RBracket, token.RBrace:
			if depth--; depth <= 0 {
				return from, k + 1
			}
		default:
		}
	}
	return 0, 0
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
	got := e.run(text, value.Null, nil)
	f := broken(got)
	f.Config, f.Got = e.Name, got
	if got.Hung {
		return f // its session does not answer
	}
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
