package durability

import (
	"context"
	"sync"
	"time"
)

// watchInterval is the time between two looks at what nobody reports by itself.
const watchInterval = time.Second

// watcher is the goroutine that looks at the disk and at how long things last.
type watcher struct {
	stop context.CancelFunc
	done sync.WaitGroup

	looking sync.Mutex // guards what follows

	lock   time.Time // since when the lock holds that was seen last
	warned time.Time // when it was last said that it holds for long
}

func (m *Manager) startWatcher() {
	ctx, stop := context.WithCancel(context.Background())
	m.watcher.stop = stop
	m.look()
	m.watcher.done.Go(func() {
		tick := time.NewTicker(watchInterval)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				m.look()
			}
		}
	})
}

func (m *Manager) stopWatcher() {
	m.watcher.stop()
	m.watcher.done.Wait()
}

// look is one round of the watcher.
func (m *Manager) look() {
	m.watcher.looking.Lock()
	defer m.watcher.looking.Unlock()
	m.space.look()
	if err := m.Health(); err != nil {
		m.writes.logStopped(err)
	}
	m.warnLock()
	m.keepBallast()
}
