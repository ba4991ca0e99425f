package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/test/pokec"
)

const (
	// imageRounds is how often the disk, the snapshot and its load have their turn.
	imageRounds = 3
	// imageWorkers write and load.
	imageWorkers = 2
)

// images measures in process what a graph takes in memory, and how fast its snapshot is
// written, proved and loaded, beside the disk in turns.
func (b *bench) images(ctx context.Context, g *pokec.Graph) error {
	s := storage.New(storage.Options{})
	took, err := timed(func() error { return g.Fill(ctx, s) })
	if err != nil {
		return err
	}
	m := s.Memory()
	relationship := float64(m.Edges+m.Adjacency) / float64(g.Relationships)
	node := float64(m.Nodes) / float64(g.Users)
	b.printf("%s: filled in process in %.2f s; %.1f bytes a relationship; by the node %.1f bytes, %.1f of properties, %.1f of indexes\n", g.Name, took.Seconds(),
		relationship, node, float64(m.Properties)/float64(g.Users), float64(m.Indexes)/float64(g.Users))
	b.reached("bytes a relationship", relationship, "%s graph, after a bulk load", g.Name)
	b.reached("bytes a node before properties", node, "%s graph", g.Name)
	dir := filepath.Join(b.dir, "images")
	if err = os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	held := m.Nodes + m.Edges + m.Adjacency + m.Properties + m.Indexes
	var written, loaded rounds
	var touched []float64 // seconds
	for range imageRounds {
		if err = b.imageRound(ctx, g, s, dir, &written, &loaded); err != nil {
			return err
		}
		if took, err = timed(func() error { return firstTouch(held) }); err != nil {
			return err
		}
		touched = append(touched, took.Seconds())
	}
	b.printf("  image of %.0f MB: written and proved %s; loaded %s; the %.0f MB of its store touched for the first time in %.2f s\n",
		float64(written.bytes)/1e6, written, loaded, float64(held)/1e6, median(touched))
	b.reached("snapshot written, "+g.Name+", of the disk", median(written.ratio), "%s", written)
	b.reached("snapshot loaded, "+g.Name+", of the disk", median(loaded.ratio), "%s", loaded)
	return s.Close()
}

// imageRound measures the disk, and a snapshot beside it.
func (b *bench) imageRound(ctx context.Context, g *pokec.Graph, s *storage.Store, dir string, written, loaded *rounds) error {
	write, read, err := diskSpeed(dir, sequentialBytes)
	if err != nil {
		return err
	}
	var info snapshot.Info
	create := func() error {
		info, err = snapshot.Create(ctx, snapshot.Options{FS: vfs.OS(), Dir: dir, Store: s, Now: time.Now, Workers: imageWorkers})
		return err
	}
	if err = written.measure(create); err != nil {
		return err
	}
	size := float64(info.Bytes)
	written.note(info.Bytes, size/write+size/read) // it is read back
	file, err := os.Open(info.Path)
	if err != nil {
		return err
	}
	if err = forget(file); err == nil {
		err = file.Close()
	}
	if err != nil {
		return err
	}
	load := func() error { return loadImage(ctx, info.Path) }
	if err = loaded.measure(load); err != nil {
		return err
	}
	loaded.note(info.Bytes, size/read)
	if len(loaded.ratio) == imageRounds {
		if err = b.profiledHere("image-load-"+g.Name, load); err != nil {
			return err
		}
	}
	return os.Remove(info.Path)
}

// loadImage loads a snapshot into a store of its own.
func loadImage(ctx context.Context, path string) error {
	s := storage.New(storage.Options{})
	f, err := snapshot.Open(vfs.OS(), path)
	if err != nil {
		return err
	}
	if err = f.Fill(ctx, s, imageWorkers, nil); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return s.Close()
}

// firstTouch has as many workers as load touch so many bytes of new memory, in large pages: what
// nobody who fills it can be quicker than.
func firstTouch(bytes int64) error {
	const page = 4096
	memory, err := syscall.Mmap(-1, 0, int(bytes), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return err
	}
	err = syscall.Madvise(memory, syscall.MADV_HUGEPAGE)
	var group sync.WaitGroup
	for w := range imageWorkers {
		part := memory[w*len(memory)/imageWorkers : (w+1)*len(memory)/imageWorkers]
		group.Go(func() {
			for at := 0; at < len(part); at += page {
				part[at] = 1
			}
		})
	}
	group.Wait()
	return errors.Join(err, syscall.Munmap(memory))
}

// rounds gathers what bytes took, and what the disk takes for them.
type rounds struct {
	bytes     int64
	took, cpu time.Duration
	rate, mbs []float64 // bytes a second by the clock, and by the processor
	ratio     []float64
}

func (r *rounds) measure(fn func() error) (err error) {
	before := processorTime()
	r.took, err = timed(fn)
	r.cpu = processorTime() - before
	return err
}

// note ends a round; disk is how many seconds the bare disk takes.
func (r *rounds) note(bytes int64, disk float64) {
	r.bytes = bytes
	r.rate = append(r.rate, float64(bytes)/r.took.Seconds())
	r.mbs = append(r.mbs, float64(bytes)/r.cpu.Seconds())
	r.ratio = append(r.ratio, disk/r.took.Seconds())
}

func (r rounds) String() string {
	return short(median(r.rate)/1e6) + " MB/s, " + short(median(r.mbs)/1e6) + " MB a second of processor, " + short(median(r.ratio)) + " of the disk"
}

// processorTime is what this process has used.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
