package snapshotsource

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/query"
)

// fromBucket fetches an object of a bucket.
func (s *Sources) fromBucket(q query.RecoverRequest) func(context.Context, string) (string, error) {
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

// bucket says how the bucket of a request is reached: as the request says, the settings, the flags of
// archives and backups, and then the environment.
func (s *Sources) bucket(q query.RecoverRequest) object.Options {
	r := s.remote.Bucket()
	return object.Options{
		Endpoint:  cmp.Or(q.Config["aws_endpoint_url"], r.Endpoint, s.cfg.S3.Endpoint),
		Region:    cmp.Or(q.Config["aws_region"], r.Region, s.cfg.S3.Region),
		AccessKey: r.AccessKey, SecretKey: r.SecretKey, Now: time.Now,
	}
}
