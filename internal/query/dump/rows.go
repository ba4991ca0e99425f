package dump

import (
	"context"
	"fmt"
	"strconv"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
)

// Names by which relationships find their ends while a dump is read, as long as the graph
// does not have them.
const (
	helperLabel = "__mg_vertex__"
	helperKey   = "__mg_id__"
)

const (
	batchBytes = 1 << 20 // after which a batch is handed on, by the statement that reaches it
	scanned    = 256     // nodes or relationships looked at together
)

// Rows are the statements of a dump, one a row. They belong to one goroutine, and are valid
// for as long as the transaction.
type Rows struct {
	ctx    context.Context
	store  *storage.Store
	tx     *storage.Tx
	schema *Schema

	stages []func() (more bool, err error) // those that are left
	label  string                          // the helper's
	key    string                          // the helper's
	any    bool                            // there is a node

	nodes    *storage.NodeScan
	nodeIDs  []graph.NodeID
	nodeLeft []graph.NodeID
	edges    *storage.EdgeScan
	edgeIDs  []graph.Edge
	edgeLeft []graph.Edge
	linked   bool // there is a relationship

	labels     []graph.LabelID
	properties []storage.Property
	quoted     struct{ labels, keys, types map[uint32]string }

	text  []byte
	lines []string
	bytes int
	batch batch.Batch
}

// New returns the statements that make what tx sees, with the schema of that moment. The
// rows end with an error when ctx does.
func New(ctx context.Context, store *storage.Store, tx *storage.Tx, schema *Schema) *Rows {
	r := &Rows{ctx: ctx, store: store, tx: tx, schema: schema, label: helperLabel, key: helperKey}
	r.nodes, r.edges = tx.ScanNodes(), tx.ScanEdges(nil)
	r.nodeIDs, r.edgeIDs = make([]graph.NodeID, scanned), make([]graph.Edge, scanned)
	r.quoted.labels, r.quoted.keys, r.quoted.types = map[uint32]string{}, map[uint32]string{}, map[uint32]string{}
	r.stages = []func() (bool, error){
		r.list(schema.enumStatements), r.chooseHelpers, r.someNodes, r.someEdges, r.cleanUp,
		r.list(func() []string { return schema.indexStatements(store) }),
		r.list(func() []string { return schema.constraintStatements(store) }),
		r.list(schema.descriptionStatements),
	}
	return r
}

// Next returns the next statements, or nil after the last.
func (r *Rows) Next() (*batch.Batch, error) {
	r.lines, r.bytes = r.lines[:0], 0
	for len(r.stages) > 0 && len(r.lines) < batch.Size && r.bytes < batchBytes {
		if err := context.Cause(r.ctx); err != nil {
			return nil, err
		}
		more, err := r.stages[0]()
		if err != nil {
			return nil, err
		}
		if !more {
			r.stages = r.stages[1:]
		}
	}
	if len(r.lines) == 0 {
		return nil, nil //nolint:nilnil // the end of the rows
	}
	n := min(len(r.lines), batch.Size)
	if r.batch.Columns == nil {
		r.batch.Columns = make([]batch.Vector, 1)
	}
	r.batch.Len = n
	column := &r.batch.Columns[0]
	column.Reset(batch.Strings, n)
	copy(column.Strings, r.lines[:n])
	return &r.batch, nil
}

// Close drops what is left.
func (r *Rows) Close() { r.stages, r.lines = nil, nil }

// line adds a statement.
func (r *Rows) line(text string) {
	r.lines = append(r.lines, text)
	r.bytes += len(text)
}

// list is the stage of statements that are few.
func (r *Rows) list(statements func() []string) func() (bool, error) {
	var left []string
	made := false
	return func() (bool, error) {
		if !made {
			left, made = statements(), true
		}
		for len(left) > 0 && len(r.lines) < batch.Size {
			r.line(left[0])
			left = left[1:]
		}
		return len(left) > 0, nil
	}
}

// chooseHelpers makes the helpers' names differ from what the nodes of the view have.
func (r *Rows) chooseHelpers() (bool, error) {
	if id, ok := r.store.LookupLabel(r.label); ok {
		var one [1]graph.NodeID
		if r.tx.ScanLabel(id).Next(one[:]) > 0 {
			r.label += "_"
			return true, nil
		}
	}
	id, ok := r.store.LookupKey(r.key)
	if !ok {
		return false, nil
	}
	scan := r.tx.ScanNodes()
	for {
		if err := context.Cause(r.ctx); err != nil {
			return false, err
		}
		n := scan.Next(r.nodeIDs)
		if n == 0 {
			return false, nil
		}
		for _, node := range r.nodeIDs[:n] {
			if !r.tx.NodeProperty(node, id).IsNull() {
				r.key += "_"
				return true, nil
			}
		}
	}
}

// someNodes adds nodes until the batch is full.
func (r *Rows) someNodes() (bool, error) {
	for len(r.lines) < batch.Size && r.bytes < batchBytes {
		if len(r.nodeLeft) == 0 {
			r.nodeLeft = r.nodeIDs[:r.nodes.Next(r.nodeIDs)]
		}
		if len(r.nodeLeft) == 0 {
			return false, nil
		}
		if err := r.node(r.nodeLeft[0]); err != nil {
			return false, err
		}
		r.nodeLeft, r.any = r.nodeLeft[1:], true
	}
	return true, nil
}

// node adds the statement that makes a node.
func (r *Rows) node(id graph.NodeID) error {
	b := append(append(r.text[:0], "CREATE (:"...), r.label...)
	r.labels = r.tx.AppendLabels(r.labels[:0], id)
	for _, l := range r.labels {
		b = append(append(b, ':'), r.labelName(l)...)
	}
	b = append(append(append(b, " {"...), r.key...), ": "...)
	b = strconv.AppendUint(b, uint64(id), 10)
	r.properties = r.tx.AppendNodeProperties(r.properties[:0], id)
	for i := range r.properties {
		var err error
		if b, err = r.property(append(b, ", "...), &r.properties[i]); err != nil {
			return fmt.Errorf("node %d: %w", id, err)
		}
	}
	r.text = append(b, "});"...)
	r.line(string(r.text))
	return nil
}

// property appends a property as an entry of a map.
func (r *Rows) property(b []byte, p *storage.Property) ([]byte, error) {
	name := remember(r.quoted.keys, uint32(p.Key), func() string { return r.store.KeyName(p.Key) })
	b, err := AppendValue(append(append(b, name...), ": "...), p.Value, r.schema.enumNames)
	if err != nil {
		return b, fmt.Errorf("property %s: %w", name, err)
	}
	return b, nil
}

func (r *Rows) labelName(l graph.LabelID) string {
	return remember(r.quoted.labels, uint32(l), func() string { return r.store.LabelName(l) })
}

// remember returns a name in backticks, which is asked for once.
func remember(known map[uint32]string, id uint32, name func() string) string {
	q, ok := known[id]
	if !ok {
		q = string(appendName(nil, name()))
		known[id] = q
	}
	return q
}

// someEdges adds relationships until the batch is full; the helper index comes before them.
func (r *Rows) someEdges() (bool, error) {
	for len(r.lines) < batch.Size && r.bytes < batchBytes {
		if len(r.edgeLeft) == 0 {
			r.edgeLeft = r.edgeIDs[:r.edges.Next(r.edgeIDs)]
		}
		if len(r.edgeLeft) == 0 {
			return false, nil
		}
		if !r.linked {
			r.linked = true
			r.line("CREATE INDEX ON :" + r.label + "(" + r.key + ");")
		}
		if err := r.edge(r.edgeLeft[0]); err != nil {
			return false, err
		}
		r.edgeLeft = r.edgeLeft[1:]
	}
	return true, nil
}

// edge adds the statement that makes a relationship.
func (r *Rows) edge(e graph.Edge) error {
	b := append(append(r.text[:0], "MATCH (u:"...), r.label...)
	b = append(append(b, "), (v:"...), r.label...)
	b = append(append(append(b, ") WHERE u."...), r.key...), " = "...)
	b = strconv.AppendUint(b, uint64(r.tx.EdgeSource(e)), 10)
	b = append(append(append(b, " AND v."...), r.key...), " = "...)
	b = strconv.AppendUint(b, uint64(e.Dst), 10)
	t := r.tx.EdgeType(e)
	b = append(append(b, " CREATE (u)-[:"...), remember(r.quoted.types, uint32(t), func() string { return r.store.TypeName(t) })...)
	r.properties = r.tx.AppendEdgeProperties(r.properties[:0], e)
	before := " {"
	for i := range r.properties {
		var err error
		if b, err = r.property(append(b, before...), &r.properties[i]); err != nil {
			return fmt.Errorf("relationship %d: %w", e.ID, err)
		}
		before = ", "
	}
	if len(r.properties) > 0 {
		b = append(b, '}')
	}
	r.text = append(b, "]->(v);"...)
	r.line(string(r.text))
	return nil
}

// cleanUp takes the helpers away again.
func (r *Rows) cleanUp() (bool, error) {
	if r.linked {
		r.line("DROP INDEX ON :" + r.label + "(" + r.key + ");")
	}
	if r.any {
		r.line("MATCH (u) REMOVE u:" + r.label + ", u." + r.key + ";")
	}
	return false, nil
}
