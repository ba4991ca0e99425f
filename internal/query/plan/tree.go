package plan

import (
	"fmt"
	"strings"
	"time"
)

// Tree is a plan for people and for drivers.
type Tree struct {
	Operator    string
	Detail      string
	Identifiers []string
	Estimate    float64 // rows expected
	// Rows, Hits and Time are what was measured of this operator alone; Measured tells
	// whether it was.
	Measured bool
	Rows     int64
	Hits     int64 // reads of nodes, relationships and properties
	Time     time.Duration
	Children []*Tree
}

// Describe makes the tree of p; each is called with every operator and its place in the tree.
func Describe(p *Plan, each func(Op, *Tree)) *Tree { return describe(p, p.Root, each) }

func describe(p *Plan, o Op, each func(Op, *Tree)) *Tree {
	t := &Tree{Operator: o.Name(), Detail: o.Detail(p), Estimate: o.Head().Rows}
	if each != nil {
		each(o, t)
	}
	for _, in := range o.Inputs() {
		t.Children = append(t.Children, describe(p, in, each))
	}
	for _, s := range o.Head().Subplans {
		t.Children = append(t.Children, &Tree{
			Operator: s.Asks.String(), Estimate: s.Root.Head().Rows, Children: []*Tree{describe(s, s.Root, each)},
		})
	}
	seen := map[string]bool{}
	for _, s := range o.Head().Carry {
		if name := p.slot(s); !seen[name] {
			seen[name] = true
			t.Identifiers = append(t.Identifiers, name)
		}
	}
	return t
}

// Lines renders the tree as text, the last operator first.
func (t *Tree) Lines() []string { return t.lines(nil, "") }

func (t *Tree) lines(dst []string, indent string) []string {
	line := indent + "* " + t.Operator
	if t.Detail != "" {
		line += " " + t.Detail
	}
	if t.Measured {
		line += fmt.Sprintf(" | rows %d, hits %d, %s", t.Rows, t.Hits, t.Time)
	}
	dst = append(dst, line)
	for i := len(t.Children) - 1; i > 0; i-- {
		dst = append(dst, indent+"|\\")
		dst = t.Children[i].lines(dst, indent+"| ")
	}
	if len(t.Children) > 0 {
		dst = t.Children[0].lines(dst, indent)
	}
	return dst
}

// TotalTime returns the time of the tree's operators together.
func (t *Tree) TotalTime() time.Duration {
	sum := max(t.Time, 0)
	for _, c := range t.Children {
		sum += c.TotalTime()
	}
	return sum
}

// Find returns the first operator of the given name, searched from the root, or nil.
func (t *Tree) Find(operator string) *Tree {
	if strings.EqualFold(t.Operator, operator) {
		return t
	}
	for _, c := range t.Children {
		if found := c.Find(operator); found != nil {
			return found
		}
	}
	return nil
}

// Cost is what the planner expects the plan to cost: the rows that leave its operators, all
// together.
func (t *Tree) Cost() float64 {
	cost := t.Estimate
	for _, c := range t.Children {
		cost += c.Cost()
	}
	return cost
}
