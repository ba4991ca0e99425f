package exec

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/function"
	"memgraphd/internal/query/parser"
	"memgraphd/internal/query/planner"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
)

// database is a store without a journal, and queries against it.
type database struct {
	store   *storage.Store
	size    int // rows of a batch
	bits    int // Options.BitsNodes
	asked   int // Options.LabelsAsked
	workers *Workers
	strict  bool // about the limit of hops
	files   Files
	params  value.Value
	budget  *memory.Budget
	stats   Stats
	// catalog, where it is set, tells the planner something other than the truth.
	catalog planner.Catalog
}

func newDatabase(tb testing.TB) *database {
	tb.Helper()
	s := storage.New(storage.Options{})
	tb.Cleanup(func() {
		if err := s.Check(); err != nil {
			tb.Errorf("check of the store: %v", err)
		}
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return &database{store: s}
}

// table is the result of a query.
type table struct {
	columns []string
	rows    [][]string
	values  [][]value.Value
}

func (d *database) prepare(text string) (*ast.Query, *Program, error) {
	tree, err := parser.Parse(text, parser.Options{})
	if err != nil {
		return nil, nil, err
	}
	if x, ok := tree.(*ast.IndexStatement); ok {
		return nil, nil, d.index(x)
	}
	q, ok := tree.(*ast.Query)
	if !ok {
		return nil, nil, fmt.Errorf("not a query: %T", tree)
	}
	info, err := sema.Analyze(q, sema.Options{Functions: function.Signatures})
	if err != nil {
		return nil, nil, err
	}
	var catalog planner.Catalog = NewCatalog(d.store)
	if d.catalog != nil {
		catalog = d.catalog
	}
	p, err := planner.Plan(context.Background(), q, info, catalog)
	if err != nil {
		return nil, nil, err
	}
	program, err := Prepare(p, Options{Store: d.store, BatchSize: d.size, BitsNodes: d.bits, LabelsAsked: d.asked, Workers: d.workers})
	return q, program, err
}

func (d *database) index(x *ast.IndexStatement) error {
	l, err := d.store.InternLabel(x.Label.Text)
	if err != nil {
		return err
	}
	def := storage.IndexDef{Label: l}
	if x.Property != nil {
		if def.Key, err = d.store.InternKey(x.Property.Text); err != nil {
			return err
		}
		def.HasKey = true
	}
	if x.Drop {
		_, err = d.store.DropIndex(context.Background(), def)
		return err
	}
	_, err = d.store.CreateIndex(context.Background(), def)
	return err
}

// query runs a statement in a transaction of its own.
func (d *database) query(ctx context.Context, text string) (*table, error) {
	_, program, err := d.prepare(text)
	if err != nil || program == nil {
		return nil, err
	}
	return d.run(ctx, program)
}

func (d *database) run(ctx context.Context, program *Program) (*table, error) {
	tx := d.store.Begin(storage.TxOptions{})
	defer tx.Release()
	budget := d.budget
	if budget == nil {
		budget = memory.New("query", 0)
	}
	cursor := program.Start(ctx, Run{Tx: tx, Params: d.params, Files: d.files, Budget: budget, HopsStrict: d.strict})
	defer func() {
		cursor.Close()
		if used := budget.Used(); used != 0 {
			panic(fmt.Sprintf("%d bytes of the budget are still reserved", used))
		}
	}()
	out := &table{columns: program.Plan().Columns}
	for {
		b, err := cursor.Next()
		if err != nil {
			tx.Rollback()
			return nil, err
		}
		if b == nil {
			break
		}
		for i := range b.Rows() {
			row := make([]string, len(b.Columns))
			values := make([]value.Value, len(b.Columns))
			for c := range b.Columns {
				values[c] = b.Columns[c].Value(b.Row(i))
			}
			out.rows, out.values = append(out.rows, row), append(out.values, values)
		}
	}
	// Entities are shown as they are at the end, as a client sees them.
	for i, values := range out.values {
		for c, v := range values {
			out.rows[i][c] = d.show(tx, v)
		}
	}
	d.stats = cursor.Stats()
	if _, err := tx.Commit(); err != nil {
		return nil, err
	}
	return out, nil
}

// show renders a value the way the TCK writes it.
func (d *database) show(tx *storage.Tx, v value.Value) string {
	switch v.Kind() {
	case value.KindNull:
		return "null"
	case value.KindBool:
		return strconv.FormatBool(v.AsBool())
	case value.KindInt:
		return strconv.FormatInt(v.AsInt(), 10)
	case value.KindFloat:
		text := strconv.FormatFloat(v.AsFloat(), 'g', -1, 64)
		if !strings.ContainsAny(text, ".eIN") {
			text += ".0"
		}
		return text
	case value.KindString:
		return "'" + v.AsString() + "'"
	case value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration:
		return "'" + v.TemporalText() + "'"
	case value.KindPoint:
		text, _ := function.Text(v)
		return text
	case value.KindEnum:
		return v.Kind().String()
	case value.KindBytes:
		return hex.EncodeToString(v.AsBytes())
	case value.KindList:
		var parts []string
		for _, x := range v.AsList() {
			parts = append(parts, d.show(tx, x))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case value.KindMap:
		var parts []string
		for _, x := range v.AsMap() {
			parts = append(parts, x.Key+": "+d.show(tx, x.Value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case value.KindNode:
		return d.showNode(tx, v.AsNode())
	case value.KindEdge:
		e := v.AsEdge()
		return "[:" + d.store.TypeName(tx.EdgeType(e)) + d.showProps(tx, tx.AppendEdgeProperties(nil, e), " ") + "]"
	case value.KindVirtualNode:
		labels := strings.Join(append([]string{""}, v.AsVirtualNode().Labels...), ":")
		return "(" + labels + d.show(tx, v.VirtualProperties()) + ")"
	case value.KindVirtualEdge:
		return "[:" + v.AsVirtualEdge().Type + d.show(tx, v.VirtualProperties()) + "]"
	case value.KindPath:
		p := v.AsPath()
		parts := []string{"<", d.showNode(tx, p.Nodes[0])}
		for i, e := range p.Edges {
			edge := d.show(tx, value.Edge(e))
			if e.Dst == p.Nodes[i+1] {
				parts = append(parts, "-", edge, "->")
			} else {
				parts = append(parts, "<-", edge, "-")
			}
			parts = append(parts, d.showNode(tx, p.Nodes[i+1]))
		}
		return strings.Join(append(parts, ">"), "")
	}
	text, _ := function.Text(v)
	return text
}

func (d *database) showNode(tx *storage.Tx, n graph.NodeID) string {
	text := "("
	var labels []string
	for _, l := range tx.AppendLabels(nil, n) {
		labels = append(labels, ":"+d.store.LabelName(l))
	}
	slices.Sort(labels)
	text += strings.Join(labels, "")
	sep := ""
	if text != "(" {
		sep = " "
	}
	return text + d.showProps(tx, tx.AppendNodeProperties(nil, n), sep) + ")"
}

func (d *database) showProps(tx *storage.Tx, props []storage.Property, sep string) string {
	if len(props) == 0 {
		return ""
	}
	var parts []string
	for _, p := range props {
		parts = append(parts, d.store.KeyName(p.Key)+": "+d.show(tx, p.Value))
	}
	slices.Sort(parts)
	return sep + "{" + strings.Join(parts, ", ") + "}"
}

// must runs a statement that has to succeed.
func (d *database) must(tb testing.TB, text string) *table {
	tb.Helper()
	out, err := d.query(context.Background(), text)
	if err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	return out
}

// memoryFiles are files in memory.
type memoryFiles map[string]string

func (m memoryFiles) Open(name string) (io.ReadCloser, error) {
	text, ok := m[name]
	if !ok {
		return nil, os.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader([]byte(text))), nil
}

func clock() time.Time { return time.Unix(1700000000, 0) }
