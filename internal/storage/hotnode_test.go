package storage

import (
	"context"
	"testing"
	"time"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// hotVersions changes a node with a label, whose property has an index, and a relationship, n times each while a view is open, and returns how
// long it takes to collect that.
func hotVersions(tb testing.TB, n int) time.Duration {
	tb.Helper()
	s := openStore(tb, Options{})
	names := internNames(tb, s)
	var hot graph.NodeID
	var edge graph.Edge
	write(tb, s, func(tx *Tx) {
		var err error
		hot, err = tx.CreateNode(names.labels[:2], []Property{{Key: names.keys[0], Value: value.Int(0)}})
		must(tb, err)
		edge, err = tx.CreateEdge(hot, hot, names.types[0], nil)
		must(tb, err)
	})
	_, err := s.CreateIndex(context.Background(), IndexDef{Label: names.labels[0], Key: names.keys[0], HasKey: true})
	must(tb, err)
	view := s.Begin(TxOptions{ReadOnly: true})
	for i := range n {
		write(tb, s, func(tx *Tx) {
			must(tb, tx.SetNodeProperty(hot, names.keys[0], value.Int(int64(i))))
			must(tb, tx.SetEdgeProperty(edge, names.keys[0], value.Int(int64(i))))
		})
	}
	view.Release()
	began := time.Now()
	s.Collect()
	return time.Since(began)
}

// TestHotNode bounds by far what it takes to collect many versions of one thing: a chain that is walked for each of
// them would take half a minute.
func TestHotNode(t *testing.T) {
	const limit = 10 * time.Second
	if took := hotVersions(t, 20_000); took > limit {
		t.Errorf("20,000 versions of a node and a relationship took %v, at most %v is expected", took, limit)
	}
}

// BenchmarkHotNode tells what one version costs the collector, of a node and a relationship with 1,000 and with
// 100,000 of them.
func BenchmarkHotNode(b *testing.B) {
	for _, c := range []struct {
		name string
		n    int
	}{{"1000", 1000}, {"100000", 100_000}} {
		b.Run(c.name, func(b *testing.B) {
			took := time.Duration(0)
			for range b.N {
				took += hotVersions(b, c.n)
			}
			b.ReportMetric(float64(took.Nanoseconds())/float64(b.N)/float64(c.n), "ns/version")
		})
	}
}
