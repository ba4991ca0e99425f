package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"memgraphd/test/harness"
	"memgraphd/test/pokec"
)

// csv loads a graph as users do, by LOAD CSV, and measures time and memory.
func (b *bench) csv(ctx context.Context, g *pokec.Graph) error {
	dir := filepath.Join(b.dir, "csv")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	users, friends := filepath.Join(dir, "users.csv"), filepath.Join(dir, "friends.csv")
	if err := writeCSV(users, g.WriteUsers); err != nil {
		return err
	}
	if err := writeCSV(friends, g.WriteFriends); err != nil {
		return err
	}
	return b.serve(ctx, filepath.Join(dir, "data"), func(ctx context.Context) error { return b.csvFiles(ctx, g, users, friends) })
}

// csvFiles loads the two files into the running server.
func (b *bench) csvFiles(ctx context.Context, g *pokec.Graph, users, friends string) error {
	run := func(texts ...string) error {
		for _, text := range texts {
			if _, err := harness.Query(ctx, b.driver, text, nil); err != nil {
				return err
			}
		}
		return nil
	}
	if err := run("CREATE INDEX ON :User", "CREATE INDEX ON :User(id)"); err != nil {
		return err
	}
	before, err := cpuOf(b.server.PID())
	if err != nil {
		return err
	}
	took, err := timed(func() error { return run(pokec.LoadUsers(users), pokec.LoadFriends(friends)) })
	if err != nil {
		return err
	}
	after, err := cpuOf(b.server.PID())
	if err != nil {
		return err
	}
	info, err := b.info(ctx)
	if err != nil {
		return err
	}
	things := float64(g.Users + g.Relationships)
	b.printf("%s by LOAD CSV: %.2f s, %.2f s of processor time, %.0f nodes and relationships a second\n", g.Name, took.Seconds(), (after - before).Seconds(), things/took.Seconds())
	for _, key := range []string{
		"graph_memory_tracked", "node_memory_tracked", "edge_memory_tracked", "adjacency_memory_tracked",
		"property_memory_tracked", "index_memory_tracked", "undo_memory_tracked", "heap_objects", "heap_in_use", "resident",
	} {
		b.printf("  %-26s %s\n", key, info[key])
	}
	size, err := residentBytes(b.server.PID())
	if err != nil {
		return err
	}
	b.reached(g.Name+" graph with indexes, resident, MB", float64(size)/1e6, "%.1f s by LOAD CSV", took.Seconds())
	return nil
}

func writeCSV(path string, fill func(w *bufio.Writer)) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(file, 1<<20)
	fill(w)
	if err = w.Flush(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return file.Close()
}
