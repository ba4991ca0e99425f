package server

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
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

// Options says what runs, and with which flags.
type Options struct {
	Args    []string // of the command line
	Stderr  io.Writer
	Version string
	Build   string // with what and for what the binary was built
}

// Run reads the configuration and serves until a signal ends it.
func Run(ctx context.Context, o Options) error {
	cfg, err := serverflags.Load(o.Args)
	if err != nil {
		return err
	}
	written, err := logs.Open(cfg.Log, o.Stderr)
	if err != nil {
		return err
	}
	certificates, err := certificate.Open(cfg.Bolt.TLS, time.Now, written.Notices)
	if err != nil {
		return exit.With(exit.Config, err)
	}
	machine.ProfileHeap(cfg.Metrics.Profiles)
	limit := machine.MemoryLimit(cfg.MemoryLimitBytes)
	s := &server{
		version: o.Version, build: o.Build, cfg: cfg, limit: limit, certificates: certificates,
		logs: written, log: written.Lines, notices: written.Notices, systemd: systemd.Notifier{Log: written.Lines},
		reread: func() (*config.Config, error) { return serverflags.Load(o.Args) }, hangups: make(chan struct{}, 1),
	}
	ctx, stop := onSignals(ctx, written.Notices, s.onHangup)
	defer stop()
	go machine.TuneCollector(ctx, limit)
	go certificates.Watch(ctx)
	go machine.WatchMemory(ctx, cfg.MemoryLowBytes, written.Notices)
	if err := s.run(ctx); err != nil {
		if cfg.Log.File != "" {
			written.Notices.Error("stopped by an error", zap.Error(err))
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

// sameWish is how long after the first signal others mean the same: who stops a group of processes and the process beside
// it, as timeout(1) and terminals do, sends two at once and is in no hurry.
const sameWish = 500 * time.Millisecond

// onSignals returns a context that the first SIGTERM or SIGINT ends. A second one ends the process, if it comes after
// sameWish. SIGHUP calls hangup.
func onSignals(ctx context.Context, log *zap.Logger, hangup func()) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	stopped := make(chan struct{})
	go func() {
		var asked time.Time
		for {
			select {
			case <-stopped:
				return
			case sig := <-signals:
				switch {
				case sig == syscall.SIGHUP:
					hangup()
				case !asked.IsZero() && time.Since(asked) < sameWish:
				case ctx.Err() != nil:
					log.Warn("ended at once by a second signal; the next start recovers from the log", zap.Stringer("signal", sig))
					os.Exit(exit.Forced)
				default:
					asked = time.Now()
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
