package snapshot

import (
	"math/rand/v2"
	"testing"

	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
)

// BenchmarkPlainEdges encodes relationships without properties between random nodes.
func BenchmarkPlainEdges(b *testing.B) {
	const edges = 1 << 16
	r := rand.New(rand.NewPCG(1, 1))
	var runs []storage.EdgeRun
	for at := 0; at < edges; at += batchThings {
		var run storage.EdgeRun
		for i := range batchThings {
			run.IDs = append(run.IDs, graph.EdgeID(at+i))
			run.Types = append(run.Types, 3)
			run.Sources = append(run.Sources, graph.NodeID((at+i)/10))
			run.Targets = append(run.Targets, graph.NodeID(r.IntN(edges)))
		}
		runs = append(runs, run)
	}
	built := newBuilder()
	var buf []byte
	for b.Loop() {
		built.reset(kindEdges)
		for i := range runs {
			built.plainEdges(&runs[i])
		}
		buf = built.append(buf[:0])
	}
	b.ReportMetric(edges*float64(b.N)/b.Elapsed().Seconds()/1e6, "Medges/s")
	b.SetBytes(int64(len(buf)))
}
