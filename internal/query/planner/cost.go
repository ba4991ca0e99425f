package planner

import (
	"math"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/graph"
)

// Fanout is a Catalog that can also tell, from a sample or from statistics, how many
// relationships nodes have.
type Fanout interface {
	// Fanout is the mean number of relationships of the given types (none: all), in
	// direction d, that a node with label from has to nodes with label to. An empty label
	// means any node. It reports false where it does not know.
	Fanout(from string, d graph.Direction, types []string, to string) (float64, bool)
}

// Skewed is a Fanout that can also tell how unequal nodes are.
type Skewed interface {
	// Skew is the mean of the squares of the numbers of relationships, by the square of
	// their mean: 1 where all nodes have as many.
	Skew(from string, d graph.Direction, types []string) float64
}

// Costs in units of one row touched.
const (
	costRow    = 1.0  // a row made
	costEdge   = 0.25 // a relationship looked at
	costCount  = 0.5  // the relationships of a node counted
	costScan   = 0.5  // a node found by a scan
	costLookup = 1.5  // starting an index look-up
	costHash   = 2.0  // a row put into or looked up in a hash table
)

// selectivity guesses which part of the rows satisfies e.
func selectivity(e ast.Expr) float64 {
	switch e := e.(type) {
	case *ast.Comparison:
		switch e.Ops[0] {
		case "=":
			return 0.1
		case "<>":
			return 0.95
		}
		return 0.3
	case *ast.Binary:
		switch e.Op {
		case "IN":
			return min(1, 0.05*listLength(e.Y))
		case "STARTS WITH", "ENDS WITH", "CONTAINS", "=~":
			return 0.1
		case "OR":
			return min(1, selectivity(e.X)+selectivity(e.Y))
		case "AND":
			return selectivity(e.X) * selectivity(e.Y)
		}
	case *ast.Unary:
		if e.Op == "NOT" {
			return max(0.05, 1-selectivity(e.X))
		}
	case *ast.IsNull:
		if e.Not {
			return 0.8
		}
		return 0.2
	}
	return 0.5
}

// labelFraction guesses which part of all nodes has every label.
func (b *builder) labelFraction(labels []string) float64 {
	part := 1.0
	total := float64(max(1, b.cat.NodeCount()))
	for _, l := range labels {
		part = min(part, float64(b.cat.LabelCount(l))/total)
	}
	return part
}

// labelShare is labelFraction of the labels of n. It is asked for each way to begin with n,
// of which there are as many as labels.
func (b *builder) labelShare(n *node) float64 {
	if !n.shared {
		n.share, n.shared = b.labelFraction(n.labels), true
	}
	return n.share
}

// rarest returns the label that the fewest nodes have.
func (b *builder) rarest(labels []string) string {
	best, count := "", int64(0)
	for i, l := range labels {
		if c := b.cat.LabelCount(l); i == 0 || c < count {
			best, count = l, c
		}
	}
	return best
}

// fanout guesses how many relationships of r one node at its from end has, and how many of
// them lead to a node with the labels of the other end.
func (b *builder) fanout(r *rel, from, to *node) (all, fit float64) {
	d := r.direction
	if from != r.left {
		d = d.Reversed()
	}
	source := b.rarest(from.labels)
	if f, ok := b.cat.(Fanout); ok {
		all, ok = f.Fanout(source, d, r.types, "")
		fit, _ = f.Fanout(source, d, r.types, b.rarest(to.labels))
		if ok {
			return all, fit
		}
	}
	edges := 0.0
	for _, t := range r.types {
		edges += float64(b.cat.TypeCount(t))
	}
	if len(r.types) == 0 {
		edges = float64(b.cat.EdgeCount())
	}
	nodes := float64(b.cat.NodeCount())
	if source != "" {
		nodes = float64(b.cat.LabelCount(source))
	}
	all = edges / max(1, nodes)
	if d == graph.Both {
		all *= 2
	}
	if len(to.labels) == 0 {
		return all, all
	}
	return all, all * max(0.1, b.labelShare(to))
}

// skewMax bounds the factor of skew.
const skewMax = 16

// skew is how many times more relationships of r than a node found by a scan one at its from
// end has that was reached over a relationship: such a node is likely to be one with many. As
// it is not known whether with many of this kind, it is the root of what it would be then.
func (b *builder) skew(s *state, r *rel, from *node) float64 {
	c, ok := b.cat.(Skewed)
	if !ok || s.scanned != nil && s.scanned.has(from.symbol.ID) {
		return 1
	}
	d := r.direction
	if from != r.left {
		d = d.Reversed()
	}
	return min(skewMax, max(1, math.Sqrt(c.Skew(b.rarest(from.labels), d, r.types))))
}

// varFanout guesses how many trails a variable-length relationship gives and how many
// relationships are looked at on the way.
func varFanout(l *ast.Length, fan float64) (rows, edges float64) {
	low, high := l.Min, l.Max
	if high < 0 || high > low+6 {
		high = low + 6
	}
	level := 1.0
	for i := range high + 1 {
		if i > 0 {
			level = min(level*fan, 1e12)
			edges += level
		}
		if i >= low {
			rows += level
		}
	}
	return rows, edges
}
