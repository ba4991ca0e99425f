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
	buildInfo     = "build_info"
)

// metric is one line of the table.
type metric struct {
	name, group string
	kind        kind
	help        string
	// value is nil for a summary, and for what is gathered as it happens.
	value   func(s *sample) (v float64, ok bool)
	summary func(s *sample) (n int64, sum float64, ok bool)
	// latencies are the distributions of a histogram by label.
	latencies func(s *sample) []latencies
	label     string
}

// The headings of the table.
const (
	groupGeneral     = "General"
	groupMemory      = "Memory"
	groupCollector   = "Collector"
	groupIndex       = "Index"
	groupSession     = "Session"
	groupQuery       = "Query"
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
		general(), schemaMetrics(), memoryMetrics(), collectorMetrics(), sessions(), network(), queryMetrics(), transactions(),
		logMetrics(), snapshotMetrics(), diskMetrics(), archiveMetrics(), backupMetrics(), recoveryMetrics(),
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
		{name: buildInfo, group: groupGeneral, help: buildHelp},
		{name: "vertex_count", group: groupGeneral, help: "Nodes.", value: ofGraph(func(g *graph) int64 { return g.nodes })},
		{name: "edge_count", group: groupGeneral, help: "Relationships.", value: ofGraph(func(g *graph) int64 { return g.edges })},
	}
}

func sessions() []metric {
	return []metric{
		{
			name: "active_sessions", group: groupSession, help: "Clients that have logged on.",
			value: ofBolt(func(b *bolt.Stats) int64 { return int64(b.Connections - b.Unauthenticated) }),
		},
		{
			name: "active_bolt_sessions", group: groupSession, help: "The same under Memgraph's other name: all clients speak Bolt.",
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
