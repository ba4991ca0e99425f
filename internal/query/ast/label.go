package ast

import "memgraphd/internal/query/token"

// LabelExpr is a condition on the labels of a node, or on the type of a relationship. The
// set of its types is closed.
type LabelExpr interface {
	Span() token.Span
	labelExpr()
}

// Label expression nodes, in the order in which every switch lists them.
type (
	// LabelName holds where the label is there, or the type is this one.
	LabelName struct{ Name }
	// LabelWildcard is %, which holds where there is any label, and of every relationship.
	LabelWildcard struct{ Place }
	// LabelNot is !x.
	LabelNot struct {
		Place
		X LabelExpr
	}
	// LabelJunction is x & y & … or, where Any is set, x | y | …; it has two terms at least.
	LabelJunction struct {
		Place
		Any   bool
		Terms []LabelExpr
	}
	// LabelDynamic is $(x) or $all(x), or $any(x) where Any is set: X gives one name or a
	// list of names, all or any of which are asked for.
	LabelDynamic struct {
		Place
		Any bool
		X   Expr
	}
)

func (*LabelName) labelExpr()     {}
func (*LabelWildcard) labelExpr() {}
func (*LabelNot) labelExpr()      {}
func (*LabelJunction) labelExpr() {}
func (*LabelDynamic) labelExpr()  {}

// WalkLabels calls visit with l and everything below it; l may be nil.
func WalkLabels(l LabelExpr, visit func(LabelExpr)) {
	if l == nil {
		return
	}
	visit(l)
	switch l := l.(type) {
	case *LabelName, *LabelWildcard, *LabelDynamic:
	case *LabelNot:
		WalkLabels(l.X, visit)
	case *LabelJunction:
		for _, t := range l.Terms {
			WalkLabels(t, visit)
		}
	}
}

// LabelOperands calls visit with the expressions that give the names of l, which may be nil.
func LabelOperands(l LabelExpr, visit func(Expr)) {
	WalkLabels(l, func(l LabelExpr) {
		if d, ok := l.(*LabelDynamic); ok {
			visit(d.X)
		}
	})
}

// IsConjunction reports whether l, which may be nil, does no more than ask for all of some
// names that expressions give: what can be created, set and removed.
func IsConjunction(l LabelExpr) bool {
	switch l := l.(type) {
	case nil:
		return true
	case *LabelDynamic:
		return !l.Any
	case *LabelJunction:
		if l.Any {
			return false
		}
		for _, t := range l.Terms {
			if !IsConjunction(t) {
				return false
			}
		}
		return true
	default:
		return false
	}
}
