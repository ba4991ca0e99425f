package pokec

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"memgraphd/internal/query"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/value"
)

// BenchmarkQuery runs each statement that only reads through a session, from its text to its
// rows, on one processor unless POKEC_WORKERS says more. POKEC_SHAPE is small, medium (the
// default) or large. cpu-ns/op is the processor time of the process by the statement, and of
// statements that look at every user cpu-ns/row that by the user.
//
//	go test ./test/pokec -run - -bench 'Query/expansion_4$' -benchtime 100x
func BenchmarkQuery(b *testing.B) {
	shape, err := ShapeOf(setting("POKEC_SHAPE", "medium"))
	must(b, err)
	workers, err := strconv.Atoi(setting("POKEC_WORKERS", "1"))
	must(b, err)
	w := open(b, shape, workers)
	for _, q := range Queries() {
		if !q.Writes {
			b.Run(q.Name, func(b *testing.B) { benchmark(b, w, q) })
		}
	}
}

// BenchmarkAnswer is BenchmarkQuery for statements that are answered at once, by many more users. answered/op is how many were.
func BenchmarkAnswer(b *testing.B) {
	shape, err := ShapeOf(setting("POKEC_SHAPE", "medium"))
	must(b, err)
	w := open(b, shape, 1)
	for _, name := range []string{"point_read", "expansion_1", "shortest_path"} {
		q, err := Find(name)
		must(b, err)
		r := rand.New(rand.NewPCG(5, 6))
		params := make([]value.Value, 4096)
		for i := range params {
			params[i] = paramsOf(q.Parameters, r.Uint32N(uint32(w.g.Users)), r.Uint32N(uint32(w.g.Users)))
		}
		for range 3 { // until its text is remembered
			w.run(b, q.Text, params[0], func(*batch.Batch, int, batch.Entities) {})
		}
		give := func(*batch.Reply) error { return nil }
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			n, answered, before := 0, 0, processorTime(b)
			for b.Loop() {
				if _, ok := w.Answer(q.Text, params[n%len(params)], give, nil); ok {
					answered++
				}
				n++
			}
			b.ReportMetric(float64(processorTime(b)-before)/float64(n), "cpu-ns/op")
			b.ReportMetric(float64(answered)/float64(n), "answered/op")
		})
	}
}

// benchmark runs one statement with the same sequence of users each time.
func benchmark(b *testing.B, w *world, q Query) {
	b.Helper()
	r := rand.New(rand.NewPCG(5, 6))
	params := make([]value.Value, 256)
	for i := range params {
		params[i] = paramsOf(q.Parameters, r.Uint32N(uint32(w.g.Users)), r.Uint32N(uint32(w.g.Users)))
	}
	rows := 0
	sink := func(b *batch.Batch, _ batch.Entities) error { rows += b.Rows(); return nil }
	once := func(i int) {
		r, err := w.Run(b.Context(), q.Text, params[i&255], query.TxOptions{})
		must(b, err)
		_, err = r.Pull(b.Context(), -1, sink)
		must(b, err)
		r.Release()
	}
	once(255)
	rows = 0
	b.ReportAllocs()
	n, before := 0, processorTime(b)
	var took []time.Duration
	for b.Loop() {
		begin := time.Now()
		once(n)
		took = append(took, time.Since(begin))
		n++
	}
	each := float64(processorTime(b)-before) / float64(n)
	b.ReportMetric(each, "cpu-ns/op")
	b.ReportMetric(float64(rows)/float64(n), "rows/op")
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2]), "p50-ns")
	b.ReportMetric(float64(took[len(took)*99/100]), "p99-ns")
	if q.Scans {
		b.ReportMetric(each/float64(w.g.Users), "cpu-ns/row")
	}
}

// BenchmarkFill puts a graph into a store and reports what it takes there, in bytes.
func BenchmarkFill(b *testing.B) {
	shape, err := ShapeOf(setting("POKEC_SHAPE", "medium"))
	must(b, err)
	g := Generate(shape, 1)
	var m storage.MemoryInfo
	for b.Loop() {
		s := storage.New(storage.Options{})
		must(b, g.Fill(b.Context(), s))
		m = s.Memory()
		must(b, s.Close())
	}
	b.ReportMetric(float64(m.Edges+m.Adjacency)/float64(shape.Relationships), "B/relationship")
	b.ReportMetric(float64(m.Nodes)/float64(shape.Users), "B/node")
	b.ReportMetric(float64(m.Properties)/float64(shape.Users), "B/node-properties")
	b.ReportMetric(float64(m.Indexes)/float64(shape.Users), "B/node-indexes")
}

// processorTime is what the process has used, which other processes do not disturb.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func setting(name, otherwise string) string {
	if text := os.Getenv(name); text != "" {
		return text
	}
	return otherwise
}
