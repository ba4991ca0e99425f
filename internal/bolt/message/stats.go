package message

import "memgraphd/internal/bolt/packstream"

// Stats counts what a statement changed.
type Stats struct {
	NodesCreated         int64
	NodesDeleted         int64
	RelationshipsCreated int64
	RelationshipsDeleted int64
	PropertiesSet        int64
	LabelsAdded          int64
	LabelsRemoved        int64
	IndexesAdded         int64
	IndexesRemoved       int64
	ConstraintsAdded     int64
	ConstraintsRemoved   int64
	SystemUpdates        int64
}

// counter is one number with its name on the wire.
type counter struct {
	name string
	n    int64
}

// counters returns the changes of the graph, then the one of the system.
func (s *Stats) counters() [12]counter {
	return [...]counter{
		{"nodes-created", s.NodesCreated},
		{"nodes-deleted", s.NodesDeleted},
		{"relationships-created", s.RelationshipsCreated},
		{"relationships-deleted", s.RelationshipsDeleted},
		{"properties-set", s.PropertiesSet},
		{"labels-added", s.LabelsAdded},
		{"labels-removed", s.LabelsRemoved},
		{"indexes-added", s.IndexesAdded},
		{"indexes-removed", s.IndexesRemoved},
		{"constraints-added", s.ConstraintsAdded},
		{"constraints-removed", s.ConstraintsRemoved},
		{"system-updates", s.SystemUpdates},
	}
}

// append appends the numbers that are not zero and what follows from them.
func (s *Stats) append(dst []byte) []byte {
	counters := s.counters()
	entries := 0
	for _, c := range counters {
		if c.n != 0 {
			entries++
		}
	}
	system := s.SystemUpdates != 0
	updates := entries > 1 || entries == 1 && !system
	if updates {
		entries++
	}
	if system {
		entries++
	}
	dst = packstream.AppendMapHeader(dst, entries)
	for _, c := range counters {
		if c.n != 0 {
			dst = packstream.AppendInt(packstream.AppendString(dst, c.name), c.n)
		}
	}
	if updates {
		dst = packstream.AppendBool(packstream.AppendString(dst, "contains-updates"), true)
	}
	if system {
		dst = packstream.AppendBool(packstream.AppendString(dst, "contains-system-updates"), true)
	}
	return dst
}
