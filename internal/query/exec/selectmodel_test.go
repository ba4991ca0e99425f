package exec

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// modelMatch is a way to match a pattern of several segments.
type modelMatch struct {
	walk modelWalk
	row  string // what a query returns of it
}

// modelTail is what follows the first segment: nothing, or a node m and one more segment.
type modelTail struct {
	there     bool
	step      modelRelPattern
	single    bool // one relationship without a quantifier
	low, high int
	mid       int // what m.v must not be; -1 for nothing
}

func drawTail(t *rapid.T) modelTail {
	tail := modelTail{there: rapid.Bool().Draw(t, "tail"), mid: -1}
	if !tail.there {
		return tail
	}
	tail.step = drawStep(t)
	tail.single = rapid.Bool().Draw(t, "single")
	tail.low = rapid.IntRange(0, 1).Draw(t, "tail low")
	tail.high = tail.low + rapid.IntRange(1, 2).Draw(t, "tail high")
	if rapid.Bool().Draw(t, "mid") {
		tail.mid = 2
	}
	return tail
}

func (m *modelTail) text() string {
	if !m.there {
		return ""
	}
	node := "(m)"
	if m.mid >= 0 {
		node = fmt.Sprintf("(m WHERE m.v <> %d)", m.mid)
	}
	rel := node + arrows(m.step.dir, "z"+typesText(m.step.types))
	if !m.single {
		rel += fmt.Sprintf("{%d,%d}", m.low, m.high)
	}
	return rel
}

func (m *modelTail) columns() string {
	switch {
	case !m.there:
		return ""
	case m.single:
		return ", m.id, z.id"
	}
	return ", m.id, [r IN z | r.id] AS z"
}

// matches calls visit with every way to go on from w.
func (m *modelTail) matches(g *modelGraph, w modelWalk, fits func(modelWalk) bool, visit func(modelWalk, string)) {
	if !m.there {
		visit(w, "")
		return
	}
	mid := w.last()
	if m.mid >= 0 && g.nodes[mid].v == m.mid {
		return
	}
	if m.single {
		g.extend(w, m.step, func(next modelWalk) {
			if fits(next) {
				visit(next, fmt.Sprintf(" | %d | %d", mid, next.edges[len(next.edges)-1]))
			}
		})
		return
	}
	round := modelRound{steps: []modelRelPattern{m.step}, low: m.low, high: m.high}
	round.matches(g, w, fits, func(next modelWalk) {
		visit(next, fmt.Sprintf(" | %d | %s", mid, list(next.edges[len(w.edges):])))
	})
}

// matchMode begins a MATCH in which walks of a path mode are found.
func matchMode(mode string) string {
	if mode == "WALK" {
		return "MATCH REPEATABLE ELEMENTS"
	}
	return "MATCH"
}

// modeFits tells whether a walk may be gone on with in a path mode.
func modeFits(mode string) func(modelWalk) bool {
	return func(w modelWalk) bool {
		inner := w.nodes
		switch mode {
		case "WALK":
			return true
		case "ACYCLIC":
		case "SIMPLE":
			if w.last() == w.nodes[0] && len(w.edges) > 0 {
				inner = w.nodes[1:]
			}
		default:
			return w.isTrail()
		}
		seen := map[int]bool{}
		for _, n := range inner {
			if seen[n] {
				return false
			}
			seen[n] = true
		}
		return w.isTrail()
	}
}

// TestSelectorModel compares path selectors with the model.
func TestSelectorModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := drawPathGraph(rt, 5, 6)
		d := g.loadPaths(t)
		d.size = rapid.SampledFrom([]int{1, 3, 1024}).Draw(rt, "batch")
		mode := rapid.SampledFrom([]string{"", "", "TRAIL", "ACYCLIC", "SIMPLE", "WALK"}).Draw(rt, "mode")
		first := drawRound(rt)
		if mode == "WALK" {
			first.high = first.low + 1
		}
		tail := drawTail(rt)
		bound := rapid.SampledFrom([]string{"x", "y", "xy", ""}).Draw(rt, "bound")
		x, y := rapid.IntRange(0, len(g.nodes)-1).Draw(rt, "x"), rapid.IntRange(0, len(g.nodes)-1).Draw(rt, "y")
		k := rapid.IntRange(1, 3).Draw(rt, "k")
		selector := rapid.SampledFrom([]string{
			"ANY SHORTEST", "ALL SHORTEST", fmt.Sprintf("SHORTEST %d", k), fmt.Sprintf("SHORTEST %d GROUPS", k), fmt.Sprintf("ANY %d", k),
		}).Draw(rt, "selector")
		whole := rapid.SampledFrom([]string{"", "", "length(p) <> 2", "size(s0) <> 1", "x.v <= y.v"}).Draw(rt, "whole")

		all := map[[2]int][]modelMatch{}
		fits := modeFits(mode)
		for n := range g.nodes {
			if strings.Contains(bound, "x") && n != x {
				continue
			}
			first.matches(g, modelWalk{nodes: []int{n}}, fits, func(w modelWalk) {
				groups := first.groups(w, 0, len(w.edges))
				rounds := len(w.edges) / len(first.steps)
				tail.matches(g, w, fits, func(w modelWalk, rest string) {
					if strings.Contains(bound, "y") && w.last() != y || !g.wholeFits(whole, w, rounds) {
						return
					}
					ends := [2]int{n, w.last()}
					all[ends] = append(all[ends], modelMatch{w, w.row() + " | " + groups + rest})
				})
			})
		}

		left, right := "(x)", "(y)"
		if strings.Contains(bound, "x") {
			left = fmt.Sprintf("(x {id: %d})", x)
		}
		if strings.Contains(bound, "y") {
			right = fmt.Sprintf("(y {id: %d})", y)
		}
		prefix := selector
		switch {
		case strings.HasSuffix(selector, "GROUPS"):
			prefix = strings.TrimSuffix(selector, "GROUPS") + strings.TrimPrefix(mode, "WALK") + " PATHS GROUPS"
		case mode != "" && mode != "WALK":
			prefix += " " + mode
		}
		pattern := left + first.text() + tail.text() + right
		if whole != "" {
			pattern = "(" + pattern + " WHERE " + whole + ")"
		}
		text := "MATCH (o {id: 0}) " + matchMode(mode) + " p = " + prefix + " " + pattern + " RETURN " + pathColumns + ", " + first.columns() + tail.columns()
		checkSelection(rt, text, selector, k, rowsText(t, rt, d, text), all)
	})
}

// wholeFits tests a condition on a whole path.
func (g *modelGraph) wholeFits(condition string, w modelWalk, rounds int) bool {
	switch condition {
	case "length(p) <> 2":
		return len(w.edges) != 2
	case "size(s0) <> 1":
		return rounds != 1
	case "x.v <= y.v":
		return g.nodes[w.nodes[0]].v <= g.nodes[w.last()].v
	}
	return true
}

// checkSelection demands of the rows got that they are a selection from all.
func checkSelection(t *rapid.T, text, selector string, k int, got []string, all map[[2]int][]modelMatch) {
	if selector == "ANY SHORTEST" || selector == "ALL SHORTEST" {
		k = 1
	}
	left := slices.Clone(got)
	for ends, matches := range all {
		var lengths []int
		for _, m := range matches {
			lengths = append(lengths, len(m.walk.edges))
		}
		slices.Sort(lengths)
		var want []int // lengths
		switch {
		case strings.HasPrefix(selector, "ALL"), strings.HasSuffix(selector, "GROUPS"):
			distinct := slices.Compact(slices.Clone(lengths))
			limit := distinct[min(k, len(distinct))-1]
			for _, n := range lengths {
				if n <= limit {
					want = append(want, n)
				}
			}
		default:
			want = lengths[:min(k, len(lengths))]
		}
		var found []int
		for _, m := range matches {
			if i := slices.Index(left, m.row); i >= 0 {
				left = slices.Delete(left, i, i+1)
				found = append(found, len(m.walk.edges))
			}
		}
		slices.Sort(found)
		if strings.HasPrefix(selector, "ANY ") && selector != "ANY SHORTEST" {
			if len(found) != len(want) {
				t.Fatalf("%s\nbetween %v got %d paths, want %d: %q", text, ends, len(found), len(want), got)
			}
			continue
		}
		if !slices.Equal(found, want) {
			t.Fatalf("%s\nbetween %v got lengths %v, want %v: %q", text, ends, found, want, got)
		}
	}
	if len(left) > 0 {
		t.Fatalf("%s\ngot %q, which do not match", text, left)
	}
}
