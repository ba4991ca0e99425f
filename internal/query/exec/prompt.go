package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// Prompt is a plan of one look-up in an index, or of none, and of the relationships of the nodes that were found, if they
// are asked for; or of two look-ups and a shortest path between what they find. Its columns are the nodes at either end,
// properties of theirs, what a path has, and values that came with the statement.
// It runs from beginning to end in one call, without operators, and takes no memory but that of its rows.
type Prompt struct {
	looks   []promptLook // one for each row of the one before; none: there is one row
	hop     *promptHop   // from what is found; nil: there is none
	path    *promptPath  // between what is found; nil: there is none
	columns []promptColumn
}

// promptLook is a look-up in an index.
type promptLook struct {
	slot  int
	label graph.LabelID
	key   graph.KeyID
	equal given
}

// promptLooksMax is how many look-ups a Prompt or a PromptWrite makes at most. Each row of one is combined with each
// of the others.
const promptLooksMax = 2

// promptHop is the relationships that a Prompt follows.
type promptHop struct {
	direction graph.Direction // Out or In
	types     []graph.TypeID  // one at most; nil: all
	labels    []graph.LabelID // of the other end, all of them
}

// promptRowsMax is how many rows a Prompt makes at most: as many as one look-up in an index finds
// at once. A statement with more is worth its operators.
const promptRowsMax = 4

// PromptEndsMax is how many relationships a Prompt looks at, at most: what takes some tens of microseconds.
const PromptEndsMax = 500

// promptColumn is a column of a Prompt.
type promptColumn struct {
	kind promptKind
	end  bool        // it is of the other end of the relationship or path
	key  graph.KeyID // of a promptProperty, and of the properties in a list
	from given       // of a promptValue
	more int         // of a promptLength: what is counted beside the relationships
}

type promptKind uint8

const (
	promptValue promptKind = iota
	promptNode
	promptProperty
	promptWhole          // the path
	promptLength         // of the path, or of a list of what it has
	promptNodes          // a list
	promptEdges          // a list
	promptNodeProperties // a list
	promptEdgeProperties // a list
)

// given is a value that comes with the statement.
type given struct {
	param   string      // name of a parameter; empty: none
	literal int         // ordinal of a literal that was taken out of the text, from 1; 0: none
	fixed   value.Value // else
}

// of returns the value; ok is false where the parameter is missing.
func (g *given) of(params value.Value, literals []value.Value) (v value.Value, ok bool) {
	switch {
	case g.literal > 0:
		return literals[g.literal-1], true
	case g.param == "":
		return g.fixed, true
	case params.Kind() != value.KindMap:
		return v, false
	}
	return params.Field(g.param)
}

// PromptRows are the rows of a Prompt, in memory that is used again.
type PromptRows struct {
	Batch   batch.Batch
	found   [promptLooksMax][promptRowsMax]storage.Found
	lookups [promptLooksMax]storage.Lookup
	second  value.Value // that the second look-up looks for
	none    bool        // there is nothing to look for

	starts, ends []storage.Found // by row, where relationships or paths are followed
	paths        *promptPaths    // nil until there were some
}

// Seek begins to find the rows in the view of tx; Take and Run go on. Other work in between is done
// while the processor waits for memory. Each reports false where the statement cannot be answered in this way
// now: there are more rows, the index is gone, or a parameter is missing. After Seek, End has to be called.
func (q *Prompt) Seek(tx *storage.Tx, params value.Value, literals []value.Value, rows *PromptRows) bool {
	rows.none = false
	var v [promptLooksMax]value.Value
	for i := range q.looks {
		var ok bool
		if v[i], ok = q.looks[i].equal.of(params, literals); !ok {
			return false
		}
		if k := v[i].Kind(); k != value.KindInt && k != value.KindString && value.Equal(v[i], v[i]) != value.Yes {
			rows.none = true // null, NaN, or a list or map with one of them inside: equal to nothing
		}
	}
	if rows.none || len(q.looks) == 0 {
		return true
	}
	rows.second = v[1]
	return tx.SeekEqual(&rows.lookups[0], q.looks[0].label, q.looks[0].key, v[0])
}

// End ends what Seek has begun, wherever it stopped.
func (rows *PromptRows) End() {
	rows.lookups[0].End()
	rows.lookups[1].End()
	rows.paths.end()
}

// Take goes on after Seek. The second look-up begins when the first has ended, so that no index is locked twice.
func (q *Prompt) Take(tx *storage.Tx, rows *PromptRows) bool {
	if rows.none || len(q.looks) == 0 {
		return true
	}
	if !tx.Take(&rows.lookups[0]) {
		return false
	}
	if len(q.looks) == 1 {
		return true
	}
	l := &q.looks[1]
	return tx.SeekEqual(&rows.lookups[1], l.label, l.key, rows.second) && tx.Take(&rows.lookups[1])
}

// Run makes the rows, after Take.
func (q *Prompt) Run(tx *storage.Tx, params value.Value, literals []value.Value, rows *PromptRows) bool {
	n := [promptLooksMax]int{1, 1}
	for i := range q.looks {
		if n[i] = 0; !rows.none {
			n[i] = tx.Found(&rows.lookups[i], rows.found[i][:])
		}
	}
	starts, ok := rows.found[0][:n[0]], true
	switch {
	case q.hop != nil:
		ok = q.hop.follow(tx, starts, rows)
		starts = rows.starts
	case q.path != nil:
		ok = q.path.search(tx, starts, rows.found[1][:n[1]], rows)
		starts = rows.starts
	}
	if !ok {
		return false
	}
	b := &rows.Batch
	b.Len = len(starts)
	if cap(b.Columns) < len(q.columns) {
		b.Columns = make([]batch.Vector, len(q.columns))
	}
	b.Columns = b.Columns[:len(q.columns)]
	for i := range q.columns {
		c, out := &q.columns[i], &b.Columns[i]
		switch {
		case c.kind >= promptWhole:
			ok = rows.paths.fill(tx, c, out)
		case c.end:
			ok = c.fill(tx, params, literals, rows.ends, out)
		default:
			ok = c.fill(tx, params, literals, starts, out)
		}
		if !ok {
			return false
		}
	}
	return true
}

// follow makes a row of each relationship of the nodes. It reports false where there are more than PromptEndsMax, or
// where it has to be asked for each whether the view holds it.
func (h *promptHop) follow(tx *storage.Tx, from []storage.Found, rows *PromptRows) bool {
	rows.starts, rows.ends = rows.starts[:0], rows.ends[:0]
	looked := 0
	for i := range from {
		others, _, ok := tx.Run(from[i].ID, h.direction, h.types)
		if looked += len(others); !ok || looked > PromptEndsMax {
			return false
		}
		rows.ends = tx.FoundEnds(rows.ends, others, h.labels)
		for len(rows.starts) < len(rows.ends) {
			rows.starts = append(rows.starts, from[i])
		}
	}
	return true
}

// fill makes the column out for nodes, or for one row where there is no look-up.
func (c *promptColumn) fill(tx *storage.Tx, params value.Value, literals []value.Value, found []storage.Found, out *batch.Vector) bool {
	if c.kind == promptNode {
		out.Kind = batch.Nodes
		out.Nodes = out.Nodes[:0]
		for i := range found {
			out.Nodes = append(out.Nodes, found[i].ID)
		}
		return true
	}
	out.Kind = batch.Values
	out.Values = out.Values[:0]
	if c.kind == promptProperty {
		for i := range found {
			out.Values = append(out.Values, tx.FoundProperty(&found[i], c.key))
		}
		return true
	}
	x, ok := c.from.of(params, literals)
	for range found {
		out.Values = append(out.Values, x)
	}
	return ok
}
