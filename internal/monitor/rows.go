package monitor

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	dto "github.com/prometheus/client_model/go"

	"memgraphd/internal/query"
)

// Rows returns our metrics as SHOW METRICS INFO lists them: a summary and a histogram as the
// number of what they have seen and its sum, a histogram also as a bound that half, nine tenths
// and 99 of a hundred do not pass.
func (s *Server) Rows() ([]query.Metric, error) {
	families, err := s.registry.Gather()
	if err != nil {
		return nil, fmt.Errorf("gather the metrics: %w", err)
	}
	known := map[string]metric{}
	for _, m := range table() {
		known[m.name] = m
	}
	var rows []query.Metric
	for _, f := range families {
		m, ok := known[strings.TrimPrefix(f.GetName(), prefix)]
		if !ok {
			continue
		}
		for _, v := range f.GetMetric() {
			rows = append(rows, rowsOf(m, v)...)
		}
	}
	return rows, nil
}

// rowsOf are the rows of one metric, or of one of its labels.
func rowsOf(m metric, v *dto.Metric) []query.Metric {
	labels := ""
	if all := v.GetLabel(); len(all) == 1 { // of ours, none has two
		l := all[0]
		labels = "{" + l.GetName() + "=" + strconv.Quote(l.GetValue()) + "}"
	}
	row := func(suffix string, value float64) query.Metric {
		return query.Metric{
			Name: m.name + suffix + labels, Group: m.group, Kind: m.kind.String(), Value: strconv.FormatFloat(value, 'f', -1, 64),
		}
	}
	switch m.kind {
	case gauge:
		return []query.Metric{row("", v.GetGauge().GetValue())}
	case counter:
		return []query.Metric{row("", v.GetCounter().GetValue())}
	case summary:
		return []query.Metric{row("_count", float64(v.GetSummary().GetSampleCount())), row("_sum", v.GetSummary().GetSampleSum())}
	case histogram:
		h := v.GetHistogram()
		rows := []query.Metric{row("_count", float64(h.GetSampleCount())), row("_sum", h.GetSampleSum())}
		if h.GetSampleCount() > 0 {
			for _, p := range []int{50, 90, 99} {
				rows = append(rows, row("_"+strconv.Itoa(p)+"p", percentile(h, p)))
			}
		}
		return rows
	}
	return nil
}

// percentile is the bound of the bucket that has the p-th of a hundred; for what is above all
// bounds, the last of them.
func percentile(h *dto.Histogram, p int) float64 {
	last := 0.0
	for _, b := range h.GetBucket() {
		if math.IsInf(b.GetUpperBound(), 1) {
			break
		}
		last = b.GetUpperBound()
		if b.GetCumulativeCount()*100 >= h.GetSampleCount()*uint64(p) {
			break
		}
	}
	return last
}
