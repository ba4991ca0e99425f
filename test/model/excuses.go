package model

import (
	"errors"
	"reflect"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
	"memgraphd/test/model/reference"
)

// Which of several conditions is looked at first is left open, and so is whether one fails
// that would not have been looked at after another. These are the errors that may come or
// stay away.

// excused tells whether an error that the reference does not have may come all the same: the
// condition of a MATCH may be looked at before everything else in it is found.
func excused(q *ast.Query, v variant, err error) bool {
	f := failure.Of(err)
	if f == nil || !f.Placed {
		return false
	}
	if v.name != "" {
		return true // places are those of another text
	}
	return searchAt(q, f.Span) != nil
}

// search is a pattern that is looked for, and its condition.
type search struct {
	parts []*ast.PatternPart
	where ast.Expr
	// joined tells that a MATCH stands beside another one, with which it may be one pattern.
	joined bool
}

// searchAt returns the outermost search at a place.
func searchAt(q *ast.Query, at token.Span) *search {
	var found *search
	joined := map[*ast.Match]bool{}
	visit(reflect.ValueOf(q), func(v reflect.Value) {
		if found != nil {
			return
		}
		var s *search
		var e ast.Expr
		switch x := v.Addr().Interface().(type) {
		case *ast.SingleQuery:
			noteJoined(x.Clauses, joined)
		case *ast.Match:
			if holds(x.Span(), at) {
				found = &search{parts: x.Pattern.Parts, where: x.Where, joined: joined[x]}
			}
		case *ast.PatternComprehension:
			s, e = &search{parts: []*ast.PatternPart{x.Part}, where: x.Where}, x
		case *ast.PatternPredicate:
			s, e = &search{parts: []*ast.PatternPart{x.Part}}, x
		case *ast.Subquery:
			if x.Pattern != nil {
				s, e = &search{parts: x.Pattern.Parts, where: x.Where}, x
			}
		}
		if s != nil && holds(e.Span(), at) {
			found = s
		}
	})
	return found
}

// noteJoined notes each MATCH that stands next to another one.
func noteJoined(clauses []ast.Clause, joined map[*ast.Match]bool) {
	for i := 1; i < len(clauses); i++ {
		x, ok := clauses[i-1].(*ast.Match)
		y, is := clauses[i].(*ast.Match)
		if ok && is && !x.Optional && !y.Optional {
			joined[x], joined[y] = true, true
		}
	}
}

// avoidable tells whether an error that the reference has may stay away, because another
// condition of the same MATCH fails first, or the MATCH beside it finds nothing.
func avoidable(q *ast.Query, err error) bool {
	f := (*reference.Failure)(nil)
	if !errors.As(err, &f) {
		return false
	}
	s := searchAt(q, f.Span)
	return s != nil && (s.joined || s.conditions() > 1)
}

// conditions counts the conditions of a search.
func (s *search) conditions() int {
	n := junctions(s.where)
	for _, p := range s.parts {
		visit(reflect.ValueOf(p), func(v reflect.Value) {
			switch x := v.Addr().Interface().(type) {
			case *ast.NodePattern:
				n += entries(x.Props) + junctions(x.Where)
			case *ast.RelPattern:
				n += entries(x.Props) + junctions(x.Where)
			case *ast.Repeat, *ast.Search:
				n += 2 // rounds are looked at before it is known where they lead
			case *ast.PatternPart:
				n += junctions(x.Where)
				if x.Select.Function() {
					n++ // that a path does not lead back to its beginning
				}
			}
		})
	}
	return n
}

func entries(e ast.Expr) int {
	if m, ok := e.(*ast.Map); ok {
		return len(m.Keys)
	}
	return 0
}

// junctions counts the terms of a condition.
func junctions(e ast.Expr) int {
	switch e := e.(type) {
	case nil:
		return 0
	case *ast.Binary:
		if e.Op == "AND" {
			return junctions(e.X) + junctions(e.Y)
		}
	case *ast.Comparison:
		return len(e.Ops)
	}
	return 1
}

// limited tells whether LIMIT is anywhere in a query.
func limited(q *ast.Query) bool {
	found := false
	visit(reflect.ValueOf(q), func(at reflect.Value) {
		if p, ok := reflect.TypeAssert[*ast.Projection](at.Addr()); ok && p.Limit != nil {
			found = true
		}
	})
	return found
}

// nullMerged tells whether MERGE has null written as a property, which is refused without
// regard to rows.
func nullMerged(q *ast.Query) bool {
	found := false
	visit(reflect.ValueOf(q), func(at reflect.Value) {
		if m, ok := reflect.TypeAssert[*ast.Merge](at.Addr()); ok {
			visit(reflect.ValueOf(m.Part), func(at reflect.Value) {
				if l, ok := reflect.TypeAssert[*ast.Literal](at.Addr()); ok && l.Value.IsNull() {
					found = true
				}
			})
		}
	})
	return found
}

func holds(outer, inner token.Span) bool { return outer.Start <= inner.Start && inner.End <= outer.End }
