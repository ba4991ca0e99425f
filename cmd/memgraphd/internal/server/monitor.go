package server

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"memgraphd/cmd/memgraphd/internal/machine"
	"memgraphd/internal/monitor"
	"memgraphd/internal/query"
)

// ready returns why no clients should come.
func (s *server) ready() error {
	now := s.state()
	if now.state != stateServing {
		return errors.New(now.text)
	}
	return s.disk.Health()
}

// live returns why only a restart helps. A recovery may take long.
func (s *server) live(ctx context.Context) error {
	switch s.state().state {
	case stateServing, stateBroken:
		return s.alive(ctx)
	case stateStarting, stateRecovering, stateStopping:
	}
	return nil
}

// openMonitor opens the port for metrics, before the recovery.
func (s *server) openMonitor() error {
	c := s.cfg.Metrics
	s.monitor = monitor.New(monitor.Options{Now: time.Now, Log: s.log, Ready: s.ready, Live: s.live, Version: s.version, Process: true, Profiles: c.Profiles})
	if err := s.requireToken(c); err != nil {
		return err
	}
	if c.Port == 0 {
		return nil
	}
	l, err := port{c.Address, c.Port, "--metrics-address", "--metrics-port"}.listen()
	if err != nil {
		if s.cfg.Setting("metrics-port").Given() {
			return err
		}
		s.notices.Warn("no metrics: " + err.Error())
		return nil
	}
	s.log.Info("listening for metrics and health", zap.Stringer("address", l.Addr()))
	s.monitoring.Go(func() {
		if err := s.monitor.Serve(l); err != nil {
			s.notices.Error("serving metrics ended", zap.Error(err))
		}
	})
	return nil
}

// closeMonitor closes the port, last of all.
func (s *server) closeMonitor() {
	if err := s.monitor.Close(); err != nil {
		s.log.Warn("the port for metrics was not closed in order", zap.Error(err))
	}
	s.monitoring.Wait()
}

// watchAll hands the numbers of everything to the port.
func (s *server) watchAll() {
	s.monitor.Watch(monitor.Sources{
		Durability: s.disk.Info, Store: s.store, Budget: s.budget, Bolt: s.bolt.Stats, Queries: s.queries.Stats,
		Certificate: s.certificates.Expires, Tally: s.queries.Tally, Process: s.process,
	})
}

// process is what the operating system counts of the server.
func (s *server) process() monitor.Process { return machine.Process(s.cfg.Storage.DataDirectory) }

// unwatch takes back what is about to be closed.
func (s *server) unwatch() { s.monitor.Watch(monitor.Sources{}) }

// metrics are the rows of SHOW METRICS INFO.
func (s *server) metrics() ([]query.Metric, error) { return s.monitor.Rows() }
