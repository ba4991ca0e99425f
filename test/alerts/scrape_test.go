//go:build alerts

package alerts

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

// interval is how far apart scrapes are in the eyes of the engine, whatever they are in truth.
const interval = 15 * time.Second

// sample is a number at a time.
type sample struct {
	at int64 // in milliseconds
	v  float64
}

func (s sample) T() int64                      { return s.at }
func (s sample) ST() int64                     { return 0 }
func (s sample) F() float64                    { return s.v }
func (s sample) H() *histogram.Histogram       { return nil }
func (s sample) FH() *histogram.FloatHistogram { return nil }
func (s sample) Type() chunkenc.ValueType      { return chunkenc.ValFloat }
func (s sample) Copy() chunks.Sample           { return s }

// series is what one name with its labels was over time.
type series struct {
	labels  labels.Labels
	samples []chunks.Sample
}

// history is what was scraped of one server; a storage of Prometheus.
type history struct {
	t      *testing.T
	port   string
	parser parser.Parser
	engine *promql.Engine
	all    map[string]*series // by what the server calls them
	begin  time.Time
	now    time.Time // of the newest scrape
	n      int
}

func newHistory(t *testing.T, port string) *history {
	t.Helper()
	p := parser.NewParser(parser.Options{})
	h := &history{
		t: t, port: port, parser: p, all: map[string]*series{}, begin: time.Now(),
		engine: promql.NewEngine(promql.EngineOpts{MaxSamples: 1 << 20, Timeout: time.Minute, LookbackDelta: 5 * time.Minute, Parser: p, EnableAtModifier: true, EnableNegativeOffset: true}),
	}
	t.Cleanup(func() {
		if err := h.engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// scrape reads the numbers of now.
func (h *history) scrape() {
	h.t.Helper()
	h.n++
	h.now = h.begin.Add(time.Duration(h.n) * interval)
	text, up := h.get()
	if !up {
		h.add("up", 0)
		for _, s := range h.all { // what a target that is down told before is over
			if s.labels.Get(labels.MetricName) != "up" && len(s.samples) > 0 && !value.IsStaleNaN(s.samples[len(s.samples)-1].F()) {
				s.samples = append(s.samples, sample{h.now.UnixMilli(), math.Float64frombits(value.StaleNaN)})
			}
		}
		return
	}
	h.add("up", 1)
	h.each(text, h.add)
}

// each reads what a server has answered.
func (h *history) each(text string, add func(series string, v float64)) {
	h.t.Helper()
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		line := lines.Text()
		at := strings.LastIndexByte(line, ' ')
		if strings.HasPrefix(line, "#") || at < 0 {
			continue
		}
		v, err := strconv.ParseFloat(line[at+1:], 64)
		if err != nil {
			h.t.Fatalf("%s: %v", line, err)
		}
		add(line[:at], v)
	}
}

// get asks for the numbers; up is false where nobody answers.
func (h *history) get() (text string, up bool) {
	h.t.Helper()
	r, err := (&http.Client{Timeout: time.Minute}).Get("http://127.0.0.1:" + h.port + "/metrics")
	if err != nil {
		return "", false
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Body.Close() != nil || r.StatusCode != http.StatusOK {
		h.t.Fatalf("%s: %v", r.Status, err)
	}
	return string(body), true
}

// gone reports whether nobody answers.
func (h *history) gone() bool {
	_, up := h.get()
	return !up
}

// add puts a number into the history, with the labels that Prometheus gives each target.
func (h *history) add(name string, v float64) {
	h.t.Helper()
	s := h.all[name]
	if s == nil {
		l, err := h.parser.ParseMetric(name)
		if err != nil {
			h.t.Fatalf("%s: %v", name, err)
		}
		s = &series{labels: labels.NewBuilder(l).Set("job", "memgraphd").Set("instance", "127.0.0.1:9091").Labels()}
		h.all[name] = s
	}
	s.samples = append(s.samples, sample{h.now.UnixMilli(), v})
}

// eval returns the numbers that an expression has at the newest scrape.
func (h *history) eval(expression string) []promql.Sample {
	h.t.Helper()
	q, err := h.engine.NewInstantQuery(h.t.Context(), h, nil, expression, h.now)
	if err != nil {
		h.t.Fatalf("%s: %v", expression, err)
	}
	defer q.Close()
	r := q.Exec(h.t.Context())
	if r.Err != nil {
		h.t.Fatalf("%s: %v", expression, r.Err)
	}
	if len(r.Warnings) != 0 {
		h.t.Errorf("%s: %v", expression, r.Warnings)
	}
	v, err := r.Vector()
	if err != nil {
		h.t.Fatalf("%s: %v", expression, err)
	}
	return slices.Clone(v)
}

// Querier looks into the history.
func (h *history) Querier(int64, int64) (storage.Querier, error) { return querier{h}, nil }

type querier struct{ h *history }

func (q querier) Close() error { return nil }

func (q querier) LabelNames(context.Context, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

func (q querier) LabelValues(context.Context, string, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

func (q querier) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	var found []*series
	for _, s := range q.h.all {
		if !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches(s.labels.Get(m.Name)) }) {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(a, b *series) int { return labels.Compare(a.labels, b.labels) })
	return &set{all: found}
}

// set hands out series one by one.
type set struct {
	all []*series
	at  int
}

func (s *set) Next() bool                        { s.at++; return s.at <= len(s.all) }
func (s *set) Err() error                        { return nil }
func (s *set) Warnings() annotations.Annotations { return nil }
func (s *set) At() storage.Series {
	one := s.all[s.at-1]
	return storage.NewListSeries(one.labels, one.samples)
}

// selectors returns the plain selectors of an expression, as text.
func (h *history) selectors(expression string) []string {
	h.t.Helper()
	tree, err := h.parser.ParseExpr(expression)
	if err != nil {
		h.t.Fatalf("%s: %v", expression, err)
	}
	var all []string
	parser.Inspect(tree, func(n parser.Node, _ []parser.Node) error {
		if v, ok := n.(*parser.VectorSelector); ok {
			all = append(all, fmt.Sprint(v))
		}
		return nil
	})
	return all
}
