package load

import (
	"strings"

	"memgraphd/internal/statement"
)

// group is statements of one shape.
type group struct {
	shape string
	rows  []any
	from  []statement.Statement // that the rows were
}

// batch is what runs in one transaction, or one statement alone. Its statements follow each
// other in the file.
type batch struct {
	kind   kind
	groups []*group              // of nodes and edges
	list   []statement.Statement // of the others
	err    error                 // of unknown
	first  int                   // line of the first statement
	count  int
	bytes  int
}

// gatherer makes batches of statements.
type gatherer struct {
	statements int // in a batch at most
	bytes      int // after which a batch ends
	emit       func(*batch) error

	shaper shaper
	names  names
	open   *batch
	shapes map[string]*group
}

// add takes a statement in.
func (g *gatherer) add(st statement.Statement) error {
	st.Text = bare(st.Text)
	if sh, ok := g.shaper.shapeOf(st.Text); ok {
		if err := g.begin(sh.kind, st); err != nil {
			return err
		}
		at := g.shapes[sh.text]
		if at == nil {
			at = &group{shape: sh.text}
			g.shapes[sh.text] = at
			g.open.groups = append(g.open.groups, at)
		}
		at.rows, at.from = append(at.rows, any(sh.row)), append(at.from, st)
		return g.full()
	}
	k, text, reason := classify(g.names.told(st.Text))
	if err := g.begin(k, st); err != nil {
		return err
	}
	st.Text = text
	g.open.list, g.open.err = append(g.open.list, st), reason
	if k != plain {
		return g.flush()
	}
	return g.full()
}

// begin makes the open batch one of kind k.
func (g *gatherer) begin(k kind, st statement.Statement) error {
	if g.open != nil && g.open.kind != k {
		if err := g.flush(); err != nil {
			return err
		}
	}
	if g.open == nil {
		g.open, g.shapes = &batch{kind: k, first: st.Line}, map[string]*group{}
	}
	g.open.count++
	g.open.bytes += len(st.Text)
	return nil
}

// full hands the open batch on once it is large enough.
func (g *gatherer) full() error {
	if g.open.count < g.statements && g.open.bytes < g.bytes {
		return nil
	}
	return g.flush()
}

// flush hands the open batch on.
func (g *gatherer) flush() error {
	b := g.open
	g.open = nil
	if b == nil {
		return nil
	}
	return g.emit(b)
}

// bare is a statement without the comments before it.
func bare(text string) string {
	for {
		var end string
		switch {
		case strings.HasPrefix(text, "//"):
			end = "\n"
		case strings.HasPrefix(text, "/*"):
			end = "*/"
		default:
			return text
		}
		_, text, _ = strings.Cut(text[2:], end)
		text = strings.TrimSpace(text)
	}
}
