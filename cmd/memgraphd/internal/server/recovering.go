package server

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"memgraphd/internal/command/progress"
	"memgraphd/internal/durability"
)

const (
	// statusEvery is the time between two words to systemd about a recovery, and logEvery
	// that between two lines in the log.
	statusEvery = time.Second
	logEvery    = 5 * time.Second
)

// recovering tells the log, systemd and whoever asks for the health how far the recovery is. It speaks by the
// clock, also while one step takes long.
type recovering struct {
	latest atomic.Pointer[durability.Progress]
	stop   chan struct{}
	done   sync.WaitGroup
}

// startRecovering begins to tell; the returned function ends it.
func (s *server) startRecovering() (stop func()) {
	r := &s.recovering
	r.stop = make(chan struct{})
	s.setState(stateRecovering, "Recovering: opening the data directory")
	r.done.Go(func() {
		tick := time.NewTicker(statusEvery)
		defer tick.Stop()
		logged := time.Now()
		for {
			select {
			case <-r.stop:
				return
			case now := <-tick.C:
				text := r.text()
				s.setState(stateRecovering, text)
				s.systemd.Status(text)
				if now.Sub(logged) >= logEvery {
					logged = now
					s.notices.Info(text)
				}
			}
		}
	})
	return func() {
		close(r.stop)
		r.done.Wait()
	}
}

// hear takes the newest word of the recovery.
func (r *recovering) hear(p durability.Progress) { r.latest.Store(&p) }

// text says how far the recovery is.
func (r *recovering) text() string {
	p := r.latest.Load()
	if p == nil {
		return "Recovering: opening the data directory"
	}
	return progressText(*p)
}

// progressText says how far a recovery is, how fast it goes, and how long it will take.
func progressText(p durability.Progress) string {
	text := "Recovering: " + phaseText(p.Phase)
	if p.Total > 0 {
		text += fmt.Sprintf(", %d %% of %s", p.Bytes*100/p.Total, progress.Size(p.Total))
	}
	if p.Commits > 0 {
		text += fmt.Sprintf(", %d commits", p.Commits)
	}
	if rate := p.Rate(); rate > 0 {
		text += fmt.Sprintf(", %s/s", progress.Size(int64(rate)))
		if p.Commits > 0 {
			text += fmt.Sprintf(" and %.0f commits/s", float64(p.Commits)/p.InPhase.Seconds())
		}
	}
	if left, ok := p.Remaining(); ok {
		text += fmt.Sprintf(", about %v left", left.Round(time.Second))
	}
	return text
}

func phaseText(p durability.Phase) string {
	switch p {
	case durability.PhaseVerify:
		return "checking the snapshot"
	case durability.PhaseSnapshot:
		return "loading the snapshot"
	case durability.PhaseLog:
		return "replaying the log"
	}
	return string(p)
}
