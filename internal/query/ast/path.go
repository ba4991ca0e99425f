package ast

import "strconv"

// SelectorKind tells which matches of a part of a pattern count. They are counted apart
// for each pair of a first and a last node.
type SelectorKind uint8

// The selectors.
const (
	SelectAll              SelectorKind = iota // ALL: every match
	SelectAny                                  // ANY k: any k of them
	SelectShortest                             // SHORTEST k, ANY SHORTEST: k of the shortest
	SelectGroups                               // SHORTEST k GROUPS, ALL SHORTEST: all of the k least lengths
	SelectShortestPath                         // shortestPath(…)
	SelectAllShortestPaths                     // allShortestPaths(…)
)

// PathMode tells what may be repeated within a path.
type PathMode uint8

// The path modes.
const (
	NoMode  PathMode = iota // none is written
	Trail                   // each relationship once
	Walk                    // anything that the rest of the pattern allows
	Acyclic                 // each node once
	Simple                  // each node once, but the last may be the first
)

// String returns the keyword of m.
func (m PathMode) String() string {
	switch m {
	case NoMode:
		return ""
	case Trail:
		return "TRAIL"
	case Walk:
		return "WALK"
	case Acyclic:
		return "ACYCLIC"
	case Simple:
		return "SIMPLE"
	}
	return "mode " + strconv.Itoa(int(m))
}

// Selector is what stands before or around a part: SHORTEST 2 GROUPS, shortestPath( ).
type Selector struct {
	Place
	Kind  SelectorKind
	Count Expr // *Literal or *Param; nil for one
	Mode  PathMode
}

// Function tells whether the selector is written as a function around its pattern.
func (s *Selector) Function() bool {
	return s != nil && (s.Kind == SelectShortestPath || s.Kind == SelectAllShortestPaths)
}

// Selective tells whether s leaves matches out.
func (s *Selector) Selective() bool { return s != nil && s.Kind != SelectAll }

// Repeat is the pattern of a quantified path pattern. Its variables stand for one round
// inside and for the list of all rounds outside of it.
type Repeat struct {
	Place
	Part  *PatternPart // without a name and a selector
	Where Expr         // of each round, nil when absent
}

// Algorithm is how the paths of a variable-length relationship are looked for.
type Algorithm uint8

// The algorithms.
const (
	DepthFirst   Algorithm = iota // every trail
	BreadthFirst                  // *BFS: one of the shortest to each end
	WShortest                     // *WSHORTEST: one of the cheapest to each end
	AllShortest                   // *ALLSHORTEST: all of the cheapest to each end
	KShortest                     // *KSHORTEST: the k shortest without a repeated node
)

// String returns the keyword of a.
func (a Algorithm) String() string {
	switch a {
	case DepthFirst:
		return ""
	case BreadthFirst:
		return "BFS"
	case WShortest:
		return "WSHORTEST"
	case AllShortest:
		return "ALLSHORTEST"
	case KShortest:
		return "KSHORTEST"
	}
	return "algorithm " + strconv.Itoa(int(a))
}

// Search is what stands after the * of a relationship beside the bounds:
// *WSHORTEST (r, n | r.weight) total (r, n | n.open).
type Search struct {
	Place
	Algorithm Algorithm
	Weight    *Lambda   // WShortest and AllShortest only
	Total     *Variable // the sum of the weights; nil when absent
	Filter    *Lambda   // which relationships may be followed; nil for all
	Count     Expr      // KShortest only: how many; nil for all
}

// Lambda is (r, n, p, w | x), computed for a relationship r that is about to be followed
// to the node n; p is the path up to and with it, w its weight so far.
type Lambda struct {
	Place
	Rel, Node    *Variable
	Path, Weight *Variable // nil when absent
	X            Expr
}

// ShortestPath is shortestPath((a)-[*]-(b)) or allShortestPaths(…) as a value: a path or
// null, or the list of paths. Part.Select says which.
type ShortestPath struct {
	Place
	Part *PatternPart
}

func (*ShortestPath) expr() {}
