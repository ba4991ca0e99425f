package monitor

import (
	"fmt"
	"strconv"
	"strings"

	"memgraphd/internal/query"
)

// Rows returns our metrics as SHOW METRICS INFO lists them: a summary and a histogram as
// the number of what they have seen and its sum.
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
		if !ok || len(f.GetMetric()) != 1 {
			continue
		}
		v := f.GetMetric()[0]
		add := func(suffix string, value float64) {
			rows = append(rows, query.Metric{
				Name: m.name + suffix, Group: m.group, Kind: m.kind.String(), Value: strconv.FormatFloat(value, 'f', -1, 64),
			})
		}
		switch m.kind {
		case gauge:
			add("", v.GetGauge().GetValue())
		case counter:
			add("", v.GetCounter().GetValue())
		case summary:
			add("_count", float64(v.GetSummary().GetSampleCount()))
			add("_sum", v.GetSummary().GetSampleSum())
		case histogram:
			add("_count", float64(v.GetHistogram().GetSampleCount()))
			add("_sum", v.GetHistogram().GetSampleSum())
		}
	}
	return rows, nil
}

// RenderTable lists the metrics for the documentation.
func RenderTable() string {
	var b strings.Builder
	group := ""
	for _, m := range table() {
		if m.group != group {
			group = m.group
			fmt.Fprintf(&b, "\n### %s\n\n| Metric | Kind | Meaning |\n| --- | --- | --- |\n", group)
		}
		fmt.Fprintf(&b, "| `%s%s` | %s | %s |\n", prefix, m.name, strings.ToLower(m.kind.String()), m.help)
	}
	return b.String()
}
