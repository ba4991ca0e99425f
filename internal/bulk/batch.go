package bulk

import (
	"context"
	"strconv"
	"strings"
)

// source is where a row comes from, for messages.
type source struct {
	file   string
	line   int
	fields []string
}

// batch is rows that one statement creates.
type batch struct {
	text    string
	nodes   bool
	rows    []any
	slots   []uint32 // of nodes
	sources []source
}

// group is a batch that is being gathered.
type group struct {
	batch

	bytes int
}

// add puts a row into the batch of its statement. The reader of the files alone calls it.
func (l *loader) add(ctx context.Context, text string, nodes bool, row any, slot uint32, from source) error {
	g := l.groups[text]
	if g == nil {
		if len(l.groups) >= groupsMax {
			if err := l.flushAll(ctx); err != nil {
				return err
			}
		}
		g = &group{batch: batch{text: text, nodes: nodes}}
		l.groups[text] = g
		l.gathered = append(l.gathered, g)
	}
	g.rows = append(g.rows, row)
	g.sources = append(g.sources, from)
	if nodes {
		g.slots = append(g.slots, slot)
	}
	g.bytes += 32
	for _, field := range from.fields {
		g.bytes += len(field)
	}
	if len(g.rows) >= l.o.BatchRows || g.bytes >= batchBytesMax {
		return l.flush(ctx, g)
	}
	return nil
}

// flushAll sends what is gathered, and forgets the groups.
func (l *loader) flushAll(ctx context.Context) error {
	for _, g := range l.gathered {
		if err := l.flush(ctx, g); err != nil {
			return err
		}
	}
	clear(l.groups)
	l.gathered = nil
	return nil
}

// flush sends what is gathered of a group.
func (l *loader) flush(ctx context.Context, g *group) error {
	if len(g.rows) == 0 {
		return nil
	}
	b := g.batch
	g.rows, g.slots, g.sources, g.bytes = make([]any, 0, len(b.rows)), nil, make([]source, 0, len(b.rows)), 0
	l.mu.Lock()
	l.ids.grow()
	l.mu.Unlock()
	if len(l.o.Servers) == 0 {
		l.count(&b, nil)
		return nil
	}
	l.sending.Add(1)
	select {
	case l.batches <- &b:
		return nil
	case <-ctx.Done():
		l.sending.Done()
		if err := l.failure(); err != nil {
			return err
		}
		return context.Cause(ctx)
	}
}

// count notes that a batch is in the database; made are the nodes, or nil where rows are only checked.
func (l *loader) count(b *batch, made []any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b.nodes {
		l.report.Nodes += int64(len(b.rows))
	} else {
		l.report.Relationships += int64(len(b.rows))
	}
	for i, slot := range b.slots {
		if slot == noSlot {
			continue
		}
		l.ids.nodes[slot] = 0
		if made != nil {
			l.ids.nodes[slot], _ = made[i].(int64) // send has looked at the types
		}
	}
	if l.o.Progress != nil {
		l.o.Progress(l.report)
	}
}

// appendName appends a name in backquotes.
func appendName(b *strings.Builder, name string) {
	b.WriteByte('`')
	b.WriteString(strings.ReplaceAll(name, "`", "``"))
	b.WriteByte('`')
}

// nodeText is the statement that creates nodes with labels; properties is what stands in braces, or all of r where it is "".
func nodeText(labels []string, properties string) string {
	var b strings.Builder
	b.WriteString("UNWIND $rows AS r CREATE (n")
	for _, label := range labels {
		b.WriteByte(':')
		appendName(&b, label)
	}
	if properties == "" {
		b.WriteString(") SET n = r")
	} else {
		b.WriteString(" {" + properties + "})")
	}
	b.WriteString(" RETURN collect(id(n)) AS ids")
	return b.String()
}

// edgeText is the statement that creates relationships of a type; properties is what stands in braces, or all of r[2]
// where it is "".
func edgeText(typ, properties string) string {
	var b strings.Builder
	b.WriteString("UNWIND $rows AS r MATCH (a) WHERE id(a) = r[0] MATCH (b) WHERE id(b) = r[1] CREATE (a)-[e:")
	appendName(&b, typ)
	if properties == "" {
		b.WriteString("]->(b) SET e = r[2]")
	} else {
		b.WriteString(" {" + properties + "}]->(b)")
	}
	return b.String()
}

// propertiesText is what stands in braces: the properties of columns, which come in the items of r from first on.
func (h *header) propertiesText(first int) string {
	var b strings.Builder
	for _, c := range h.columns {
		if !c.sent() {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		appendName(&b, c.name)
		item := "r[" + strconv.Itoa(first) + "]"
		first++
		switch f := c.kind.function(); {
		case f == "":
		case c.list:
			item = "[x IN " + item + " | " + f + "(x)]"
		default:
			item = f + "(" + item + ")"
		}
		b.WriteString(": " + item)
	}
	if b.Len() == 0 {
		return " "
	}
	return b.String()
}

// sent reports whether the values of a column are properties.
func (c *column) sent() bool { return c.name != "" && (c.role == property || c.role == idOf) }
