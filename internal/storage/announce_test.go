package storage

import (
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// groups is a Journal that announces, as the log does: who comes first tells the outcome of all that are there.
type groups struct {
	settled func(good, last change.Index)

	mu   sync.Mutex // of one announcement after the other
	told change.Index

	queue sync.Mutex
	last  change.Index // newest that was enqueued
}

type groupTicket struct {
	*groups
	index change.Index
}

// openGroups returns a store with a log that announces.
func openGroups(tb testing.TB) *Store {
	tb.Helper()
	s := openStore(tb, Options{})
	s.SetJournal(&groups{})
	return s
}

func (g *groups) Announce(settled func(good, last change.Index)) { g.settled = settled }

func (g *groups) Prepare(*change.Commit) (Ticket, error) { return &groupTicket{groups: g}, nil }

func (k *groupTicket) Enqueue(index change.Index, _ int64) error {
	k.queue.Lock()
	defer k.queue.Unlock()
	k.index, k.last = index, index
	return nil
}

func (k *groupTicket) Wait() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.told >= k.index {
		return nil
	}
	k.queue.Lock()
	last := k.last
	k.queue.Unlock()
	k.settled(last, last)
	k.told = last
	return nil
}

// TestVersionsEndInOrder has writers of few nodes, of which most roll back what they changed right after a commit
// of somebody else: versions must be collected in the order in which they were made all the same.
func TestVersionsEndInOrder(t *testing.T) {
	s := openGroups(t)
	names := internNames(t, s)
	var nodes []graph.NodeID
	write(t, s, func(tx *Tx) {
		for range 2 {
			id, err := tx.CreateNode(nil, nil)
			must(t, err)
			nodes = append(nodes, id)
		}
	})
	var writers sync.WaitGroup
	end := time.Now().Add(200 * time.Millisecond)
	for seed := range uint64(8) {
		writers.Go(func() {
			r := rand.New(rand.NewPCG(seed, 3))
			for time.Now().Before(end) {
				tx := s.Begin(TxOptions{})
				err := tx.SetNodeProperty(nodes[r.IntN(len(nodes))], names.keys[0], value.Int(r.Int64()))
				if err == nil && r.IntN(3) == 0 {
					_, err = tx.Commit()
				}
				tx.Release()
				if err != nil && !errors.Is(err, ErrConflict) {
					t.Error(err)
					return
				}
			}
		})
	}
	writers.Wait()
}

// TestVisibleCommitsAreQueued holds the queue of the collector: no commit may be visible before it is in there.
func TestVisibleCommitsAreQueued(t *testing.T) {
	s := openGroups(t)
	names := internNames(t, s)
	before := s.LastCommitted()
	s.collector.queueMu.Lock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		write(t, s, func(tx *Tx) {
			_, err := tx.CreateNode(names.labels[:1], nil)
			must(t, err)
		})
	}()
	for limit := time.Now().Add(50 * time.Millisecond); time.Now().Before(limit); time.Sleep(time.Millisecond) {
		if got := s.LastCommitted(); got != before {
			t.Errorf("commit %d is visible, and its versions are not queued", got)
			break
		}
	}
	s.collector.queueMu.Unlock()
	<-done
	if got := s.LastCommitted(); got == before {
		t.Error("the commit never became visible")
	}
}
