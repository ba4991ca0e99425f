package exec

import (
	"slices"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/storage/graph"
)

// pair counts the combinations of two relationships, each at a node of the row: as many as
// the one matches times as many as the other, less the combinations that do not count. Those
// are of one relationship with itself, or of two that lead to the same node.
type pair struct {
	one, two *countSide
	spec     *plan.Pair
	found    [2][]ending // scratch of few
}

// ending is a relationship by its other end.
type ending struct {
	node graph.NodeID
	edge graph.EdgeID
}

// pairFew is how many relationships are compared with each other one by one.
const pairFew = 32

// row counts for one row.
func (p *pair) row(r *run, in *batch.Batch, row int) (int64, error) {
	if p.spec.Apart && len(p.one.below) == 0 && len(p.two.below) == 0 {
		if count, ok, err := p.few(r, in, row); ok || err != nil {
			return count, err
		}
	}
	first, err := p.one.row(r, in, row)
	if err != nil || first == 0 {
		return 0, err
	}
	second, err := p.two.row(r, in, row)
	if err != nil || second == 0 {
		return 0, err
	}
	all, err := times(first, second)
	if err != nil {
		return 0, err
	}
	x, y := p.one.from[row], p.two.from[row]
	if p.spec.Apart {
		same, err := p.sameEnd(r, x, y, row)
		if err != nil {
			return 0, err
		}
		all -= same
		if x == y {
			return all, nil // what is the same relationship leads to the same node
		}
	}
	if p.spec.Differ {
		d := p.one.spec.Direction
		if second < first {
			d = p.two.spec.Direction
		}
		if x == y && turned(p.one.spec.Direction, p.two.spec.Direction) && !r.tx.MayLoop(x, d) {
			return all, nil
		}
		same, err := p.sameEdge(r, x, y, row)
		if err != nil {
			return 0, err
		}
		all -= same
	}
	return all, nil
}

// few compares all relationships with each other; ok is false where they are many.
func (p *pair) few(r *run, in *batch.Batch, row int) (count int64, ok bool, err error) {
	for i, s := range [2]*countSide{p.one, p.two} {
		if !s.ready(in, row) {
			return 0, true, nil
		}
		list := p.found[i][:0]
		if list, ok, err = s.few(r, row, list); !ok || err != nil {
			return 0, false, err
		}
		if p.found[i] = list; len(list) == 0 {
			return 0, true, nil
		}
	}
	for _, x := range p.found[0] {
		for _, y := range p.found[1] {
			if x.node != y.node && (!p.spec.Differ || x.edge != y.edge) {
				count++
			}
		}
	}
	return count, true, nil
}

// sameEnd counts the combinations of two relationships that lead to the same node.
func (p *pair) sameEnd(r *run, x, y graph.NodeID, row int) (total int64, err error) {
	short, long, to := p.one, p.two, y
	if p.two.degreeAbout(r, y, p.two.spec.Direction) < p.one.degreeAbout(r, x, p.one.spec.Direction) {
		short, long, to = p.two, p.one, x
	}
	from := x
	if short == p.two {
		from = y
	}
	err = short.eachOne(r, from, row, func(end graph.NodeID, _ graph.Edge) error {
		matching := int64(0)
		for _, e := range long.pairs.find(r, to, end, int(graph.NoEdge)) {
			if long.passes(r, end, e.ID, row) {
				matching++
			}
		}
		if matching == 0 {
			return nil
		}
		count, failed := p.product(r, end, end)
		if failed == nil {
			if count, failed = times(count, matching); failed == nil {
				total, failed = plus(total, count)
			}
		}
		return failed
	})
	return total, err
}

// product is what hangs below the two ends together.
func (p *pair) product(r *run, one, two graph.NodeID) (int64, error) {
	first, err := p.one.product(r, one)
	if err != nil || first == 0 {
		return 0, err
	}
	second, err := p.two.product(r, two)
	if err != nil {
		return 0, err
	}
	return times(first, second)
}

// sameEdge counts the combinations of one relationship with itself.
func (p *pair) sameEdge(r *run, x, y graph.NodeID, row int) (total int64, err error) {
	if x == y && !turned(p.one.spec.Direction, p.two.spec.Direction) {
		err = p.one.eachOne(r, x, row, func(end graph.NodeID, e graph.Edge) error {
			count, failed := p.itself(r, x, x, end, e, row)
			if failed == nil {
				total, failed = plus(total, count)
			}
			return failed
		})
		return total, err
	}
	// Only what joins the two nodes, or leads from the one node to itself, can be both.
	for _, e := range p.one.pairs.find(r, x, y, int(graph.NoEdge)) {
		if !p.one.passes(r, y, e.ID, row) {
			continue
		}
		count, err := p.itself(r, x, y, y, e, row)
		if err != nil {
			return 0, err
		}
		if total, err = plus(total, count); err != nil {
			return 0, err
		}
	}
	return total, nil
}

// turned tells whether a relationship that is followed in one of the directions from a node
// is followed in the other one only if it leads to the same node.
func turned(d, other graph.Direction) bool {
	return d != graph.Both && other != graph.Both && d != other
}

// itself counts relationship e, which the first matches from x to end, where the second
// matches it from y.
func (p *pair) itself(r *run, x, y, end graph.NodeID, e graph.Edge, row int) (int64, error) {
	other, two := end, p.two
	if x != y {
		other = x
	}
	out := r.tx.EdgeSource(e) == y && two.spec.Direction != graph.In
	in := e.Dst == y && two.spec.Direction != graph.Out
	if !out && !in {
		return 0, nil
	}
	if len(two.types) > 0 && !slices.Contains(two.types, r.tx.EdgeType(e)) || !two.passes(r, other, e.ID, row) {
		return 0, nil
	}
	return p.product(r, end, other)
}
