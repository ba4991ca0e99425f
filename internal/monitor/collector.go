package monitor

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"memgraphd/internal/bolt"
	"memgraphd/internal/durability"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/query"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/constraint"
)

// sample is the numbers of one moment. What there is no source for is nil.
type sample struct {
	at    time.Time
	ready bool
	graph *graph
	disk  *durability.Info
	bolt  *bolt.Stats
	query *query.Stats
	tally *query.Tally
	// process is nil where nobody asks the operating system.
	process *Process
	// certificate is when that of the Bolt port ends; the zero time without one.
	certificate time.Time
}

// graph is what the store holds.
type graph struct {
	nodes, edges                       int64
	labelIndexes, propertyIndexes      int64
	memoryGraph, memoryUndo            int64
	memoryUsed, memoryPeak, memoryMost int64
	existence, unique, typed           int64
	collector                          storage.CollectorInfo
}

func (s *Server) sample() *sample {
	src := s.sources.Load()
	now := &sample{at: s.o.Now(), ready: s.ready() == nil}
	if src.Certificate != nil {
		now.certificate = src.Certificate()
	}
	if src.Durability != nil {
		i := src.Durability()
		now.disk = &i
	}
	if src.Store != nil {
		now.graph = graphOf(src)
	}
	if src.Bolt != nil {
		b := src.Bolt()
		now.bolt = &b
	}
	if src.Queries != nil {
		q := src.Queries()
		now.query = &q
	}
	if src.Tally != nil {
		t := src.Tally()
		now.tally = &t
	}
	if src.Process != nil {
		p := src.Process()
		now.process = &p
	}
	return now
}

func graphOf(src *Sources) *graph {
	m := src.Store.Memory()
	g := &graph{
		nodes: src.Store.NodeCount(), edges: src.Store.EdgeCount(), memoryUndo: m.Undo, collector: src.Store.Collector(),
		memoryGraph: m.Nodes + m.Edges + m.Adjacency + m.Properties + m.Names + m.Indexes + m.Undo,
	}
	for _, i := range src.Store.Indexes() {
		if i.HasKey {
			g.propertyIndexes++
		} else {
			g.labelIndexes++
		}
	}
	for _, c := range src.Store.Constraints() {
		switch c.Rule {
		case constraint.Exists:
			g.existence++
		case constraint.Unique:
			g.unique++
		case constraint.Typed:
			g.typed++
		}
	}
	if src.Budget != nil {
		g.memoryUsed, g.memoryPeak, g.memoryMost = src.Budget.Used(), src.Budget.Peak(), src.Budget.Limit()
	}
	return g
}

// collector makes metrics of a sample.
type collector struct {
	server       *Server
	descriptions map[string]*prometheus.Desc // never changed
}

func describe() map[string]*prometheus.Desc {
	all := map[string]*prometheus.Desc{}
	for _, m := range table() {
		var labels []string
		switch {
		case m.latencies != nil:
			labels = []string{m.label}
		case m.value == nil && m.summary == nil:
			continue // gathered as it happens
		}
		all[m.name] = prometheus.NewDesc(prefix+m.name, m.help, labels, nil)
	}
	return all
}

// Describe tells what there is.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range c.descriptions {
		out <- d
	}
}

// Collect tells the numbers of now.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	now := c.server.sample()
	for _, m := range table() {
		d := c.descriptions[m.name]
		switch {
		case m.value != nil:
			kind := prometheus.GaugeValue
			if m.kind == counter {
				kind = prometheus.CounterValue
			}
			if v, ok := m.value(now); ok {
				out <- prometheus.MustNewConstMetric(d, kind, v)
			}
		case m.summary != nil:
			if n, sum, ok := m.summary(now); ok {
				out <- prometheus.MustNewConstSummary(d, uint64(n), sum, nil)
			}
		case m.latencies != nil:
			for _, l := range m.latencies(now) {
				out <- distribution(d, l)
			}
		}
	}
}

// syncs gathers what each sync of the log took.
type syncs struct {
	seconds prometheus.Histogram
	records prometheus.Counter
	bytes   prometheus.Counter
}

func newSyncs() *syncs {
	help := map[string]string{}
	for _, m := range table() {
		help[m.name] = m.help
	}
	name := func(name string) prometheus.CounterOpts {
		return prometheus.CounterOpts{Name: prefix + name, Help: help[name]}
	}
	return &syncs{
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: prefix + syncSeconds, Help: help[syncSeconds],
			Buckets: []float64{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10},
		}),
		records: prometheus.NewCounter(name(syncedCommits)),
		bytes:   prometheus.NewCounter(name(syncedBytes)),
	}
}

func (s *syncs) add(i wal.SyncInfo) {
	s.seconds.Observe(i.Took.Seconds())
	s.records.Add(float64(i.Records))
	s.bytes.Add(float64(i.Bytes))
}

// Describe tells what there is.
func (s *syncs) Describe(out chan<- *prometheus.Desc) {
	for _, c := range s.all() {
		c.Describe(out)
	}
}

// Collect tells the numbers of now.
func (s *syncs) Collect(out chan<- prometheus.Metric) {
	for _, c := range s.all() {
		c.Collect(out)
	}
}

func (s *syncs) all() []prometheus.Collector {
	return []prometheus.Collector{s.seconds, s.records, s.bytes}
}
