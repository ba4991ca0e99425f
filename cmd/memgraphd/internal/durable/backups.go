package durable

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"memgraphd/internal/config"
	"memgraphd/internal/durability"
	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/query"
)

// Backups carries out the statements about backups.
type Backups struct {
	m     *durability.Manager
	o     config.Backup
	store object.Options
}

// NewBackups returns what takes backups of the database of m at the places that c allows.
func NewBackups(m *durability.Manager, c *config.Config) Backups {
	return Backups{m: m, o: c.Backup, store: object.Options{
		FS: vfs.OS(), Now: time.Now, Endpoint: c.S3.Endpoint, Region: c.S3.Region,
	}}
}

// Take takes a backup.
func (b Backups) Take(ctx context.Context, r query.BackupRequest) (taken query.Backup, err error) {
	s, err := b.open(ctx, r.Location)
	if err != nil {
		if _, wrong := errors.AsType[*query.LocationError](err); !wrong {
			b.m.BackupNotBegun()
		}
		return taken, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	keys, err := object.SealingKeys(ctx, s, vfs.OS(), object.KeyFiles{Key: b.o.KeyFile, Passphrase: b.o.PassphraseFile})
	if err != nil {
		b.m.BackupNotBegun()
		return taken, err
	}
	m, err := b.m.Backup(ctx, s, backup.Options{
		Incremental: r.Incremental, Throttle: b.o.Throttle, Seal: object.SealOptions{Keys: keys},
	})
	if errors.Is(err, durability.ErrBackupEnded) {
		err = query.ErrBackupEnded
	}
	if err != nil {
		return taken, err
	}
	return describeBackup(s, &m), nil
}

// List lists the backups at a location, or at all that may be used.
func (b Backups) List(ctx context.Context, location string) ([]query.Backup, error) {
	if location != "" {
		return b.listOne(ctx, location)
	}
	if len(b.o.Roots) == 0 {
		return nil, noRoots()
	}
	var all []query.Backup
	for _, place := range b.places() {
		list, err := b.listOne(ctx, place)
		if err != nil {
			list = []query.Backup{{Location: place, Err: err}}
		}
		all = append(all, list...)
	}
	return all, nil
}

func (b Backups) listOne(ctx context.Context, location string) (list []query.Backup, err error) {
	s, err := b.open(ctx, location)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	found, err := backup.List(ctx, s)
	if err != nil {
		return nil, err
	}
	for i := range found {
		if found[i].Err != nil {
			list = append(list, query.Backup{Location: s.String(), Err: found[i].Err})
			continue
		}
		list = append(list, describeBackup(s, &found[i].Manifest))
	}
	return list, nil
}

func describeBackup(s object.Store, m *backup.Manifest) query.Backup {
	return query.Backup{
		Location: s.String(), ID: m.ID, Kind: string(m.Kind), Base: m.Base, Made: m.Made, First: m.First, Last: m.Last, LastTime: m.LastTime,
		Objects: m.SentObjects, Bytes: m.SentBytes, Took: m.Completed.Sub(m.Made), Warnings: m.Warnings,
	}
}

// Running returns the backup that is being taken.
func (b Backups) Running() (query.RunningBackup, bool) {
	r, ok := b.m.RunningBackup()
	return query.RunningBackup{
		Location: r.Location, Started: r.Started, Phase: string(r.Progress.Phase),
		Done: r.Progress.Bytes, Total: r.Progress.Total, Sent: r.Progress.Sent,
	}, ok
}

// End ends it.
func (b Backups) End() bool { return b.m.EndBackup() }

// placesMax bounds how many folders of a root are looked at.
const placesMax = 1000

// places returns the roots, and what directly below them is a repository.
func (b Backups) places() []string {
	var all []string
	for _, root := range b.o.Roots {
		all = append(all, root)
		l, err := object.ParseLocation(root)
		if err != nil || l.Kind != object.LocationDirectory {
			continue
		}
		entries, err := os.ReadDir(l.Path)
		if err != nil {
			continue // the root itself is listed, and says so
		}
		for _, e := range entries[:min(len(entries), placesMax)] {
			path := filepath.Join(l.Path, e.Name())
			if _, err := os.Stat(filepath.Join(path, backup.RepositoryName)); err == nil || strings.HasSuffix(path, object.ArchiveSuffix) {
				all = append(all, path)
			}
		}
	}
	return all
}

func noRoots() error {
	return &query.LocationError{
		Reason: "statements may not name a place for backups on this server",
		Hint: "start it with --" + config.BackupRoots + "=/folder (or s3://bucket/prefix), or use the command memgraphd backup, " +
			"which writes where it runs",
	}
}

// open opens a location that is below a root.
func (b Backups) open(ctx context.Context, location string) (object.Store, error) {
	if len(b.o.Roots) == 0 {
		return nil, noRoots()
	}
	wanted, err := object.ParseLocation(location)
	if err != nil {
		return nil, &query.LocationError{Reason: err.Error(), Hint: "it has to be below one of " + strings.Join(b.o.Roots, ", ")}
	}
	if !slices.ContainsFunc(b.o.Roots, func(root string) bool { return below(root, wanted) }) {
		return nil, &query.LocationError{
			Reason: fmt.Sprintf("%s is not below a place that backups may be at", wanted),
			Hint:   "it has to be below one of " + strings.Join(b.o.Roots, ", ") + ", which --" + config.BackupRoots + " says",
		}
	}
	return object.Open(ctx, location, b.store)
}

// below reports whether a location is a root or below it.
func below(root string, l object.Location) bool {
	r, err := object.ParseLocation(root)
	switch {
	case err != nil:
		return false
	case r.Kind == object.LocationS3 || l.Kind == object.LocationS3:
		return r.Kind == l.Kind && r.Bucket == l.Bucket && strings.HasPrefix(l.Prefix, r.Prefix)
	case r.Kind == object.LocationArchive:
		return l.Kind == r.Kind && filepath.Clean(l.Path) == filepath.Clean(r.Path)
	case !filepath.IsAbs(l.Path):
		return false
	}
	rel, err := filepath.Rel(realPath(r.Path), realPath(l.Path))
	return err == nil && filepath.IsLocal(rel)
}

// realPath follows the symbolic links of a path, of which the end may not exist yet.
func realPath(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	rest := ""
	for at := path; ; at = filepath.Dir(at) {
		found, err := filepath.EvalSymlinks(at)
		if err == nil {
			return filepath.Join(found, rest)
		}
		if _, err := os.Lstat(at); !errors.Is(err, fs.ErrNotExist) || at == filepath.Dir(at) {
			return "" // a link that leads nowhere, or a folder that may not be seen: below nothing
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
}
