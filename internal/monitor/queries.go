package monitor

import (
	"github.com/prometheus/client_golang/prometheus"

	"memgraphd/internal/query"
)

// latencies is a distribution of one kind of what was done.
type latencies struct {
	kind string
	of   *query.Latencies
}

// ofTally reads a number of what the query engine has done.
func ofTally(read func(t *query.Tally) uint64) func(*sample) (float64, bool) {
	return func(s *sample) (float64, bool) {
		if s.tally == nil {
			return 0, false
		}
		return float64(read(s.tally)), true
	}
}

func tallied(name, group, help string, read func(t *query.Tally) uint64) metric {
	return metric{name: name, group: group, kind: counter, help: help, value: ofTally(read)}
}

func queryMetrics() []metric {
	successes := func(name, help string, kinds ...query.StatementKind) metric {
		return tallied(name, groupQuery, help, func(t *query.Tally) uint64 {
			var n uint64
			for _, k := range kinds {
				n += t.Successful(k)
			}
			return n
		})
	}
	return []metric{
		{
			name: "query_execution_latency_seconds", group: groupQuery, kind: histogram, label: "type",
			help: "How long what succeeded took, by type: read, write, read_write, schema (statements about schema and server) and commit (COMMIT of an explicit transaction). " +
				"Statements that write by themselves have their commit in it; those that read end with their last row, so it counts when a client takes long to fetch it.",
			latencies: func(s *sample) []latencies {
				if s.tally == nil {
					return nil
				}
				var all []latencies
				for k := range query.StatementKinds {
					all = append(all, latencies{k.String(), &s.tally.Latencies[k]})
				}
				return all
			},
		},
		successes("successful_queries_total", "Statements that succeeded since the start.", query.Reading, query.Writing, query.ReadingWriting, query.Steering),
		successes("read_queries_total", "Queries that write nothing, and succeeded.", query.Reading),
		successes("write_queries_total", "Queries that write and return nothing, and succeeded.", query.Writing),
		successes("read_write_queries_total", "Queries that write and have read or return rows, and succeeded.", query.ReadingWriting),
		successes("schema_queries_total", "Statements about the schema and the server that succeeded.", query.Steering),
		tallied("failed_queries_total", groupQuery, "Statements that failed since the start, for whatever reason.", func(t *query.Tally) uint64 { return t.FailedPrepares + t.FailedPulls }),
		tallied("failed_prepares_total", groupQuery, "Of them, those that failed before their first row; all that write do.", func(t *query.Tally) uint64 { return t.FailedPrepares }),
		tallied("failed_pulls_total", groupQuery, "Of them, those that failed while their rows were taken.", func(t *query.Tally) uint64 { return t.FailedPulls }),
		tallied("server_failures_total", groupQuery, "Failures that are the server's fault (Neo.DatabaseError), of statements and of COMMIT.", func(t *query.Tally) uint64 { return t.ServerFailures }),
		tallied("plans_made_total", groupQuery, "Queries that no kept plan was there for.", func(t *query.Tally) uint64 { return t.PlansMade }),
	}
}

func transactions() []metric {
	return []metric{
		{name: "active_transactions", group: groupTransaction, help: "Transactions that are open.", value: func(s *sample) (float64, bool) {
			if s.query == nil {
				return 0, false
			}
			return float64(s.query.Transactions), true
		}},
		tallied("committed_transactions_total", groupTransaction, "Transactions that were committed since the start, those that only read among them.", func(t *query.Tally) uint64 { return t.Committed }),
		tallied("rolled_back_transactions_total", groupTransaction, "Transactions that were undone since the start, by ROLLBACK or for a failure.", func(t *query.Tally) uint64 { return t.RolledBack }),
		tallied("write_write_conflicts_total", groupTransaction, "Failures because another transaction was changing the same.", func(t *query.Tally) uint64 { return t.Conflicts }),
		tallied("transient_errors_total", groupTransaction, "Failures that may pass when tried again (Neo.TransientError), conflicts among them.", func(t *query.Tally) uint64 { return t.TransientFailures }),
		tallied("deleted_nodes_total", groupTransaction, "Nodes that statements deleted since the start, before their commit.", func(t *query.Tally) uint64 { return t.NodesDeleted }),
		tallied("deleted_edges_total", groupTransaction, "Relationships that statements deleted since the start, before their commit.", func(t *query.Tally) uint64 { return t.EdgesDeleted }),
	}
}

// buildHelp explains the metric with the version.
const buildHelp = "1, with the version of the server as its label."

// newBuild makes that metric.
func newBuild(version string) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: prefix + buildInfo, Help: buildHelp, ConstLabels: prometheus.Labels{"version": version},
	}, func() float64 { return 1 })
}

// distribution makes a histogram of latencies.
func distribution(d *prometheus.Desc, l latencies) prometheus.Metric {
	var n uint64
	buckets := make(map[float64]uint64, len(l.of.Bounds))
	for i, bound := range l.of.Bounds {
		n += l.of.Counts[i]
		buckets[bound.Seconds()] = n
	}
	return prometheus.MustNewConstHistogram(d, n+l.of.Counts[len(l.of.Bounds)], l.of.Sum.Seconds(), buckets, l.kind)
}
