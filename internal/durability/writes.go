package durability

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage"
)

// writes knows how commits fare: whether they fail, since when and why. It gives their
// errors the kind by which a client knows whether to try again, and says in the log when
// the trouble begins and ends, not for each commit.
type writes struct {
	now func() time.Time
	log *zap.Logger

	failing  atomic.Bool
	stopped  atomic.Bool // the end of the log has been logged
	failures atomic.Int64

	mu    sync.Mutex
	since time.Time
	err   error
}

// failed takes the error of a commit and returns it with its kind.
func (w *writes) failed(err error) error {
	switch {
	case errors.Is(err, wal.ErrClosed):
		return err
	case errors.Is(err, wal.ErrPoisoned):
		w.failures.Add(1)
		w.logStopped(err)
		return fmt.Errorf("%w: %w", storage.ErrJournalStopped, err)
	}
	w.failures.Add(1)
	w.mu.Lock()
	w.err = err
	if !w.failing.Load() {
		w.since = w.now()
		w.failing.Store(true)
		w.log.Error("commits cannot be written to the log: they fail until that is mended, reads go on", zap.Error(err))
	}
	w.mu.Unlock()
	if vfs.NoSpace(err) {
		return fmt.Errorf("%w: %w", storage.ErrJournalFull, err)
	}
	return err
}

// logStopped says once that the log has ended.
func (w *writes) logStopped(err error) {
	if !w.stopped.Swap(true) {
		w.log.Error("the log has stopped: no commit is taken any more, reads go on; "+
			"restart the server when the disk is well, it then verifies the log", zap.Error(err))
	}
}

// succeeded notes a commit that is in the log.
func (w *writes) succeeded() {
	if !w.failing.Load() {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.failing.Load() {
		return
	}
	w.log.Info("commits are written to the log again", zap.Duration("after", w.now().Sub(w.since)), zap.Int64("failed", w.failures.Load()))
	w.failing.Store(false)
	w.since, w.err = time.Time{}, nil
}

// trouble returns since when commits fail to be written, and why; nil where they do not.
func (w *writes) trouble() (since time.Time, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.since, w.err
}
