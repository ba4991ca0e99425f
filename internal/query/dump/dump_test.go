package dump_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"memgraphd/internal/load"
	"memgraphd/internal/load/loadtest"
	"memgraphd/internal/query"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/declared"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/constraint"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
	"memgraphd/internal/storage/value/valuetest"
)

// world is a store with an engine on it.
type world struct {
	store  *storage.Store
	engine *query.Engine
}

func newWorld() (*world, error) {
	w := &world{store: storage.New(storage.Options{})}
	var err error
	w.engine, err = query.New(query.Options{Store: w.store, Now: time.Now, Version: "test", Budget: memory.New("test", 0)})
	return w, err
}

func (w *world) close() error {
	w.engine.Close()
	if err := w.store.Check(); err != nil {
		return err
	}
	return w.store.Close()
}

// run runs statements one by one and returns the strings in their first column.
func (w *world) run(statements ...string) ([]string, error) {
	s := w.engine.NewSession(query.SessionOptions{ID: "test"})
	defer s.Close()
	var rows []string
	for _, text := range statements {
		r, err := s.Run(context.Background(), text, value.Null, query.TxOptions{})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", text, err)
		}
		_, err = r.Pull(context.Background(), -1, func(b *batch.Batch, _ batch.Entities) error {
			for i := range b.Rows() {
				rows = append(rows, b.Columns[0].Value(b.Row(i)).AsString())
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", text, err)
		}
	}
	return rows, nil
}

// names are what graphs are drawn from: ordinary, odd, and those that the dump uses itself.
var names = []string{"A", "b", "a`b", "with space", "MATCH", "é\n", "__mg_vertex__", "__mg_id__", "__mg_vertex___"}

// properties draws properties of every kind.
func properties(t *rapid.T, store *storage.Store) []storage.Property {
	plain := rapid.OneOf(
		rapid.Map(rapid.Int64(), value.Int), rapid.Map(rapid.Float64(), value.Float), rapid.Map(rapid.String(), value.String),
		rapid.Map(rapid.Bool(), value.Bool), rapid.Map(rapid.SliceOf(rapid.Byte()), value.Bytes), instants(),
		rapid.Map(rapid.SampledFrom([]float64{math.Inf(1), math.Inf(-1), math.NaN(), math.Copysign(0, -1), 1e21, 5e-324}), value.Float),
		rapid.Map(rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64, -1}), value.Int),
	)
	list := rapid.Map(rapid.SliceOfN(rapid.OneOf(plain, rapid.Just(value.Null)), 0, 4), value.List)
	drawn := rapid.OneOf(plain, list, rapid.Custom(func(t *rapid.T) value.Value {
		return value.Map([]value.Entry{
			{Key: rapid.SampledFrom(names).Draw(t, "entry"), Value: list.Draw(t, "list")}, {Key: "x", Value: plain.Draw(t, "value")},
		})
	}))
	var out []storage.Property
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 3, rapid.ID).Draw(t, "keys") {
		key, err := store.InternKey(name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, storage.Property{Key: key, Value: drawn.Draw(t, "value")})
	}
	slices.SortFunc(out, func(a, b storage.Property) int { return int(a.Key) - int(b.Key) })
	return out
}

// instants draws temporal values, points that lie somewhere, and values of the enum of the test.
func instants() *rapid.Generator[value.Value] {
	return rapid.Map(valuetest.Instants().Filter(func(v value.Value) bool {
		return v.Kind() != value.KindPoint || v.AsPoint().Check() == nil
	}), func(v value.Value) value.Value {
		if v.Kind() != value.KindEnum {
			return v
		}
		_, n := v.AsEnum()
		return value.Enum(0, n%2)
	})
}

// fill makes a graph and a catalogue.
func (w *world) fill(t *rapid.T) error {
	ctx := context.Background()
	catalogue := declared.New(w.store)
	if err := catalogue.CreateEnum(ctx, "Kind `of`", []string{"A b", "Point"}); err != nil {
		return err
	}
	tx := w.store.Begin(storage.TxOptions{})
	defer tx.Release()
	var nodes []graph.NodeID
	for range rapid.IntRange(0, 12).Draw(t, "nodes") {
		var labels []graph.LabelID
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 2, rapid.ID).Draw(t, "labels") {
			l, err := w.store.InternLabel(name)
			if err != nil {
				return err
			}
			labels = append(labels, l)
		}
		slices.Sort(labels)
		place, err := w.store.InternKey("place")
		if err != nil {
			return err
		}
		props := append(properties(t, w.store), storage.Property{Key: place, Value: value.Int(int64(len(nodes)))})
		slices.SortFunc(props, func(a, b storage.Property) int { return int(a.Key) - int(b.Key) })
		id, err := tx.CreateNode(labels, props)
		if err != nil {
			return err
		}
		nodes = append(nodes, id)
	}
	if err := connect(t, w.store, tx, nodes); err != nil {
		return err
	}
	if _, err := tx.Commit(); err != nil {
		return err
	}
	return w.declare(t)
}

// connect makes relationships, and leaves gaps among the ids of the nodes without any.
func connect(t *rapid.T, store *storage.Store, tx *storage.Tx, nodes []graph.NodeID) error {
	if len(nodes) == 0 {
		return nil
	}
	for range rapid.IntRange(0, 12).Draw(t, "relationships") {
		typ, err := store.InternType(rapid.SampledFrom(names).Draw(t, "type"))
		if err != nil {
			return err
		}
		from, to := rapid.SampledFrom(nodes).Draw(t, "from"), rapid.SampledFrom(nodes).Draw(t, "to")
		if _, err = tx.CreateEdge(from, to, typ, properties(t, store)); err != nil {
			return err
		}
	}
	for _, id := range nodes {
		if tx.Degree(id, graph.Both, nil) > 0 || !rapid.Bool().Draw(t, "deleted") {
			continue
		}
		if _, err := tx.DeleteNode(id); err != nil {
			return err
		}
	}
	return nil
}

// declare makes indexes, constraints and descriptions.
func (w *world) declare(t *rapid.T) error {
	ctx := context.Background()
	one := rapid.SampledFrom(names)
	for range rapid.IntRange(0, 2).Draw(t, "indexes") {
		label, err := w.store.InternLabel(one.Draw(t, "label"))
		if err != nil {
			return err
		}
		key, err := w.store.InternKey(one.Draw(t, "key"))
		if err != nil {
			return err
		}
		if _, err := w.store.CreateIndex(ctx, storage.IndexDef{Label: label, Key: key, HasKey: rapid.Bool().Draw(t, "property")}); err != nil {
			return err
		}
		for _, rule := range []constraint.Rule{constraint.Exists, constraint.Unique, constraint.Typed} {
			d := storage.ConstraintDef{Rule: rule, Label: label, Keys: []graph.KeyID{key}}
			if rule == constraint.Typed {
				d.Type = constraint.Integer
			}
			if _, err := w.store.CreateConstraint(ctx, d); err != nil {
				continue // the data do not fit to it
			}
		}
	}
	number := rapid.Int64Range(-2, 2).Draw(t, "described")
	target := fmt.Sprintf("PROPERTY b VALUE %d", number)
	if number < 0 {
		target = fmt.Sprintf("PROPERTY b VALUE (%d)", number)
	}
	return declared.New(w.store).Describe(ctx, declared.Description{
		Target: target, Type: "PROPERTY", Property: "b", Value: value.Int(number), Text: rapid.String().Draw(t, "text"),
	})
}

// picture lists nodes, relationships and catalogue with names in place of ids.
func (w *world) picture() ([]string, error) {
	tx := w.store.Begin(storage.TxOptions{ReadOnly: true})
	defer tx.Release()
	var out []string
	place := map[graph.NodeID]int64{}
	nth, _ := w.store.LookupKey("place")
	ids := make([]graph.NodeID, 64)
	for scan := tx.ScanNodes(); ; {
		n := scan.Next(ids)
		if n == 0 {
			break
		}
		for _, id := range ids[:n] {
			place[id] = tx.NodeProperty(id, nth).AsInt()
			var labels []string
			for _, l := range tx.AppendLabels(nil, id) {
				labels = append(labels, w.store.LabelName(l))
			}
			slices.Sort(labels)
			out = append(out, fmt.Sprintf("%d %q %s", place[id], labels, w.exact(tx.AppendNodeProperties(nil, id))))
		}
	}
	slices.Sort(out)
	var edges []string
	list := make([]graph.Edge, 64)
	for scan := tx.ScanEdges(nil); ; {
		n := scan.Next(list)
		if n == 0 {
			break
		}
		for _, e := range list[:n] {
			edges = append(edges, fmt.Sprintf("%d -%q-> %d %s", place[tx.EdgeSource(e)], w.store.TypeName(tx.EdgeType(e)), place[e.Dst],
				w.exact(tx.AppendEdgeProperties(nil, e))))
		}
	}
	slices.Sort(edges)
	out = append(out, edges...)
	catalogue := []string{}
	for _, e := range w.store.Entries("") {
		catalogue = append(catalogue, fmt.Sprintf("%s %s %x", e.Kind, e.Name, e.Data))
	}
	slices.Sort(catalogue)
	return append(out, catalogue...), nil
}

// exact writes properties so that no two values look alike.
func (w *world) exact(list []storage.Property) string {
	var parts []string
	for _, p := range list {
		parts = append(parts, fmt.Sprintf("%q=%s", w.store.KeyName(p.Key), exactValue(p.Value)))
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

func exactValue(v value.Value) string {
	var parts []string
	switch v.Kind() { //nolint:exhaustive // the others are told apart by their fields
	case value.KindNull:
		return "null"
	case value.KindBool:
		return strconv.FormatBool(v.AsBool())
	case value.KindInt:
		return fmt.Sprint("int ", v.AsInt())
	case value.KindFloat:
		return exactFloat(v.AsFloat())
	case value.KindString:
		return fmt.Sprintf("%q", v.AsString())
	case value.KindBytes:
		return hex.EncodeToString(v.AsBytes())
	case value.KindList:
		for _, x := range v.AsList() {
			parts = append(parts, exactValue(x))
		}
		return fmt.Sprint(parts)
	case value.KindMap:
		for _, x := range v.AsMap() {
			parts = append(parts, fmt.Sprintf("%q:%s", x.Key, exactValue(x.Value)))
		}
		return fmt.Sprint("map", parts)
	case value.KindDateTime:
		t := v.AsDateTime()
		if t.Zone.Name() == "Nowhere/Here" { // only its offset can be written
			return fmt.Sprint("datetime ", t.Seconds, t.Nanos, " fixed ", t.Offset())
		}
		if t.Zone.Name() == "" {
			return fmt.Sprint("datetime ", t.Seconds, t.Nanos, " fixed ", t.Offset())
		}
		return fmt.Sprint("datetime ", t.Seconds, t.Nanos, t.Zone.Name())
	case value.KindPoint:
		p := v.AsPoint()
		return fmt.Sprint("point ", p.SRID, exactFloat(p.X), exactFloat(p.Y), exactFloat(p.Z))
	case value.KindEnum:
		e, n := v.AsEnum()
		return fmt.Sprint("enum ", e, n)
	case value.KindDate:
		return fmt.Sprint("date ", v.AsDate().Days)
	case value.KindTime:
		return fmt.Sprintf("time %+v", v.AsTime())
	case value.KindLocalTime:
		return fmt.Sprintf("localtime %+v", v.AsLocalTime().Nanos)
	case value.KindLocalDateTime:
		t := v.AsLocalDateTime()
		return fmt.Sprint("localdatetime ", t.Seconds, t.Nanos)
	case value.KindDuration:
		d := v.AsDuration()
		return fmt.Sprint("duration ", d.Months, d.Days, d.Seconds, d.Nanos)
	}
	return "?"
}

func exactFloat(f float64) string {
	if math.IsNaN(f) {
		return "NaN"
	}
	return fmt.Sprintf("float %x", math.Float64bits(f))
}

// TestRoundTrip dumps drawn databases, runs the dumps on empty ones, and compares the two.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		from, err := newWorld()
		must(err)
		defer func() { must(from.close()) }()
		must(from.fill(t))
		statements, err := from.run("DUMP DATABASE")
		must(err)
		want, err := from.picture()
		must(err)
		for how, read := range map[string]func(*world) error{
			"one by one": func(w *world) error {
				_, err := w.run(statements...)
				return err
			},
			"loaded": func(w *world) error {
				session := w.engine.NewSession(query.SessionOptions{ID: "load"})
				defer session.Close()
				r, err := load.Run(context.Background(), load.Options{
					In: strings.NewReader(strings.Join(statements, "\n")), Server: &loadtest.Server{Session: session}, BatchStatements: 5,
					Sleep: func(context.Context, time.Duration) error { return nil },
				})
				if err == nil && len(r.Skipped) > 0 {
					err = fmt.Errorf("passed over: %+v", r.Skipped)
				}
				return err
			},
		} {
			to, err := newWorld()
			must(err)
			must(read(to))
			got, err := to.picture()
			must(err)
			must(to.close())
			if !slices.Equal(want, got) {
				t.Fatalf("after\n%s\n%s, there is\n%s\nand should be\n%s", strings.Join(statements, "\n"), how, strings.Join(got, "\n"),
					strings.Join(want, "\n"))
			}
		}
	})
}
