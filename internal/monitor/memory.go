package monitor

// Process is what the operating system counts of the server.
type Process struct {
	Resident, PeakResident int64 // bytes; 0: not known
	DiskUsage              int64 // bytes of the files in the data directory; 0: not known
}

// ofProcess reads a number of the process.
func ofProcess(read func(p *Process) int64) func(*sample) (float64, bool) {
	return func(s *sample) (float64, bool) {
		if s.process == nil {
			return 0, false
		}
		n := read(s.process)
		return float64(n), n > 0
	}
}

func memoryMetrics() []metric {
	return []metric{
		{
			name: "memory_res_bytes", group: groupMemory, help: "Memory of the machine that the process has.",
			value: ofProcess(func(p *Process) int64 { return p.Resident }),
		},
		{
			name: "peak_memory_res_bytes", group: groupMemory, help: "The most of memgraph_memory_res_bytes since the start.",
			value: ofProcess(func(p *Process) int64 { return p.PeakResident }),
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
			name: "db_query_memory_tracked_bytes", group: groupMemory, help: "Bytes of the open transactions: their statements and their changes.",
			value: func(s *sample) (float64, bool) {
				if s.query == nil {
					return 0, false
				}
				return float64(s.query.Memory), true
			},
		},
		{
			name: "undo_memory_tracked_bytes", group: groupMemory, help: "Bytes of former versions that a reader may still need.",
			value: ofGraph(func(g *graph) int64 { return g.memoryUndo }),
		},
	}
}

func collectorMetrics() []metric {
	return []metric{
		{
			name: "gc_latency_seconds", group: groupCollector, kind: summary, help: "Rounds of the collector of old versions in the background, and the time they took. Go's own collector is in go_gc_duration_seconds.",
			summary: func(s *sample) (int64, float64, bool) {
				if s.graph == nil {
					return 0, 0, false
				}
				return int64(s.graph.collector.Rounds), s.graph.collector.Took.Seconds(), true
			},
		},
		{
			name: "collector_waiting_transactions", group: groupCollector, help: "Transactions that have ended and whose old versions are still kept; a view that stays open for long holds them back.",
			value: ofGraph(func(g *graph) int64 { return g.collector.Waiting }),
		},
		{
			name: "collector_freed_transactions_total", group: groupCollector, kind: counter, help: "Transactions whose old versions were freed since the start.",
			value: ofGraph(func(g *graph) int64 { return int64(g.collector.Freed) }),
		},
	}
}

func schemaMetrics() []metric {
	return []metric{
		{
			name: "active_label_indices", group: groupIndex, help: "Indexes of a label.",
			value: ofGraph(func(g *graph) int64 { return g.labelIndexes }),
		},
		{
			name: "active_label_property_indices", group: groupIndex, help: "Indexes of a label and a property.",
			value: ofGraph(func(g *graph) int64 { return g.propertyIndexes }),
		},
		{
			name: "active_existence_constraints", group: groupIndex, help: "Constraints that a property exists.",
			value: ofGraph(func(g *graph) int64 { return g.existence }),
		},
		{
			name: "active_unique_constraints", group: groupIndex, help: "Constraints that properties are unique.",
			value: ofGraph(func(g *graph) int64 { return g.unique }),
		},
		{
			name: "active_type_constraints", group: groupIndex, help: "Constraints of the type of a property.",
			value: ofGraph(func(g *graph) int64 { return g.typed }),
		},
	}
}
