package query

import (
	"context"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

func showStorageInfo(_ context.Context, s *Session) (table, error) {
	store := s.engine.o.Store
	m := store.Memory()
	nodes, edges := store.NodeCount(), store.EdgeCount()
	degree := 0.0
	if nodes > 0 {
		degree = 2 * float64(edges) / float64(nodes)
	}
	var heap runtime.MemStats
	runtime.ReadMemStats(&heap)
	rows := []InfoRow{
		{"name", databaseName},
		{"storage_mode", "IN_MEMORY_TRANSACTIONAL"},
		{"health", s.engine.health()},
		{"vertex_count", strconv.FormatInt(nodes, 10)},
		{"edge_count", strconv.FormatInt(edges, 10)},
		{"average_degree", strconv.FormatFloat(degree, 'f', 2, 64)},
		{"last_commit", strconv.FormatUint(uint64(store.LastCommitted()), 10)},
		{"graph_memory_tracked", sizeText(m.Nodes + m.Edges + m.Adjacency + m.Properties + m.Names)},
		{"node_memory_tracked", sizeText(m.Nodes)},
		{"edge_memory_tracked", sizeText(m.Edges)},
		{"adjacency_memory_tracked", sizeText(m.Adjacency)},
		{"property_memory_tracked", sizeText(m.Properties)},
		{"index_memory_tracked", sizeText(m.Indexes)},
		{"column_memory_tracked", sizeText(m.Columns)},
		{"undo_memory_tracked", sizeText(m.Undo)},
		{"memory_tracked", sizeText(s.engine.o.Budget.Root().Used())},
		{"memory_limit", sizeText(s.engine.o.Budget.Root().Limit())},
		{"heap_objects", strconv.FormatUint(heap.HeapObjects, 10)},
		{"heap_allocations", strconv.FormatUint(heap.Mallocs, 10)},
		{"heap_in_use", sizeText(int64(heap.HeapInuse))},
		{"full_collection", time.Duration(s.engine.fullCollection.Load()).String()},
	}
	if s.guard() != nil {
		rows = slices.DeleteFunc(rows, func(r InfoRow) bool { // they count what is hidden
			return r.Name == "vertex_count" || r.Name == "edge_count" || r.Name == "average_degree"
		})
	}
	if s.engine.o.Durability != nil {
		rows = append(rows, s.engine.o.Durability.Info()...)
	}
	return infoTable("storage info", rows), nil
}

func showVersion(_ context.Context, s *Session) (table, error) {
	return table{columns: []string{"version"}, rows: [][]value.Value{{value.String(s.engine.o.Version)}}}, nil
}

func showBuildInfo(_ context.Context, s *Session) (table, error) {
	return infoTable("build info", []InfoRow{{"build_type", s.engine.o.Build}}), nil
}

func showConfig(_ context.Context, s *Session) (table, error) {
	t := table{columns: []string{"name", "default_value", "current_value", "description", "source"}}
	if s.engine.o.Settings == nil {
		return t, nil
	}
	for _, c := range s.engine.o.Settings() {
		t.rows = append(t.rows, []value.Value{
			value.String(c.Name), value.String(c.Default), value.String(c.Current), value.String(c.Description), value.String(c.Source),
		})
	}
	return t, nil
}

func showMetrics(_ context.Context, s *Session) (table, error) {
	t := table{columns: []string{"name", "type", "metric type", "value"}}
	if s.engine.o.Metrics == nil {
		return t, nil
	}
	rows, err := s.engine.o.Metrics()
	if err != nil {
		return table{}, failure.New(failure.DatabaseError, failure.Runtime, "MetricsUnreadable", "%s", err)
	}
	for _, m := range rows {
		t.rows = append(t.rows, []value.Value{value.String(m.Name), value.String(m.Group), value.String(m.Kind), value.String(m.Value)})
	}
	return t, nil
}

func freeMemory(_ context.Context, s *Session) (table, error) {
	s.engine.o.Store.DropColumns()
	s.engine.o.Store.Collect()
	begin := s.engine.o.Now()
	runtime.GC()
	s.engine.fullCollection.Store(int64(s.engine.o.Now().Sub(begin)))
	debug.FreeOSMemory() // or the system gets it back over minutes
	if s.engine.o.FreeMemory != nil {
		s.engine.o.FreeMemory()
	}
	return table{}, nil
}

func showDatabase(context.Context, *Session) (table, error) {
	return table{columns: []string{"Current"}, rows: [][]value.Value{{value.String(databaseName)}}}, nil
}
