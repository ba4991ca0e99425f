package planner

import (
	"fmt"
	"slices"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/spelling"
)

// Known is a Catalog that can also tell which labels and which indexes there are, so that
// remarks can suggest what was meant.
type Known interface {
	// Labels are the labels that exist.
	Labels() []string
	// Indexed are the properties with an index under a label.
	Indexed(label string) []string
}

// follow makes the nodes of g be found as the hints say, as far as that is possible.
func (b *builder) follow(g *pattern, hints []ast.Hint) {
	for _, h := range hints {
		switch h.Kind {
		case ast.HintIndex, ast.HintScan:
			b.followAccess(g, h)
		case ast.HintJoin:
			b.remark(h, "HintNotHonoured", "The hinted join is not planned.",
				"joins are chosen by the number of rows; USING JOIN is read and has no effect")
		}
	}
}

// followAccess leaves only the ways to find a node that the hint asks for.
func (b *builder) followAccess(g *pattern, h ast.Hint) {
	n := g.index[b.info.Uses[h.Vars[0]]]
	if n == nil {
		b.remark(h, "HintedIndexNotFound", "The hinted index does not exist.", "relationships have no index")
		return
	}
	var kept []access
	for _, a := range n.access {
		if a.asked(h) && subset(a.needs, b.bound) {
			kept = append(kept, a)
		}
	}
	if len(kept) > 0 {
		n.access, n.hinted = kept, true
		return
	}
	b.explainHint(n, h)
}

// asked tells whether a is what a hint asks for.
func (a *access) asked(h ast.Hint) bool {
	if a.label != h.Label.Text {
		return false
	}
	switch a.kind {
	case byLabel:
		return h.Kind == ast.HintScan || len(h.Keys) == 0
	case byEqual, byIn, byRange, byPrefix:
		if h.Kind != ast.HintIndex {
			return false
		}
		for _, k := range h.Keys {
			if k.Text == a.key {
				return true
			}
		}
		return len(h.Keys) == 0
	case byAll, byID, byIDs, byLabels, byUnique:
	}
	return false
}

// explainHint remarks why a hint about n is not followed; n is nil where it is about no
// node in particular.
func (b *builder) explainHint(n *node, h ast.Hint) {
	label := h.Label.Text
	switch {
	case b.cat.LabelCount(label) == 0 && !b.knows(label):
		text := fmt.Sprintf("no node has the label `%s`", label)
		if k, ok := b.cat.(Known); ok {
			text += suggestion(label, k.Labels())
		}
		b.remark(h, "HintedLabelNotFound", "The hinted label does not exist.", text)
	case h.Kind == ast.HintIndex && !b.anyIndex(h):
		instead := ""
		if k, ok := b.cat.(Known); ok {
			instead = suggestion(h.Keys[0].Text, k.Indexed(label))
		}
		if instead == "" {
			instead = "; make it with CREATE INDEX ON " + hintedIndex(h)
		}
		b.remark(h, "HintedIndexNotFound", "The hinted index does not exist.", "there is no index on "+hintedIndex(h)+instead)
	case n != nil && n.bound:
		b.remark(h, "HintNotHonoured", "The hint has no effect.", "the node is known before the pattern is looked for")
	case h.Kind == ast.HintScan:
		b.remark(h, "HintNotHonoured", "The hint has no effect.",
			fmt.Sprintf("the pattern does not ask for the label `%s`", label))
	default:
		b.remark(h, "HintNotHonoured", "The hint has no effect.",
			"no condition on the node can be answered by the index on "+hintedIndex(h))
	}
}

// knows tells whether a label exists.
func (b *builder) knows(label string) bool {
	k, ok := b.cat.(Known)
	return ok && slices.Contains(k.Labels(), label)
}

// anyIndex tells whether an index that h names exists.
func (b *builder) anyIndex(h ast.Hint) bool {
	for _, k := range h.Keys {
		if _, _, ok := b.cat.Index(h.Label.Text, k.Text); ok {
			return true
		}
	}
	return len(h.Keys) == 0
}

// hintedIndex renders the index that a hint names.
func hintedIndex(h ast.Hint) string {
	text := ":" + ast.NameString(h.Label.Text)
	if len(h.Keys) == 0 {
		return text
	}
	keys := make([]string, len(h.Keys))
	for i, k := range h.Keys {
		keys[i] = ast.NameString(k.Text)
	}
	return text + "(" + strings.Join(keys, ", ") + ")"
}

// suggestion asks whether the name most like word was meant.
func suggestion(word string, names []string) string {
	if name := spelling.Nearest(word, names); name != "" && name != word {
		return "; did you mean `" + name + "`?"
	}
	return ""
}

func (b *builder) remark(h ast.Hint, code, title, description string) {
	if slices.ContainsFunc(b.remarks.list, func(r plan.Remark) bool { return r.At == h.At && r.Code == code }) {
		return // a part of a query may be planned more than once
	}
	b.remarks.list = append(b.remarks.list, plan.Remark{Code: code, Title: title, Description: description, At: h.At})
}

// remarks are what the builders of one statement have to say.
type remarks struct{ list []plan.Remark }

// prefer leaves, of the ways to find n, those that the hints before the query ask for.
func (b *builder) prefer(n *node) {
	for i, h := range b.directives.hints {
		var kept []access
		for _, a := range n.access {
			if a.asked(h) && subset(a.needs, b.bound) {
				kept = append(kept, a)
			}
		}
		if len(kept) > 0 {
			n.access = kept
			b.directives.used[i] = true
		}
	}
}

// directives are the hints before a query, and which of them were of use.
type directives struct {
	hints []ast.Hint
	used  map[int]bool
}

// unused remarks on the hints before the query that were of no use.
func (b *builder) unused() {
	for i, h := range b.directives.hints {
		if !b.directives.used[i] {
			b.explainHint(nil, h)
		}
	}
}
