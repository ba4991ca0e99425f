package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"

	"memgraphd/cmd/memgraphd/internal/exit"
	"memgraphd/cmd/memgraphd/internal/localfile"
	"memgraphd/internal/config"
	"memgraphd/internal/query"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	statements "memgraphd/internal/statement"
	"memgraphd/internal/storage/value"
)

// The flags that name files of statements.
const (
	initFileFlag     = "--init-file"
	initDataFileFlag = "--init-data-file"
)

// probeInitFiles finds out before a long recovery that a file of statements cannot be read.
func probeInitFiles(c config.Start) error {
	check := func(flag, name string) error {
		if name == "" {
			return nil
		}
		info, err := os.Stat(name)
		if err == nil {
			err = localfile.Regular(name, info)
		}
		var f *os.File
		if err == nil {
			f, err = os.Open(name)
		}
		if err != nil {
			return exit.With(exit.Config, fmt.Errorf("%s: %w", flag, err))
		}
		return f.Close()
	}
	return errors.Join(check(initFileFlag, c.File), check(initDataFileFlag, c.DataFile))
}

// runInitFile runs the statements of --init-file, while nobody is served yet.
func (s *server) runInitFile(ctx context.Context) {
	if s.initialised || s.cfg.Start.File == "" {
		return
	}
	stop := s.systemd.Prolong("Running " + initFileFlag)
	defer stop()
	s.runStatements(ctx, initFileFlag, s.cfg.Start.File)
}

// startInitDataFile runs the statements of --init-data-file while clients are served. stop interrupts the one that
// runs, and waits.
func (s *server) startInitDataFile(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	if !s.initialised && s.cfg.Start.DataFile != "" {
		running.Go(func() { s.runStatements(ctx, initDataFileFlag, s.cfg.Start.DataFile) })
	}
	s.initialised = true
	return func() {
		cancel()
		running.Wait()
	}
}

// runStatements runs a file, statement by statement, each as a transaction of its own. One that fails is logged, by
// its line: its text may have a password.
func (s *server) runStatements(ctx context.Context, flag, name string) {
	log := s.notices.With(zap.String("file", name))
	if cause := s.disk.Broken(); cause != nil {
		log.Warn(flag+" is not run: there is no database to run it on", zap.Error(cause))
		return
	}
	began, run, failed := time.Now(), 0, 0
	file, err := os.Open(name)
	if err == nil {
		session := s.queries.NewSession(query.SessionOptions{ID: flag[2:], Address: "this server"})
		err = statements.Each(file, func(st statements.Statement) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			run++
			if cause := runStatement(ctx, session, st.Text); cause != nil && ctx.Err() == nil {
				failed++
				log.Error("a statement of "+flag+" failed; the next one runs", zap.Int("line", st.Line), zap.String("reason", initReason(st.Text, cause)))
			}
			return nil
		})
		session.Close()
		err = errors.Join(err, file.Close())
	}
	switch {
	case ctx.Err() != nil:
		log.Warn(flag+" is not run to its end: the server stops", zap.Int("statements", run))
	case err != nil:
		log.Error(flag+" is not run to its end", zap.Int("statements", run), zap.Error(err))
	default:
		log.Info(flag+" has run", zap.Int("statements", run), zap.Int("failed", failed), zap.Duration("for", time.Since(began).Round(time.Millisecond)))
	}
}

// initReason says why a statement failed: by the name of the failure alone where the statement may have a password,
// which the message may repeat.
func initReason(text string, err error) string {
	f := failure.Of(err)
	switch {
	case f == nil && statements.Tells(text):
		return "it has a password, so that nothing more is said here"
	case f != nil && statements.Tells(text):
		return f.Detail
	}
	return statements.Masked(err.Error())
}

// runStatement runs one statement to its end.
func runStatement(ctx context.Context, session *query.Session, text string) error {
	r, err := session.Run(ctx, text, value.Null, query.TxOptions{})
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = r.Pull(ctx, -1, func(*batch.Batch, batch.Entities) error { return nil })
	return err
}
