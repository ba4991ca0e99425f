package reference

import (
	"cmp"
	"math/big"
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// reached is a path that a search has come to.
type reached struct {
	edges  []int
	nodes  []int // those that the edges lead to
	weight value.Value
}

func (p reached) end() int { return p.nodes[len(p.nodes)-1] }

// searched follows a relationship of variable length by one of the algorithms that choose
// among paths, each of which has no node twice: all such paths are made, and those are taken
// that the algorithm promises.
func (w *walk) searched(i, n int, t trail, e *env) error {
	p := w.part.Rels[i]
	low, high := 1, -1
	if p.Length != nil {
		low, high = p.Length.Min, p.Length.Max
	}
	var all []reached
	if err := w.spread(p, high, n, reached{weight: value.Int(0)}, []int{n}, e, &all); err != nil {
		return err
	}
	permute(w.r, all)
	chosen, err := w.chosenBy(p, low, all, e)
	if err != nil {
		return err
	}
	for _, c := range chosen {
		on := trail{slices.Concat(t.nodes, c.nodes), slices.Concat(t.edges, c.edges)}
		after := e
		if p.Var != nil {
			var list []value.Value
			for _, id := range c.edges {
				list = append(list, w.r.g.edgeValue(id))
			}
			after = after.with(p.Var.Name, value.List(list))
		}
		if p.Search.Total != nil {
			after = after.with(p.Search.Total.Name, c.weight)
		}
		if err := w.walkOn(i, c.end(), on, after); err != nil {
			return err
		}
	}
	return nil
}

// spread adds all paths from a node that go on from so far without a node of seen.
func (w *walk) spread(p *ast.RelPattern, high, n int, far reached, seen []int, e *env, all *[]reached) error {
	if high >= 0 && len(far.edges) >= high {
		return nil
	}
	for id, x := range w.r.g.Edges {
		if x.Deleted || len(p.Types) > 0 && !slices.ContainsFunc(p.Types, x.is) {
			continue
		}
		for _, to := range x.ends(n, p.Direction) {
			if err := w.r.step(1); err != nil {
				return err
			}
			if slices.Contains(seen, to) {
				continue
			}
			next := reached{append(slices.Clip(far.edges), id), append(slices.Clip(far.nodes), to), far.weight}
			if err := w.spreadTo(p, high, next, append(slices.Clip(seen), to), e, all); err != nil {
				return err
			}
		}
	}
	return nil
}

// spreadTo adds a path, if its last relationship may be followed, and those that go on from it.
func (w *walk) spreadTo(p *ast.RelPattern, high int, far reached, seen []int, e *env, all *[]reached) error {
	ok, err := w.follows(p, &far, seen[0], e)
	if err != nil || !ok {
		return err
	}
	*all = append(*all, far)
	return w.spread(p, high, far.end(), far, seen, e, all)
}

// follows tells whether the last relationship of a path may be followed, and adds its weight.
func (w *walk) follows(p *ast.RelPattern, far *reached, start int, e *env) (bool, error) {
	rel := w.r.g.edgeValue(far.edges[len(far.edges)-1])
	d := demand{entity: rel, labels: p.Is, props: p.Props, where: p.Where}
	if p.Var != nil {
		d.name = p.Var.Name
	}
	if ok, err := w.r.meets(d, e); err != nil || !ok {
		return false, err
	}
	if l := p.Search.Weight; l != nil {
		x, err := w.r.eval(l.X, scope{env: w.lambda(l, far, start, e)})
		if err != nil {
			return false, err
		}
		if far.weight, err = heavier(l.X, far.weight, x); err != nil {
			return false, err
		}
	}
	l := p.Search.Filter
	if l == nil {
		return true, nil
	}
	t, err := w.r.truth(l.X, scope{env: w.lambda(l, far, start, e)}, "a filter")
	return t == yes, err
}

// lambda binds what a lambda sees of the last step of a path.
func (w *walk) lambda(l *ast.Lambda, far *reached, start int, e *env) *env {
	e = e.with(l.Rel.Name, w.r.g.edgeValue(far.edges[len(far.edges)-1])).with(l.Node.Name, nodeValue(far.end()))
	if l.Path != nil {
		e = e.with(l.Path.Name, w.r.path(trail{slices.Concat([]int{start}, far.nodes), far.edges}))
	}
	if l.Weight != nil {
		e = e.with(l.Weight.Name, far.weight)
	}
	return e
}

// heavier adds the weight of a relationship to that of a path.
func heavier(at ast.Expr, sum, x value.Value) (value.Value, error) {
	if x.Kind() == value.KindDuration || sum.Kind() == value.KindDuration {
		return value.Null, unsupported(temporal.Duration{})
	}
	switch {
	case !isNumber(x):
		return value.Null, typeError(at, "a weight is %s", x.Kind())
	case !isNaN(x) && compareNumbers(x, value.Int(0)) < 0:
		return value.Null, fail(at, "ArgumentError", "a weight is negative")
	case sum.Kind() == value.KindInt && x.Kind() == value.KindInt:
		return whole(at, new(big.Int).Add(big.NewInt(sum.AsInt()), big.NewInt(x.AsInt())))
	}
	return value.Float(sum.Number() + x.Number()), nil
}

// chosenBy returns the paths that an algorithm promises among all that there are.
func (w *walk) chosenBy(p *ast.RelPattern, low int, all []reached, e *env) ([]reached, error) {
	c := choice{algorithm: p.Search.Algorithm, low: low, most: -1}
	if p.Search.Count != nil {
		k, err := w.r.count(p.Search.Count, e)
		if err != nil {
			return nil, err
		}
		c.most = k
	}
	if c.algorithm == ast.DepthFirst {
		return nil, unsupported(p)
	}
	slices.SortStableFunc(all, func(a, b reached) int { return cmp.Or(cmp.Compare(a.end(), b.end()), c.compare(a, b)) })
	var out []reached
	for len(all) > 0 {
		n := slices.IndexFunc(all, func(x reached) bool { return x.end() != all[0].end() })
		if n < 0 {
			n = len(all)
		}
		out = append(out, c.among(all[:n])...)
		all = all[n:]
	}
	return out, nil
}

// choice is what an algorithm takes of the paths to one node.
type choice struct {
	algorithm ast.Algorithm
	low       int // relationships that a path has at least
	most      int // paths, -1 for all
}

// compare orders paths by what the algorithm wants little of.
func (c choice) compare(a, b reached) int {
	if c.algorithm == ast.WShortest || c.algorithm == ast.AllShortest {
		return order(a.weight, b.weight)
	}
	return cmp.Compare(len(a.edges), len(b.edges))
}

// among returns what is taken of paths to one node, which are in order.
func (c choice) among(all []reached) []reached {
	switch c.algorithm {
	case ast.BreadthFirst:
		if len(all[0].edges) < c.low {
			return nil
		}
		return all[:1]
	case ast.WShortest:
		return all[:1]
	case ast.AllShortest:
		n := slices.IndexFunc(all, func(x reached) bool { return c.compare(x, all[0]) != 0 })
		if n < 0 {
			return all
		}
		return all[:n]
	case ast.KShortest:
		long := slices.DeleteFunc(slices.Clone(all), func(x reached) bool { return len(x.edges) < c.low })
		if c.most >= 0 && c.most < len(long) {
			return long[:c.most]
		}
		return long
	case ast.DepthFirst:
	}
	return nil
}
