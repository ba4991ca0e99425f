package server

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"go.uber.org/zap"

	"memgraphd/cmd/memgraphd/internal/snapshotsource"
	"memgraphd/internal/config"
	"memgraphd/internal/durability"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/query"
	"memgraphd/internal/storage"
)

// recoverer carries out RECOVER SNAPSHOT: the new database is made beside the one that runs,
// and the server then opens it as at a start.
type recoverer struct{ s *server }

var _ query.Recoverer = recoverer{}

// Recover replaces the database by a snapshot.
func (r recoverer) Recover(ctx context.Context, q query.RecoverRequest, alone func(context.Context) (func(), error)) (told func(), err error) {
	s := r.s
	source, err := snapshotsource.New(s.cfg, &s.inForce.Remote).Find(q)
	if err != nil {
		return nil, err
	}
	report, err := s.disk.Replace(ctx, durability.Replacement{
		What: "RECOVER SNAPSHOT " + source.Text, Force: q.Force, NewStore: s.proofStore, Fetch: source.Fetch, Alone: alone,
		Keys: s.snapshotKeys(ctx),
	})
	_, locked := errors.AsType[*object.KeyError](err)
	switch {
	case errors.Is(err, durability.ErrNotClean):
		return nil, &query.RecoverError{Reason: "Failed to recover a snapshot. Storage is not clean. Try using FORCE."}
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, object.ErrNotFound):
		return nil, &query.RecoverError{Reason: "Failed to find the defined snapshot file.", Err: err}
	case errors.Is(err, durability.ErrReplaced):
		s.reopen()
		return nil, err
	case locked:
		return nil, &query.RecoverError{Reason: "Couldn't recover from the snapshot because of:", Err: err, Hint: "start the server with --" +
			config.BackupEncryptTo + "=FILE, the key file with the secret key, or use memgraphd restore, which takes --key-file"}
	case err != nil:
		return nil, &query.RecoverError{Reason: "Couldn't recover from the snapshot because of:", Err: err}
	}
	s.notices.Warn("RECOVER SNAPSHOT has replaced the database; connections are closed, and the server opens it", zap.String("source", source.Text),
		zap.Uint64("commit", uint64(report.Commit)), zap.String("the former files are kept in", report.KeptIn))
	late := time.AfterFunc(answerTime, s.reopen)
	return func() {
		late.Stop()
		s.reopen()
	}, nil
}

// snapshotKeys are those that the server was given, as far as they open anything.
func (s *server) snapshotKeys(ctx context.Context) object.Keys {
	for _, file := range []string{s.cfg.Backup.KeyFile, s.cfg.Archive.KeyFile} {
		if file == "" {
			continue
		}
		if k, err := object.ReadingKeys(ctx, nil, vfs.OS(), object.KeyFiles{Key: file}); err == nil {
			return k
		}
	}
	return object.Keys{}
}

// answerTime bounds how long a client may take to fetch its answer before connections are closed.
const answerTime = 5 * time.Second

// proofStore makes a store for a snapshot that is loaded beside the database.
func (s *server) proofStore() *storage.Store {
	return storage.New(storage.Options{Budget: s.budget.Child("recovered", 0), Now: time.Now})
}
