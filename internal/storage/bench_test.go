package storage

import (
	"context"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// benchGraph returns a store with nodes of one label and key, and edges between random ones.
func benchGraph(b *testing.B, nodes, edges int) (*Store, testNames) {
	b.Helper()
	s := New(Options{})
	b.Cleanup(func() { _ = s.Close() })
	n := internNames(b, s)
	r := rand.New(rand.NewPCG(1, 2))
	const batch = 10_000
	for made := 0; made < nodes; made += batch {
		write(b, s, func(tx *Tx) {
			for i := range batch {
				_, err := tx.CreateNode(n.labels[:1], []Property{{Key: n.keys[0], Value: value.Int(int64(made + i))}})
				must(b, err)
			}
		})
	}
	for made := 0; made < edges; made += batch {
		write(b, s, func(tx *Tx) {
			for range batch {
				_, err := tx.CreateEdge(graph.NodeID(r.IntN(nodes)), graph.NodeID(r.IntN(nodes)), n.types[0], nil)
				must(b, err)
			}
		})
	}
	s.Collect()
	return s, n
}

func BenchmarkCommitNode(b *testing.B) {
	s, n := benchGraph(b, 10_000, 0)
	for b.Loop() {
		tx := s.Begin(TxOptions{})
		_, err := tx.CreateNode(n.labels[:1], nil)
		must(b, err)
		_, err = tx.Commit()
		must(b, err)
		tx.Release()
	}
}

func BenchmarkCommitProperty(b *testing.B) {
	s, n := benchGraph(b, 10_000, 0)
	i := 0
	for b.Loop() {
		tx := s.Begin(TxOptions{})
		must(b, tx.SetNodeProperty(graph.NodeID(i%10_000), n.keys[0], value.Int(int64(i))))
		_, err := tx.Commit()
		must(b, err)
		tx.Release()
		i++
	}
}

func BenchmarkCommitParallel(b *testing.B) {
	s, n := benchGraph(b, 100_000, 0)
	b.RunParallel(func(p *testing.PB) {
		r := rand.New(rand.NewPCG(rand.Uint64(), 1))
		for p.Next() {
			tx := s.Begin(TxOptions{})
			if tx.SetNodeProperty(graph.NodeID(r.IntN(100_000)), n.keys[0], value.Int(1)) == nil {
				_, err := tx.Commit()
				must(b, err)
			}
			tx.Release()
		}
	})
}

func BenchmarkInsertEdge(b *testing.B) {
	const nodes = 100_000
	s, n := benchGraph(b, nodes, 0)
	r := rand.New(rand.NewPCG(1, 2))
	tx := s.Begin(TxOptions{})
	i := 0
	for b.Loop() {
		if i++; i%1000 == 0 {
			_, err := tx.Commit()
			must(b, err)
			tx.Release()
			tx = s.Begin(TxOptions{})
		}
		_, err := tx.CreateEdge(graph.NodeID(r.IntN(nodes)), graph.NodeID(r.IntN(nodes)), n.types[0], nil)
		must(b, err)
	}
	tx.Release()
}

func BenchmarkPointRead(b *testing.B) {
	const nodes = 100_000
	s, n := benchGraph(b, nodes, 0)
	i := uint32(0)
	for b.Loop() {
		i++
		tx := s.Begin(TxOptions{ReadOnly: true})
		if tx.NodeProperty(graph.NodeID(i*2654435761%nodes), n.keys[0]).IsNull() {
			b.Fatal()
		}
		tx.Release()
	}
}

func BenchmarkPropertyRead(b *testing.B) {
	const nodes = 100_000
	s, n := benchGraph(b, nodes, 0)
	tx := s.Begin(TxOptions{ReadOnly: true})
	defer tx.Release()
	i := uint32(0)
	for b.Loop() {
		i++
		if tx.NodeProperty(graph.NodeID(i*2654435761%nodes), n.keys[0]).IsNull() {
			b.Fatal()
		}
	}
}

func BenchmarkPropertyColumn(b *testing.B) {
	const nodes, batch = 100_000, 1024
	s, n := benchGraph(b, nodes, 0)
	tx := s.Begin(TxOptions{ReadOnly: true})
	defer tx.Release()
	ids := make([]graph.NodeID, batch)
	dst := make([]value.Value, batch)
	scan := tx.ScanLabel(n.labels[0])
	for b.Loop() {
		k := scan.Next(ids)
		if k == 0 {
			scan = tx.ScanLabel(n.labels[0])
			continue
		}
		tx.NodePropertyColumn(dst[:k], ids[:k], n.keys[0])
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/batch, "ns/row")
}

func BenchmarkIndexPointRead(b *testing.B) {
	const nodes = 100_000
	s, n := benchGraph(b, nodes, 0)
	_, err := s.CreateIndex(context.Background(), IndexDef{Label: n.labels[0], Key: n.keys[0], HasKey: true})
	must(b, err)
	var ids [16]graph.NodeID
	i := uint32(0)
	b.ReportAllocs()
	for b.Loop() {
		i++
		tx := s.Begin(TxOptions{ReadOnly: true})
		scan, _ := tx.ScanEqual(n.labels[0], n.keys[0], value.Int(int64(i*2654435761%nodes)))
		if scan.Next(ids[:]) != 1 {
			b.Fatal()
		}
		tx.Release()
	}
}

func BenchmarkTwoHops(b *testing.B) {
	twoHops(b, 100_000, 1_000_000)
}

func twoHops(b *testing.B, nodes, edges int) {
	b.Helper()
	s, _ := benchGraph(b, nodes, edges)
	tx := s.Begin(TxOptions{ReadOnly: true})
	defer tx.Release()
	var first, second []Segment
	seen, i, sum, warmed := 0, uint32(0), graph.NodeID(0), uint32(0)
	for b.Loop() {
		i++
		first = tx.Adjacent(first[:0], graph.NodeID(i*2654435761%uint32(nodes)), graph.Out, nil)
		for _, one := range first {
			warmed += tx.Warm(one.Nodes, graph.Out, nil)
			for _, mid := range one.Nodes {
				second = tx.Adjacent(second[:0], mid, graph.Out, nil)
				for _, two := range second {
					for _, end := range two.Nodes {
						sum += end
					}
					seen += len(two.Nodes)
				}
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(seen), "ns/edge")
	runtime.KeepAlive(sum)
	runtime.KeepAlive(warmed)
}

// BenchmarkFootprint reports what a graph of a million nodes and ten million edges costs.
func BenchmarkFootprint(b *testing.B) {
	const nodes, edges = 1_000_000, 10_000_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	s, _ := benchGraph(b, nodes, edges)
	load := time.Since(start)
	runtime.GC()
	runtime.ReadMemStats(&after)
	m := s.Memory()
	for b.Loop() {
		runtime.GC()
	}
	b.ReportMetric(float64(m.Nodes)/nodes, "B/node")
	b.ReportMetric(float64(m.Properties)/nodes, "B/node-props")
	b.ReportMetric(float64(m.Edges+m.Adjacency)/edges, "B/edge")
	b.ReportMetric(float64(s.adjacency.Arena.Used())/edges, "B/edge-adjacency-used")
	b.ReportMetric(float64(after.HeapObjects-before.HeapObjects), "objects")
	b.ReportMetric(float64(load.Nanoseconds())/(nodes+edges), "ns/insert")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/edges, "heapB/edge")
}

// BenchmarkTwoHopsLarge is BenchmarkTwoHops on a graph that fits no cache.
func BenchmarkTwoHopsLarge(b *testing.B) {
	twoHops(b, 1_000_000, 10_000_000)
}

func BenchmarkCheck(b *testing.B) {
	s, _ := benchGraph(b, 100_000, 300_000)
	for b.Loop() {
		must(b, s.Check())
	}
}
