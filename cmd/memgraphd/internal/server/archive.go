package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"memgraphd/internal/config"
	"memgraphd/internal/durability"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/pace"
	"memgraphd/internal/durability/vfs"
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
