// Package server is one run of the server. It is the only package that knows all rooms: it opens them in order, joins them, and
// closes them in the opposite order; it decides nothing else.
package server

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"memgraphd/cmd/memgraphd/internal/certificate"
	"memgraphd/cmd/memgraphd/internal/logs"
	"memgraphd/cmd/memgraphd/internal/settings"
	"memgraphd/cmd/memgraphd/internal/systemd"
	"memgraphd/internal/audit"
	"memgraphd/internal/bolt"
	"memgraphd/internal/config"
	"memgraphd/internal/durability"
	"memgraphd/internal/monitor"
	"memgraphd/internal/online"
	"memgraphd/internal/query"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/setting"
	statements "memgraphd/internal/statement"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/memory"
)

// server is one run: what is open, in the order in which it was opened.
type server struct {
	version string
	build   string
	cfg     *config.Config
	logs    *logs.Logs
	log     *zap.Logger
	notices *zap.Logger
	systemd systemd.Notifier
	limit   int64 // bytes that the process may take; 0: unknown

	budget   *memory.Budget
	store    *storage.Store
	disk     *durability.Manager
	inForce  settings.InForce
	database *setting.Table // what can be changed while the server runs
	readers  *online.Server // of the files, over Bolt
	users    *auth.Store
	audit    *audit.Log // nil: there is none
	queries  *query.Engine
	bolt     *bolt.Server
	listener net.Listener
	serving  sync.WaitGroup

	// shown is the configuration with what was changed since the start; cfg is that of the start, for those who
	// read it while it serves.
	shown   atomic.Pointer[config.Config]
	reread  func() (*config.Config, error)
	hangups chan struct{} // holds one: the configuration is to be read anew

	recovering recovering
	reopening  chan struct{} // holds one: the database was replaced
	health     atomic.Pointer[health]

	certificates *certificate.Holder
	initialised  bool // --init-file and --init-data-file were run, or begun

	monitor    *monitor.Server
	monitoring sync.WaitGroup
}

// run starts everything, waits for ctx to end, and stops everything.
func (s *server) run(ctx context.Context) error {
	started := time.Now()
	s.shown.Store(s.cfg)
	s.announce()
	if err := errors.Join(probePort(s.cfg.Bolt), probeInitFiles(s.cfg.Start)); err != nil {
		return err
	}
	if err := s.openMonitor(); err != nil {
		return err
	}
	defer s.closeMonitor()
	for {
		again, err := s.serve(ctx, started)
		if err != nil || !again {
			return err
		}
		s.adopt()
		started = time.Now()
		s.setState(stateRecovering, "Opening the database that has replaced the former one")
	}
}

// reopen has the server close the database and open what the directory has now.
func (s *server) reopen() {
	select {
	case s.reopening <- struct{}{}:
	default:
	}
}

// serve opens the database and serves it until ctx ends, or until it was replaced: then again
// is true.
func (s *server) serve(ctx context.Context, started time.Time) (again bool, err error) {
	s.reopening = make(chan struct{}, 1)
	if err = s.openStore(ctx); err != nil {
		return false, err
	}
	err = errors.Join(s.openUsers(ctx), s.openAudit())
	if err == nil {
		err = s.openFront(ctx)
	}
	if err != nil {
		return false, errors.Join(err, s.closeAudit(), s.closeStore())
	}
	s.watchAll()
	address := s.listener.Addr().String()
	s.notices.Info("ready: listening for Bolt", zap.String("address", address), zap.Duration("after", time.Since(started).Round(time.Millisecond)))
	if cause := s.disk.Broken(); cause != nil {
		s.setState(stateBroken, "Serving Bolt at "+address+" without data: "+cause.Error())
	} else {
		s.setState(stateServing, "Serving Bolt at "+address)
	}
	s.systemd.Ready(s.state().text)
	watching, stopWatching := context.WithCancel(context.WithoutCancel(ctx))
	s.serving.Go(func() { s.systemd.Watch(watching, s.alive) })

	stopInit := s.startInitDataFile(ctx)
	again = s.wait(ctx)
	stopInit()
	err = s.closeFront(ctx)
	stopWatching()
	s.serving.Wait()
	s.unwatch()
	return again, errors.Join(err, s.closeAudit(), s.closeStore())
}

// wait returns when ctx has ended, or with true when the database was replaced.
func (s *server) wait(ctx context.Context) (again bool) {
	for {
		select {
		case <-ctx.Done():
			s.setState(stateStopping, "Stopping")
			return false
		case <-s.reopening:
			if at, ok := s.listener.Addr().(*net.TCPAddr); ok {
				s.cfg.Bolt.Port = at.Port // clients come back to where they were
			}
			s.setState(stateRecovering, "The database is replaced")
			return true
		case <-s.hangups:
			s.reload()
		}
	}
}

// adopt takes over what was changed while nothing is open that reads the former configuration.
func (s *server) adopt() {
	now := *s.shown.Load()
	now.Bolt.Port = s.cfg.Bolt.Port
	s.cfg = &now
}

// emptyServer is about what a server without data takes, in bytes.
const emptyServer = 32 << 20

// announce says who starts, with what, and what the settings risk.
func (s *server) announce() {
	s.notices.Info("memgraphd "+s.version, zap.String("build", s.build), zap.Int("pid", os.Getpid()))
	for _, w := range s.cfg.Warnings {
		s.notices.Warn(w.String())
	}
	for _, given := range s.cfg.Settings {
		if given.Origin.Source != config.FromDefault {
			s.log.Info("setting --"+given.Flag.Name+"="+statements.Masked(given.Shown()), zap.Stringer("from", given.Origin))
		}
	}
	if s.limit > 0 {
		s.log.Info("memory limit", zap.Int64("MiB", s.limit>>20))
	}
	if 0 < s.limit && s.limit < emptyServer {
		s.notices.Warn("the memory limit is below what a server without data takes; statements will fail for want of memory",
			zap.Int64("limit MiB", s.limit>>20), zap.Int64("at least MiB", emptyServer>>20))
	}
}
