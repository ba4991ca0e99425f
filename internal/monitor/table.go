package monitor

import (
	"time"

	"memgraphd/internal/bolt"
)

// prefix begins every name, as Memgraph's do.
const prefix = "memgraph_"

// kind says how a metric moves.
type kind uint8

const (
	gauge kind = iota
	counter
	summary
	histogram
)

// String names the kind as SHOW METRICS INFO does.
func (k kind) String() string {
	switch k {
	case gauge:
		return "Gauge"
	case counter:
		return "Counter"
	case summary:
		return "Summary"
	case histogram:
		return "Histogram"
	}
	return "Unknown"
}

// Metrics that are gathered as they happen.
const (
	syncSeconds   = "wal_sync_seconds"
	syncedCommits = "wal_synced_commits_total"
	syncedBytes   = "wal_synced_bytes_total"
)

// metric is one line of the table.
type metric struct {
	name, group string
	kind        kind
	help        string
	// value is nil for a summary, and for what is gathered as it happens.
	value   func(s *sample) (v float64, ok bool)
	summary func(s *sample) (n int64, sum float64, ok bool)
}

// The headings of the table.
const (
	groupGeneral     = "General"
	groupMemory      = "Memory"
	groupIndex       = "Index"
	groupSession     = "Session"
	groupTransaction = "Transaction"
	groupLog         = "Log"
	groupSnapshot    = "Snapshot"
	groupDisk        = "Disk"
	groupArchive     = "Archive"
	groupBackup      = "Backup"
	groupRecovery    = "Recovery"
)

// table lists every metric of ours.
func table() []metric {
	var all []metric
	for _, part := range [][]metric{
		general(), network(), transactions(), logMetrics(), snapshotMetrics(), diskMetrics(), archiveMetrics(), backupMetrics(), recoveryMetrics(),
	} {
		all = append(all, part...)
	}
	return all
}

// yes is 1 for true.
func yes(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// stamp is a time as Prometheus has it; there is none where it is zero.
func stamp(t time.Time) (float64, bool) { return float64(t.UnixNano()) / 1e9, !t.IsZero() }

// age is how long ago t was; there is none where it is zero.
func (s *sample) age(t time.Time) (float64, bool) {
	return max(s.at.Sub(t).Seconds(), 0), !t.IsZero()
}

// ofGraph reads a number of the graph.
func ofGraph(read func(g *graph) int64) func(*sample) (float64, bool) {
	return func(s *sample) (float64, bool) {
		if s.graph == nil {
			return 0, false
		}
		return float64(read(s.graph)), true
	}
}

// ofBolt reads a number of the listener.
func ofBolt(read func(b *bolt.Stats) int64) func(*sample) (float64, bool) {
	return func(s *sample) (float64, bool) {
		if s.bolt == nil {
			return 0, false
		}
		return float64(read(s.bolt)), true
	}
}

func general() []metric {
	return []metric{
		{
			name: "ready", group: groupGeneral, help: "1 while clients should be sent here, as /health/ready says.",
			value: func(s *sample) (float64, bool) { return yes(s.ready), true },
		},
		{name: "vertex_count", group: groupGeneral, help: "Nodes.", value: ofGraph(func(g *graph) int64 { return g.nodes })},
		{name: "edge_count", group: groupGeneral, help: "Relationships.", value: ofGraph(func(g *graph) int64 { return g.edges })},
		{
			name: "active_label_indices", group: groupIndex, help: "Indexes of a label.",
			value: ofGraph(func(g *graph) int64 { return g.labelIndexes }),
		},
		{
			name: "active_label_property_indices", group: groupIndex, help: "Indexes of a label and a property.",
			value: ofGraph(func(g *graph) int64 { return g.propertyIndexes }),
		},
		{
			name: "db_memory_tracked_bytes", group: groupMemory, help: "Bytes that the server has counted: graph, indexes, queries, messages.",
			value: ofGraph(func(g *graph) int64 { return g.memoryUsed }),
		},
		{
			name: "db_peak_memory_tracked_bytes", group: groupMemory, help: "The most of memgraph_db_memory_tracked_bytes since the start.",
			value: ofGraph(func(g *graph) int64 { return g.memoryPeak }),
		},
		{
			name: "memory_limit_bytes", group: groupMemory, help: "What memgraph_db_memory_tracked_bytes may not pass; 0 for no limit.",
			value: ofGraph(func(g *graph) int64 { return g.memoryMost }),
		},
		{
			name: "db_storage_memory_tracked_bytes", group: groupMemory, help: "Bytes of the graph and its indexes.",
			value: ofGraph(func(g *graph) int64 { return g.memoryGraph }),
		},
		{
			name: "undo_memory_tracked_bytes", group: groupMemory, help: "Bytes of former versions that a reader may still need.",
			value: ofGraph(func(g *graph) int64 { return g.memoryUndo }),
		},
		{
			name: "active_sessions", group: groupSession, help: "Clients that have logged on.",
			value: ofBolt(func(b *bolt.Stats) int64 { return int64(b.Connections - b.Unauthenticated) }),
		},
		{
			name: "bolt_connections_total", group: groupSession, kind: counter, help: "Connections accepted since the start.",
			value: ofBolt(func(b *bolt.Stats) int64 { return int64(b.Accepted) }),
		},
		{
			name: "bolt_refused_total", group: groupSession, kind: counter, help: "Logins refused and connections turned away since the start.",
			value: ofBolt(func(b *bolt.Stats) int64 { return int64(b.Refused) }),
		},
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
	}
}
