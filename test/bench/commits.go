package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

const (
	// replayCommits are replayed, in transactions of a node, two properties and a relationship.
	replayCommits = 400_000
	replayWriters = 256
	replayRounds  = 3
)

// stored is a store whose commits are logged, in process.
type stored struct {
	store   *storage.Store
	manager *durability.Manager
	label   graph.LabelID
	kind    graph.TypeID
	id      graph.KeyID
	name    graph.KeyID
}

func openStored(ctx context.Context, dir string, flushEvery int) (*stored, error) {
	w := &stored{store: storage.New(storage.Options{})}
	var err error
	w.manager, err = durability.Open(ctx, durability.Options{
		FS: vfs.OS(), Dir: dir, Store: w.store, WALEnabled: true, RecoveryOnStartup: true, Now: time.Now,
		FlushEveryN: flushEvery, RecoveryWorkers: runtime.NumCPU(),
	})
	if err != nil {
		return nil, err
	}
	if w.label, err = w.store.InternLabel("Person"); err != nil {
		return nil, err
	}
	if w.kind, err = w.store.InternType("KNOWS"); err != nil {
		return nil, err
	}
	if w.id, err = w.store.InternKey("id"); err != nil {
		return nil, err
	}
	w.name, err = w.store.InternKey("name")
	return w, err
}

func (w *stored) close(ctx context.Context) error {
	if err := w.manager.Close(ctx); err != nil {
		return err
	}
	return w.store.Close()
}

// commit creates a node in a transaction of its own, in tx, which is used again, as sessions do.
func (w *stored) commit(tx *storage.Tx, n int64) error {
	w.store.BeginIn(tx, storage.TxOptions{})
	defer tx.Release()
	if _, err := tx.CreateNode([]graph.LabelID{w.label}, []storage.Property{{Key: w.id, Value: value.Int(n)}}); err != nil {
		return err
	}
	_, err := tx.Commit()
	return err
}

// commits measures durable commits of a node each in process, without statements, beside the
// disk's own group commit in turns.
func (b *bench) commits(ctx context.Context) error {
	counts, err := numbers(b.writers)
	if err != nil {
		return err
	}
	dir := filepath.Join(b.dir, "commits")
	defer func() { _ = os.RemoveAll(dir) }()
	w, err := openStored(ctx, dir, 1)
	if err != nil {
		return err
	}
	for _, committers := range counts {
		if err = b.commitsOf(w, committers); err != nil {
			return err
		}
		err = b.profiledHere(fmt.Sprintf("commit-%d", committers), func() error {
			_, failed := w.committing(committers, b.each)
			return failed
		})
		if err != nil {
			return err
		}
	}
	return w.close(ctx)
}

// committing lets so many committers commit for d.
func (w *stored) committing(committers int, d time.Duration) (figure, error) {
	return loop(committers, d, func(client int) (func(int) error, func(), error) {
		tx := &storage.Tx{}
		return func(i int) error { return w.commit(tx, int64(client)<<32|int64(i)) }, nil, nil
	})
}

// commitsOf measures the commits of so many committers.
func (b *bench) commitsOf(w *stored, committers int) error {
	var ours, disk []figure
	var ratio []float64
	each := max(b.each/commitRounds, 200*time.Millisecond)
	spent := time.Duration(0)
	n := 0.0
	for range commitRounds {
		cpu := processorTime()
		f, err := w.committing(committers, each)
		if err != nil {
			return err
		}
		spent += processorTime() - cpu
		n += f.perSecond * each.Seconds()
		ours = append(ours, f)
		if f, err = groupCommit(b.dir, committers, each); err != nil {
			return err
		}
		disk = append(disk, f)
		ratio = append(ratio, ours[len(ours)-1].perSecond/f.perSecond)
	}
	b.printf("commits in process %3d committers: %s, %s of processor each   bare group commit %s   ratio %.2f\n", committers, middle(ours),
		(spent / time.Duration(max(n, 1))).Round(10*time.Nanosecond), middle(disk), median(ratio))
	b.reached(fmt.Sprintf("commits in process, %d committers, of the disk's group commit", committers), median(ratio),
		"%.0f and %.0f a second", middle(ours).perSecond, middle(disk).perSecond)
	return nil
}

// replay measures the start on a log of small commits.
func (b *bench) replay(ctx context.Context) error {
	dir := filepath.Join(b.dir, "replay")
	defer func() { _ = os.RemoveAll(dir) }()
	w, err := openStored(ctx, dir, 100_000)
	if err != nil {
		return err
	}
	errs := make(chan error, replayWriters)
	for client := range replayWriters {
		go func() { errs <- w.replayed(client) }()
	}
	for range replayWriters {
		if failed := <-errs; err == nil {
			err = failed
		}
	}
	if err != nil {
		return err
	}
	size := w.manager.Info().LogBytes
	if err = w.close(ctx); err != nil {
		return err
	}
	var rate, core []float64
	for range replayRounds {
		before, begin := processorTime(), time.Now()
		if w, err = openStored(ctx, dir, 1); err != nil {
			return err
		}
		rate = append(rate, replayCommits/time.Since(begin).Seconds()/1e6)
		core = append(core, replayCommits/(processorTime()-before).Seconds()/1e6)
		if n := w.store.NodeCount(); n != replayCommits {
			return fmt.Errorf("%d nodes after the replay of %d commits", n, replayCommits)
		}
		if err = w.close(ctx); err != nil {
			return err
		}
	}
	b.printf("replay of %d commits, %.0f MB: %.2f million a second, %.2f million a second of processor\n", replayCommits, float64(size)/1e6, median(rate), median(core))
	b.reached("replayed commits a second and core, millions", median(core), "%.2f million a second by the clock", median(rate))
	return nil
}

// replayed makes the share of a writer of the commits that are replayed.
func (w *stored) replayed(client int) error {
	for i := client; i < replayCommits; i += replayWriters {
		tx := w.store.Begin(storage.TxOptions{})
		n, err := tx.CreateNode([]graph.LabelID{w.label}, []storage.Property{
			{Key: w.id, Value: value.Int(int64(i))}, {Key: w.name, Value: value.String(fmt.Sprintf("somebody called %d", i))},
		})
		if err == nil {
			_, err = tx.CreateEdge(n, n, w.kind, nil)
		}
		if err == nil {
			_, err = tx.Commit()
		}
		tx.Release()
		if err != nil {
			return err
		}
	}
	return nil
}
