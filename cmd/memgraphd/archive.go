package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"memgraphd/internal/config"
	"memgraphd/internal/durability"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/pace"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/query"
)

// secretFileMax bounds a file with a key or a passphrase.
const secretFileMax = 1 << 20

// archiveOptions checks what can be checked of the archive without the network.
func archiveOptions(c *config.Config) (durability.ArchiveOptions, error) {
	a := c.Archive
	if a.Location == "" {
		return durability.ArchiveOptions{}, nil
	}
	location, err := object.ParseLocation(a.Location)
	switch {
	case err != nil:
		return durability.ArchiveOptions{}, fmt.Errorf("--storage-archive: %w", err)
	case location.Kind == object.LocationArchive:
		return durability.ArchiveOptions{}, errors.New("--storage-archive: an archive file is for backups; give a directory or s3://bucket/prefix")
	case !c.Storage.WALEnabled:
		return durability.ArchiveOptions{}, errors.New("--storage-archive needs the log: set --storage-wal-enabled=true")
	}
	keys := object.KeyFiles{Key: a.KeyFile, Passphrase: a.PassphraseFile}
	if err = checkKeys(keys); err != nil {
		return durability.ArchiveOptions{}, fmt.Errorf("--storage-archive: %w", err)
	}
	host, err := os.Hostname()
	if err != nil {
		host = ""
	}
	limiter := pace.New(a.Throttle, time.Now)
	return durability.ArchiveOptions{
		Location: location.String(), Interval: a.Interval, Bytes: a.Bytes, Takeover: a.Takeover, Host: host,
		Open: func(ctx context.Context) (object.Store, error) {
			store, err := object.Open(ctx, a.Location, object.Options{
				FS: vfs.OS(), Now: time.Now, Endpoint: c.S3.Endpoint, Region: c.S3.Region,
			})
			if err != nil {
				return nil, err
			}
			return object.Limit(store, limiter), nil
		},
		Keys: func(ctx context.Context, store object.Store) (object.Keys, error) {
			return object.SealingKeys(ctx, store, vfs.OS(), keys)
		},
	}, nil
}

// checkKeys reads the files with keys, so that one that is missing stops the start.
func checkKeys(files object.KeyFiles) error {
	switch {
	case files.Key != "" && files.Passphrase != "":
		return errors.New("give a key file or a passphrase file, not both")
	case files.Key != "":
		data, err := vfs.ReadFile(vfs.OS(), files.Key, secretFileMax)
		if err == nil {
			_, err = object.ParseKeys(data)
		}
		return err
	case files.Passphrase != "":
		_, err := vfs.ReadFile(vfs.OS(), files.Passphrase, secretFileMax)
		return err
	}
	return nil
}

// archiveRows are the lines of SHOW STORAGE INFO about the archive; none where there is none.
func archiveRows(i *durability.Info, now time.Time) []query.InfoRow {
	a := i.Archive
	if a == nil {
		return nil
	}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	commit := func(n uint64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatUint(n, 10)
	}
	rows := []query.InfoRow{
		{Name: "archive", Value: a.Location},
		{Name: "archive_state", Value: string(a.State)},
		{Name: "archive_timeline", Value: strconv.FormatUint(uint64(a.Timeline), 10)},
		{Name: "archive_last_commit", Value: commit(a.LastCommit)},
		{Name: "archive_last_time", Value: moment(a.LastPut)},
		{Name: "archive_lag_seconds", Value: strconv.FormatFloat(a.Lag(now).Seconds(), 'f', 3, 64)},
		{Name: "archive_lag_bytes", Value: number(a.LagBytes)},
		{Name: "archive_snapshot_commit", Value: commit(a.Snapshot)},
		{Name: "archive_snapshots_waiting", Value: strconv.Itoa(a.SnapshotsWaiting)},
		{Name: "archive_objects", Value: number(a.Objects)},
		{Name: "archive_bytes", Value: number(a.Bytes)},
		{Name: "archive_failures", Value: number(a.Failures)},
	}
	if a.Err != nil {
		rows = append(rows,
			query.InfoRow{Name: "archive_failing_since", Value: moment(a.FailedSince)},
			query.InfoRow{Name: "archive_error", Value: fmt.Sprint(a.Err)})
	}
	return rows
}
