package model

import (
	"reflect"
	"slices"
	"time"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/value"
	"memgraphd/test/model/reference"
)

// Case is a graph and a query on it.
type Case struct {
	Graph *reference.Graph
	Text  string
}

// Bounds of one Shrink.
const (
	shrinkTries = 6000
	shrinkTime  = time.Minute
)

// shrinker makes a case smaller as long as it fails.
type shrinker struct {
	best  Case
	fails func(Case) bool
	tries int
	end   time.Time
}

// Shrink returns the smallest case that it finds for which fails holds, as it does for c.
func Shrink(c Case, fails func(Case) bool) Case {
	s := &shrinker{best: c, fails: fails, end: time.Now().Add(shrinkTime)}
	for changed := true; changed && !s.over(); {
		changed = s.graph()
		changed = s.query() || changed
	}
	return s.best
}

// try takes c if it fails.
func (s *shrinker) try(c Case) bool {
	if s.tries++; s.over() || !s.fails(c) {
		return false
	}
	s.best = c
	return true
}

// over tells whether enough has been tried.
func (s *shrinker) over() bool { return s.tries >= shrinkTries || time.Now().After(s.end) }

// graph takes nodes, relationships, properties and labels away.
func (s *shrinker) graph() bool {
	changed := false
	for size := max(len(s.best.Graph.Nodes)/2, 1); size > 0; size /= 2 {
		for from := 0; from < len(s.best.Graph.Nodes); {
			if s.try(Case{s.best.Graph.Without(span(from, size), nil), s.best.Text}) {
				changed = true
			} else {
				from += size
			}
		}
	}
	for size := max(len(s.best.Graph.Edges)/2, 1); size > 0; size /= 2 {
		for from := 0; from < len(s.best.Graph.Edges); {
			if s.try(Case{s.best.Graph.Without(nil, span(from, size)), s.best.Text}) {
				changed = true
			} else {
				from += size
			}
		}
	}
	return s.contents() || changed
}

func span(from, size int) map[int]bool {
	out := map[int]bool{}
	for i := range size {
		out[from+i] = true
	}
	return out
}

// contents takes properties and labels away.
func (s *shrinker) contents() bool {
	changed := false
	without := func(props func(*reference.Graph) map[string]value.Value) {
		for key := range props(s.best.Graph) {
			g := s.best.Graph.Clone()
			delete(props(g), key)
			changed = s.try(Case{g, s.best.Text}) || changed
		}
	}
	for i := range s.best.Graph.Nodes {
		without(func(g *reference.Graph) map[string]value.Value { return g.Nodes[i].Props })
		for j := range slices.Backward(s.best.Graph.Nodes[i].Labels) {
			g := s.best.Graph.Clone()
			g.Nodes[i].Labels = append(g.Nodes[i].Labels[:j], g.Nodes[i].Labels[j+1:]...)
			changed = s.try(Case{g, s.best.Text}) || changed
		}
	}
	for i := range s.best.Graph.Edges {
		without(func(g *reference.Graph) map[string]value.Value { return g.Edges[i].Props })
	}
	return changed
}

// query applies edits to the query, one after the other.
func (s *shrinker) query() bool {
	changed := false
	for i := 0; !s.over(); {
		q := parseQuery(s.best.Text)
		if q == nil {
			return changed
		}
		all := edits(q)
		if i >= len(all) {
			return changed
		}
		all[i]()
		text := printed(q)
		if text != "" && len(text) < len(s.best.Text) && s.try(Case{s.best.Graph, text}) {
			changed = true
			continue
		}
		i++
	}
	return changed
}

// edits lists the ways to make a tree smaller; one of them may be called.
func edits(q *ast.Query) []func() {
	var out []func()
	visit(reflect.ValueOf(q), func(at reflect.Value) {
		switch at.Kind() {
		case reflect.Slice:
			for i := range at.Len() {
				out = append(out, func() { remove(at, i) })
			}
		case reflect.Pointer:
			if !at.IsNil() {
				out = append(out, func() { at.SetZero() })
			}
		case reflect.Bool:
			if at.Bool() {
				out = append(out, func() { at.SetBool(false) })
			}
		case reflect.Interface:
			if at.Type() == exprType() && !at.IsNil() {
				out = append(out, replacements(at)...)
			}
		case reflect.Struct:
			out = append(out, paired(at)...)
		}
	})
	return out
}

func remove(at reflect.Value, i int) {
	at.Set(reflect.AppendSlice(reflect.AppendSlice(reflect.MakeSlice(at.Type(), 0, at.Len()), at.Slice(0, i)), at.Slice(i+1, at.Len())))
}

// replacements puts something smaller in the place of an expression.
func replacements(at reflect.Value) []func() {
	out := []func(){func() { at.SetZero() }}
	e, _ := reflect.TypeAssert[ast.Expr](at)
	ast.Children(e, func(child ast.Expr) {
		out = append(out, func() { at.Set(reflect.ValueOf(child)) })
	})
	if _, ok := e.(*ast.Literal); ok {
		return out
	}
	for _, v := range []value.Value{value.Null, value.True, value.False, value.Int(0), value.Int(1), value.String(""), value.List(nil)} {
		out = append(out, func() {
			var l ast.Expr = &ast.Literal{Value: v}
			if v.Kind() == value.KindList {
				l = &ast.List{}
			}
			at.Set(reflect.ValueOf(l))
		})
	}
	return out
}

// paired makes lists shorter that belong to each other.
func paired(at reflect.Value) []func() {
	var out []func()
	each := func(n int, f func(i int)) {
		for i := range n {
			out = append(out, func() { f(i) })
		}
	}
	switch x := at.Addr().Interface().(type) {
	case *ast.Query:
		each(len(x.All), func(i int) { x.Parts, x.All = append(x.Parts[:i:i], x.Parts[i+1:]...), x.All[1:] })
		each(len(x.All), func(i int) { x.Parts, x.All = append(x.Parts[:i+1:i+1], x.Parts[i+2:]...), x.All[1:] })
	case *ast.Case:
		each(len(x.When), func(i int) {
			x.When, x.Then = append(x.When[:i:i], x.When[i+1:]...), append(x.Then[:i:i], x.Then[i+1:]...)
		})
	case *ast.Map:
		each(len(x.Keys), func(i int) {
			x.Keys, x.Values = append(x.Keys[:i:i], x.Keys[i+1:]...), append(x.Values[:i:i], x.Values[i+1:]...)
		})
	case *ast.Comparison:
		each(len(x.Ops)-1, func(i int) { x.Operands, x.Ops = x.Operands[i+1:], x.Ops[i+1:] })
		each(len(x.Ops)-1, func(i int) { x.Operands, x.Ops = x.Operands[:i+2], x.Ops[:i+1] })
	case *ast.PatternPart:
		each(len(x.Rels), func(i int) { x.Nodes, x.Rels = x.Nodes[i+1:], x.Rels[i+1:] })
		each(len(x.Rels), func(i int) { x.Nodes, x.Rels = x.Nodes[:i+1], x.Rels[:i] })
	}
	return out
}
