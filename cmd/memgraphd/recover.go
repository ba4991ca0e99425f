package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/config"
	"memgraphd/internal/durability"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/query"
	"memgraphd/internal/storage"
)

// downloadTime bounds how long a snapshot may come over the network.
const downloadTime = 6 * time.Hour

// recoverer carries out RECOVER SNAPSHOT: the new database is made beside the one that runs,
// and the server then opens it as at a start.
type recoverer struct{ s *server }

var _ query.Recoverer = recoverer{}

// Recover replaces the database by a snapshot.
func (r recoverer) Recover(ctx context.Context, q query.RecoverRequest, alone func(context.Context) (func(), error)) (told func(), err error) {
	s := r.s
	source, err := s.snapshotSource(q)
	if err != nil {
		return nil, err
	}
	report, err := s.disk.Replace(ctx, durability.Replacement{
		What: "RECOVER SNAPSHOT " + source.text, Force: q.Force, NewStore: s.proofStore, Fetch: source.fetch, Alone: alone,
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
	s.notices.Warn("RECOVER SNAPSHOT has replaced the database; connections are closed, and the server opens it", zap.String("source", source.text),
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

// source is where a snapshot comes from.
type source struct {
	text  string // for people, without secrets
	fetch func(ctx context.Context, temp string) (string, error)
}

// snapshotSource reads what RECOVER SNAPSHOT names.
func (s *server) snapshotSource(q query.RecoverRequest) (source, error) {
	for key := range q.Config {
		if key != "aws_region" && key != "aws_endpoint_url" {
			return source{}, &query.RecoverError{
				Reason: key + " is not taken from a statement.",
				Hint:   "give aws_region and aws_endpoint_url, and the credentials in the server's environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), or as settings (aws.access_key, aws.secret_key)",
			}
		}
	}
	scheme, _, remote := strings.Cut(q.Source, "://")
	scheme = strings.ToLower(scheme)
	name := q.Source
	switch {
	case remote && scheme == "file":
		u, err := url.Parse(q.Source)
		if err != nil || u.Host != "" && u.Host != "localhost" {
			return source{}, &query.RecoverError{Reason: q.Source + " is no file: URL: write file:///path."}
		}
		name = u.Path
	case remote && (scheme == "http" || scheme == "https"):
		return source{withoutSecrets(q.Source), s.download(q.Source)}, s.allowed(q.Source)
	case remote && scheme == "s3":
		return source{q.Source, s.fromBucket(q)}, s.allowed(q.Source)
	case remote:
		return source{}, &query.RecoverError{Reason: scheme + " is not a kind of source.", Hint: "give a path, or a file:, http:, https: or s3: URL"}
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(s.snapshotsFolder(), name)
	}
	found, err := filepath.EvalSymlinks(name)
	if err != nil {
		return source{}, &query.RecoverError{Reason: "Failed to find the defined snapshot file.", Err: err}
	}
	return source{name, func(context.Context, string) (string, error) { return found, nil }}, s.allowed(found)
}

func (s *server) snapshotsFolder() string {
	dir, err := filepath.Abs(s.cfg.Storage.DataDirectory)
	if err != nil {
		dir = s.cfg.Storage.DataDirectory
	}
	return filepath.Join(dir, durability.SnapshotsFolder)
}

// withoutSecrets is a URL without user, password and parameters.
func withoutSecrets(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "a URL"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// allowed refuses a source that is neither in the folder of the snapshots nor below a root.
func (s *server) allowed(name string) error {
	roots := append([]string{s.snapshotsFolder(), filepath.Join(filepath.Dir(s.snapshotsFolder()), durability.BackupFolder)}, s.cfg.Backup.Roots...)
	if slices.ContainsFunc(roots, func(root string) bool { return sourceBelow(root, name) }) {
		return nil
	}
	return &query.RecoverError{
		Reason: "Snapshots are read from " + s.snapshotsFolder() + ", and from below the places that --storage-backup-roots names.",
		Hint:   "name the place of this one there (a directory, https://host/path or s3://bucket/prefix), or copy the file",
	}
}

// sourceBelow tells whether a path or a URL is below a root.
func sourceBelow(root, name string) bool {
	if strings.Contains(root, "://") || strings.Contains(name, "://") {
		u, err := url.Parse(name)
		if err != nil || path.Clean("/"+u.Path) != "/"+strings.TrimPrefix(u.Path, "/") {
			return false
		}
		return strings.HasPrefix(name, strings.TrimSuffix(root, "/")+"/")
	}
	top, err := filepath.EvalSymlinks(root)
	if err != nil {
		return false
	}
	relative, err := filepath.Rel(top, name)
	return err == nil && relative != "." && filepath.IsLocal(relative)
}

// download fetches a URL, up to what the disk has room for.
func (s *server) download(text string) func(context.Context, string) (string, error) {
	return func(ctx context.Context, temp string) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, downloadTime)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, text, http.NoBody)
		if err != nil {
			return "", err
		}
		client := &http.Client{Transport: s.inForce.remote.transport(), CheckRedirect: func(next *http.Request, _ []*http.Request) error { return s.allowed(next.URL.String()) }}
		response, err := client.Do(request)
		if err != nil {
			return "", fmt.Errorf("Failed to download snapshot file from %s: %w", withoutSecrets(text), err) //nolint:staticcheck // Memgraph's text
		}
		defer func() { _ = response.Body.Close() }() // what was read decides
		if response.StatusCode != http.StatusOK {
			return "", fmt.Errorf("Failed to download snapshot file from %s: the server answers %s", withoutSecrets(text), response.Status) //nolint:staticcheck // Memgraph's text
		}
		return s.keep(temp, response.Body, response.ContentLength)
	}
}

// keep writes what r gives to a file, as far as there is room; size is -1 where it is not known.
func (s *server) keep(temp string, r io.Reader, size int64) (string, error) {
	disk := vfs.OS()
	free, err := disk.FreeSpace(temp)
	if err != nil {
		return "", err
	}
	// As much again for the database that is made of it, and what commits need.
	limit := int64(min((free-min(free, s.cfg.Storage.SpaceMinBytes))/2, 1<<62))
	tooLarge := fmt.Errorf("the snapshot has more than %d bytes, which is half of the room on the disk above --storage-min-free-space", limit)
	if size > limit {
		return "", tooLarge
	}
	name := filepath.Join(temp, "download")
	f, err := disk.Create(name)
	if err != nil {
		return "", err
	}
	n, err := io.Copy(f, io.LimitReader(r, limit+1))
	if err == nil && n > limit {
		err = tooLarge
	}
	return name, errors.Join(err, f.Close())
}

// fromBucket fetches an object of a bucket.
func (s *server) fromBucket(q query.RecoverRequest) func(context.Context, string) (string, error) {
	return func(ctx context.Context, temp string) (name string, err error) {
		at := strings.LastIndexByte(q.Source, '/')
		store, err := object.Open(ctx, q.Source[:at], s.bucket(q))
		if err != nil {
			return "", err
		}
		defer func() { err = errors.Join(err, store.Close()) }()
		info, err := store.Stat(ctx, q.Source[at+1:])
		if err != nil {
			return "", fmt.Errorf("Failed to download snapshot file from s3 %s: %w", q.Source, err) //nolint:staticcheck // Memgraph's text
		}
		r, err := store.Get(ctx, info.Name, 0)
		if err != nil {
			return "", fmt.Errorf("Failed to download snapshot file from s3 %s: %w", q.Source, err) //nolint:staticcheck // Memgraph's text
		}
		defer func() { err = errors.Join(err, r.Close()) }()
		return s.keep(temp, r, info.Bytes)
	}
}
