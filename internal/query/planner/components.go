package planner

import (
	"math"
	"slices"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/sema"
)

// componentsMax bounds the components that are compared; more are planned as the text has them.
const componentsMax = 40

// cheapest picks the component to plan next: one that a predicate joins to what is there,
// or else the one with the fewest rows.
func (m *matcher) cheapest(free []*component) int {
	if len(free) > componentsMax {
		return 0
	}
	best, bestRows := 0, 0.0
	for i, c := range free {
		rows := rowsOf(m.b.search(m.g, c, m.known, m.applied, 1))
		if left, _ := m.joinKeys(c); len(left) > 0 {
			rows /= 1000
		}
		if i == 0 || rows < bestRows {
			best, bestRows = i, rows
		}
	}
	return best
}

func rowsOf(s *state) float64 {
	if s == nil {
		return math.Inf(1)
	}
	return s.rows
}

// join plans a component that does not hang together with what is there.
func (m *matcher) join(c *component) error {
	rows := m.at.Head().Rows
	chained := m.b.search(m.g, c, m.known, m.applied, rows)
	left, right := m.joinKeys(c)
	if rows <= 1 && m.oneRow() || len(c.rels) == 0 && len(left) == 0 {
		return m.chain(c)
	}
	apart := m.b.search(m.g, c, symbolSet{}, m.applied, 1)
	if apart == nil {
		return m.chain(c)
	}
	cost := apart.cost + (rows+apart.rows)*costHash
	if len(left) == 0 {
		cost = apart.cost + rows*apart.rows*costRow
	}
	if chained != nil && chained.cost <= cost {
		return m.chain(c)
	}
	return m.apart(c, left, right)
}

// oneRow tells whether what is there is certainly one row.
func (m *matcher) oneRow() bool {
	_, ok := m.at.(*plan.Once)
	return ok
}

// apart plans c by itself and joins its rows to what is there.
func (m *matcher) apart(c *component, left, right []plan.Column) error {
	saved := m.b.bound
	m.b.bound = map[*sema.Symbol]bool{}
	inner := &matcher{
		b: m.b, g: m.g, known: symbolSet{}, applied: m.applied,
		at: &plan.Once{Header: plan.Header{Rows: 1}},
	}
	err := inner.chain(c)
	m.b.bound = saved
	if err != nil {
		return err
	}
	var columns []int
	for s := range inner.known {
		m.known[s] = true
		columns = append(columns, m.b.slot(s))
	}
	slices.Sort(columns)
	rows := m.at.Head().Rows * inner.at.Head().Rows
	if len(left) > 0 {
		m.at = &plan.HashJoin{
			Left: m.at, Right: inner.at, LeftKeys: left, RightKeys: right, RightSlots: columns,
			Header: plan.Header{Rows: max(m.at.Head().Rows, inner.at.Head().Rows)},
		}
	} else {
		m.at = &plan.Product{Left: m.at, Right: inner.at, RightSlots: columns, Header: plan.Header{Rows: rows}}
	}
	m.found = append(m.found, inner.found...)
	m.across(c)
	return m.filter()
}

// joinKeys finds the equalities between c and what is known.
func (m *matcher) joinKeys(c *component) (left, right []plan.Column) {
	for _, p := range m.g.preds {
		e, ok := p.expr.(*ast.Comparison)
		if !ok || m.applied[p.id] || len(e.Ops) != 1 || e.Ops[0] != "=" {
			continue
		}
		x, y := e.Operands[0], e.Operands[1]
		for range 2 {
			xs, ys := symbolSet{}, symbolSet{}
			m.b.collectSymbols(x, xs)
			m.b.collectSymbols(y, ys)
			if len(xs) > 0 && subset(xs, m.known) && len(ys) > 0 && c.hasAll(ys) {
				left = append(left, plan.Column{Expr: x, Slot: plan.NoSlot})
				right = append(right, plan.Column{Expr: y, Slot: plan.NoSlot})
				break
			}
			x, y = y, x
		}
	}
	return left, right
}

func (c *component) hasAll(symbols symbolSet) bool {
	for s := range symbols {
		if !c.has(s) {
			return false
		}
	}
	return true
}

// across demands that the relationships of c differ from those found outside of it.
func (m *matcher) across(c *component) {
	inside := map[*rel]bool{}
	for _, r := range c.rels {
		inside[r] = true
	}
	var pairs [][2]int
	for _, r := range m.found {
		for _, s := range m.found {
			if inside[r] && !inside[s] && overlap(r, s) {
				pairs = append(pairs, [2]int{m.b.slot(r.symbol), m.b.slot(s.symbol)})
			}
		}
	}
	if len(pairs) > 0 {
		m.at = &plan.Unequal{Input: m.at, Pairs: pairs, Header: plan.Header{Rows: m.at.Head().Rows}}
	}
}
