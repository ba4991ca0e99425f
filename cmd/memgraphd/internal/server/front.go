package server

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"slices"
	"time"

	"go.uber.org/zap"

	"memgraphd/cmd/memgraphd/internal/boltengine"
	"memgraphd/cmd/memgraphd/internal/durable"
	"memgraphd/cmd/memgraphd/internal/localfile"
	"memgraphd/cmd/memgraphd/internal/machine"
	"memgraphd/internal/bolt"
	"memgraphd/internal/online"
	"memgraphd/internal/query"
	"memgraphd/internal/query/procedure"
)

// drainTime is how long running statements have at the end before they are interrupted. What ends the server may
// not wait for long: docker stop kills after ten seconds.
const drainTime = 5 * time.Second

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
		FreeMemory:       machine.ReleaseProgram,
		Auth:             s.users,
		Audit:            s.auditStatements(),
		ReloadTLS:        s.certificates.Reload,
		Procedures:       slices.Concat(s.readers.Procedures(), procedure.Routing(s.cfg.Bolt.AdvertisedAddress, s.reachedAt)),
		Version:          s.version,
		Build:            s.build,
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

// closeFront lets running statements finish, for drainTime at most, and closes all clients.
func (s *server) closeFront(ctx context.Context) error {
	stop := s.systemd.Prolong("Waiting for running statements")
	defer stop()
	s.systemd.Stopping("Waiting for running statements")
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	s.queries.Stopping()
	err := s.bolt.Shutdown(limited)
	if errors.Is(err, context.DeadlineExceeded) {
		s.notices.Warn("statements that still ran were interrupted", zap.Duration("after", drainTime))
		err = nil
	}
	s.queries.Close()
	return errors.Join(err, s.readers.Close())
}
