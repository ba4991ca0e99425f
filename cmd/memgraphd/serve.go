package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"go.uber.org/zap"

	"memgraphd/cmd/memgraphd/internal/certificate"
	"memgraphd/cmd/memgraphd/internal/exit"
	"memgraphd/cmd/memgraphd/internal/logs"
	"memgraphd/cmd/memgraphd/internal/machine"
	"memgraphd/cmd/memgraphd/internal/serverflags"
	"memgraphd/cmd/memgraphd/internal/systemd"
	"memgraphd/internal/config"
)

// drainTime is how long running statements have at the end before they are interrupted. What ends the server may
// not wait for long: docker stop kills after ten seconds.
const drainTime = 5 * time.Second

// serve reads the configuration and serves until a signal ends it.
func serve(ctx context.Context, args []string, stderr io.Writer) error {
	cfg, err := serverflags.Load(args)
	if err != nil {
		return err
	}
	logs, err := logs.Open(cfg.Log, stderr)
	if err != nil {
		return err
	}
	certificates, err := certificate.Open(cfg.Bolt.TLS, time.Now, logs.Notices)
	if err != nil {
		return exit.With(exit.Config, err)
	}
	limit := machine.MemoryLimit(cfg.MemoryLimitBytes)
	s := &server{
		cfg: cfg, logs: logs, log: logs.Lines, notices: logs.Notices, systemd: systemd.Notifier{Log: logs.Lines}, limit: limit, certificates: certificates,
		reread: func() (*config.Config, error) { return serverflags.Load(args) }, hangups: make(chan struct{}, 1),
	}
	ctx, stop := onSignals(ctx, logs.Notices, s.onHangup)
	defer stop()
	go machine.TuneCollector(ctx, limit)
	go certificates.Watch(ctx)
	go machine.WatchMemory(ctx, cfg.MemoryLowBytes, logs.Notices)
	if err := s.run(ctx); err != nil {
		if cfg.Log.File != "" {
			logs.Notices.Error("stopped by an error", zap.Error(err))
		}
		return err
	}
	return nil
}

// onHangup opens the log file anew, reads the certificate anew, and then the configuration, as soon as the server serves.
func (s *server) onHangup() {
	if err := s.logs.Reopen(); err != nil {
		s.notices.Error("the log file could not be opened anew", zap.Error(err))
	}
	if err := s.certificates.Reload(); err != nil && !errors.Is(err, certificate.ErrNone) {
		s.notices.Error("the former certificate stays in force", zap.Error(err))
	}
	s.hangup()
}

// onSignals returns a context that the first SIGTERM or SIGINT ends. The second ends the process. SIGHUP calls hangup.
func onSignals(ctx context.Context, log *zap.Logger, hangup func()) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	stopped := make(chan struct{})
	go func() {
		for {
			select {
			case <-stopped:
				return
			case sig := <-signals:
				switch {
				case sig == syscall.SIGHUP:
					hangup()
				case ctx.Err() != nil:
					log.Warn("ended at once by a second signal; the next start recovers from the log", zap.Stringer("signal", sig))
					os.Exit(exit.Forced)
				default:
					log.Info("stopping", zap.Stringer("signal", sig))
					cancel()
				}
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(stopped)
		cancel()
	}
}

// port is a place to listen at and the flags that choose it.
type port struct {
	address     string
	number      int
	addressFlag string
	numberFlag  string
}

func boltPort(c config.Bolt) port {
	return port{address: c.Address, number: c.Port, addressFlag: "--bolt-address", numberFlag: "--bolt-port"}
}

// listen opens the port. Whether the far end is still there is asked by those who serve it,
// once they know whom they serve: every setting of a socket is a call of the system, and a
// client that is turned away at the door should cost few.
func (p port) listen() (net.Listener, error) {
	address := net.JoinHostPort(p.address, strconv.Itoa(p.number))
	quick := net.ListenConfig{KeepAlive: -1}
	l, err := quick.Listen(context.Background(), "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is taken: another program listens there; %s and %s choose another place", address, p.numberFlag, p.addressFlag)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("%s may not be used by this user: ports below 1024 need a privilege; %s chooses another", address, p.numberFlag)
	case err != nil:
		if dns := new(net.DNSError); errors.As(err, &dns) {
			return nil, fmt.Errorf("%s: %s is not known here: %s", p.addressFlag, p.address, dns.Err)
		}
		return nil, fmt.Errorf("%s: %w", p.addressFlag, err)
	}
	return l, nil
}

// probePort finds out before a long recovery that the port cannot be had.
func probePort(c config.Bolt) error {
	l, err := boltPort(c).listen()
	if err != nil {
		return err
	}
	return l.Close()
}
