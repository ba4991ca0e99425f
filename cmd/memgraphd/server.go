package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"memgraphd/cmd/memgraphd/internal/boltengine"
	"memgraphd/cmd/memgraphd/internal/certificate"
	"memgraphd/cmd/memgraphd/internal/durable"
	"memgraphd/cmd/memgraphd/internal/exit"
	"memgraphd/cmd/memgraphd/internal/localfile"
	"memgraphd/cmd/memgraphd/internal/logs"
	"memgraphd/cmd/memgraphd/internal/settings"
	"memgraphd/cmd/memgraphd/internal/systemd"
	"memgraphd/internal/audit"
	"memgraphd/internal/bolt"
	"memgraphd/internal/config"
	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/monitor"
	"memgraphd/internal/online"
	"memgraphd/internal/query"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/procedure"
	"memgraphd/internal/setting"
	statements "memgraphd/internal/statement"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/memory"
)

// A snapshot may keep old versions of a part of the memory limit, or a little more where that
// is small.
const (
	heldShare = 8
	heldLeast = 256 << 20
)

// snapshotWorkersMax is how many workers write or load a snapshot when no flag says.
const snapshotWorkersMax = 8

// snapshotWorkers returns how many do; 0 means as many as there are processors.
func snapshotWorkers(count int) int {
	if count == 0 {
		return min(runtime.NumCPU(), snapshotWorkersMax)
	}
	return count
}

// ballastBytes is set aside to stop, LOCK and UNLOCK on a full disk: a few files of one block, a directory block
// each, and the little that a journal of a file system needs, many times over.
const ballastBytes = 1 << 20

// server is one run: what is open, in the order in which it was opened.
type server struct {
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

// announce says who starts, with what, and what the settings risk.
func (s *server) announce() {
	s.notices.Info("memgraphd "+versionName(), zap.String("build", buildName()), zap.Int("pid", os.Getpid()))
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
}

// openStore makes the store and brings back what the data directory holds.
func (s *server) openStore(ctx context.Context) error {
	directory, err := filepath.Abs(s.cfg.Storage.DataDirectory)
	if err != nil {
		return exit.With(exit.Directory, fmt.Errorf("--data-directory: %w", err))
	}
	c := &s.cfg.Storage
	archive, err := archiveOptions(s.cfg)
	if err != nil {
		return exit.With(exit.Config, err)
	}
	stop := s.startRecovering()
	s.disk, err = durability.Open(ctx, durability.Options{
		FS:                vfs.OS(),
		Dir:               directory,
		Store:             s.newStore(),
		WALEnabled:        c.WALEnabled,
		FlushEveryN:       c.WALFlushEvery,
		SegmentBytes:      c.WALSegmentBytes,
		Snapshots:         c.Snapshots,
		RetentionCount:    c.SnapshotsKept,
		SnapshotOnExit:    c.SnapshotOnExit,
		RetentionAge:      c.SnapshotAgeMax,
		RetentionBytes:    c.SnapshotBytesMax,
		QuarantineCount:   c.QuarantinedKept,
		SpaceMin:          c.SpaceMinBytes,
		BallastBytes:      ballastBytes,
		RecoveryOnStartup: c.Recover,
		AcceptLossAfter:   s.lossAccepted(),
		RecoverTo:         c.RecoverTo,
		AllowFailure:      c.AllowRecoveryFailure,
		NewStore:          s.newStore,
		LockTimeout:       c.LockTimeout,
		SnapshotWorkers:   snapshotWorkers(c.SnapshotWorkersMax),
		RecoveryWorkers:   snapshotWorkers(c.RecoveryWorkersMax),
		SnapshotHeldMax:   max(s.limit/heldShare, heldLeast),

		SnapshotBytesPerSecond: c.SnapshotThrottle,

		Archive:  archive,
		Now:      time.Now,
		Log:      s.log,
		Progress: s.recovering.hear,
		OnSync:   s.monitor.Synced,
		Version:  versionName(),
	})
	stop()
	if err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("stopped before the recovery had ended: %w", err)
		}
		return errors.Join(exit.With(recoveryCode(ctx, err), err), s.store.Close())
	}
	s.recovered(directory)
	s.loadSettings()
	return nil
}

// aloneFor is how long a query runs before it asks for further processors.
const aloneFor = time.Millisecond

// workers returns what lets queries use several processors; 0 means all that there are.
func workers(count int) query.WorkerOptions {
	if count == 0 {
		count = runtime.GOMAXPROCS(0)
	}
	return query.WorkerOptions{Count: count, After: aloneFor}
}

// openFront starts the query engine and listens.
func (s *server) openFront(ctx context.Context) error {
	var err error
	s.readers = online.NewServer(online.Options{Open: s.disk.Source})
	s.queries, err = query.New(query.Options{
		Store:            s.store,
		Budget:           s.budget.Child("queries", 0),
		QueryMemoryLimit: s.cfg.Query.MemoryLimitBytes,
		QueryTimeout:     s.inForce.QueryTimeout,
		IdleTimeout:      s.cfg.Query.IdleTimeout,
		PlanCacheSize:    s.cfg.Query.PlanCacheSize,
		Workers:          workers(s.cfg.Query.Workers),
		Logging:          s.inForce.Logged,
		StatementLog:     s.notices,
		Durability:       durable.Disk{Manager: s.disk},
		Backups:          durable.NewBackups(s.disk, s.cfg),
		Recoverer:        recoverer{s},
		AccessTimeout:    s.inForce.AccessTimeout,
		Zone:             s.inForce.Zone,
		HopsPartial:      s.inForce.HopsPartial,
		Files:            localfile.New(s.cfg.Query),
		Settings:         s.settings,
		Database:         s.database,
		Metrics:          s.metrics,
		Auth:             s.users,
		Audit:            s.auditStatements(),
		ReloadTLS:        s.certificates.Reload,
		Procedures:       slices.Concat(s.readers.Procedures(), procedure.Routing(s.cfg.Bolt.AdvertisedAddress, s.reachedAt)),
		Version:          versionName(),
		Build:            buildName(),
		Address:          func() string { return cmp.Or(s.cfg.Bolt.AdvertisedAddress, s.reachedAt()) },
		ServerName:       s.inForce.ServerName,
		Now:              time.Now,
		Since:            time.Since,
		Log:              s.log,
	})
	if err != nil {
		return err
	}
	s.bolt, err = bolt.New(s.boltOptions())
	if err != nil {
		s.queries.Close()
		return errors.Join(err, s.readers.Close())
	}
	s.users.Watch(s.bolt.Expel)
	s.runInitFile(ctx)
	if s.listener, err = boltPort(s.cfg.Bolt).listen(); err != nil {
		return errors.Join(err, s.closeFront(context.Background()))
	}
	s.serving.Go(func() {
		if err := s.bolt.Serve(s.listener); err != nil && !errors.Is(err, bolt.ErrStopped) {
			s.notices.Error("serving Bolt ended", zap.Error(err))
		}
	})
	return nil
}

// boltOptions are the settings of the listener.
func (s *server) boltOptions() bolt.Options {
	b, l := &s.cfg.Bolt, &s.cfg.Bolt.Limits
	return bolt.Options{
		Engine:             boltengine.Engine{Engine: s.queries},
		Now:                time.Now,
		Since:              time.Since,
		Log:                s.log,
		Budget:             s.budget,
		ServerName:         s.inForce.ServerName,
		AdvertisedAddress:  b.AdvertisedAddress,
		KeepAlive:          keepAlive(b.KeepAlive),
		Auth:               s.users,
		AllowOpenAccess:    b.AllowOpenAccess,
		LocalOnly:          s.broken(),
		OnLogin:            s.auditLogins("login"),
		OnLogout:           s.auditLogins("logout"),
		ConnectionsMax:     b.ConnectionsMax,
		UnauthenticatedMax: b.UnauthenticatedMax,
		MessageMax:         int(b.MessageBytesMax),

		TLS:              s.certificates.Config,
		RequireTLS:       b.TLS.On() && b.TLS.Required,
		WebSocketOrigins: b.WebSocketOrigins,

		LoginTimeout:                 l.LoginTimeout,
		WriteTimeout:                 l.WriteTimeout,
		ConnectionsPerAddressMax:     l.ConnectionsPerAddressMax,
		UnauthenticatedPerAddressMax: l.UnauthenticatedPerAddressMax,
		LoginMessageMax:              l.LoginMessageBytesMax,
		LoginDepthMax:                l.LoginMessageDepthMax,
		LoginElementsMax:             l.LoginMessageElementsMax,
		DepthMax:                     l.MessageDepthMax,
		ElementsMax:                  l.MessageElementsMax,
		QueuedMessagesMax:            l.QueuedMessagesMax,
		QueuedBytesMax:               l.QueuedBytesMax,
		ResultsMax:                   l.OpenResultsMax,
		OutputBufferBytes:            l.OutputBufferBytes,
	}
}

// alive tells whether the store still answers.
func (s *server) alive(ctx context.Context) error {
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		s.store.Begin(storage.TxOptions{ReadOnly: true}).Release()
	}()
	select {
	case <-answered:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// closeFront lets running statements finish, for drainTime at most, and closes all clients.
func (s *server) closeFront(ctx context.Context) error {
	stop := s.systemd.Prolong("Waiting for running statements")
	defer stop()
	s.systemd.Stopping("Waiting for running statements")
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	err := s.bolt.Shutdown(limited)
	if errors.Is(err, context.DeadlineExceeded) {
		s.notices.Warn("statements that still ran were interrupted", zap.Duration("after", drainTime))
		err = nil
	}
	s.queries.Close()
	return errors.Join(err, s.readers.Close())
}

// closeStore takes the exit snapshot if it is wanted, closes the log and releases the data directory.
func (s *server) closeStore() error {
	stop := s.systemd.Prolong("Writing what is left")
	defer stop()
	err := s.disk.Close(context.Background())
	if err != nil {
		err = fmt.Errorf("close the data directory: %w", err)
	}
	err = errors.Join(err, s.store.Close())
	if err == nil {
		s.notices.Info("stopped: everything is written")
	}
	return err
}
