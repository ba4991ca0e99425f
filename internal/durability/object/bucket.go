package object

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Measures of a bucket.
const (
	requestMax   = 5 * time.Minute // for one request that sends at most a part
	cleanupMax   = 30 * time.Second
	metadataMax  = 2 * time.Second // for the credentials of the machine
	requestTries = 5
	probeMax     = 64 << 10 // an object that may be sent twice
)

// nonceKey is the metadata by which a writer knows its own object again, when the answer
// to a request was lost.
const nonceKey = "Memgraphd-Put"

// condition says what is known of how the server treats If-None-Match.
type condition uint8

const (
	conditionUnknown condition = iota
	conditionKept
	conditionIgnored
)

// bucket keeps objects in a bucket of an S3-compatible server. Where the server ignores
// If-None-Match, names are looked up before they are put; two writers that put one name in
// the same moment are then not told apart.
type bucket struct {
	core     minio.Core
	location Location

	mu        sync.Mutex
	condition condition
}

var _ Store = (*bucket)(nil)

// openBucket asks the server for nothing.
func openBucket(_ context.Context, o Options, l Location) (Store, error) {
	endpoint := firstOf(o.Endpoint, os.Getenv("AWS_ENDPOINT_URL_S3"), os.Getenv("AWS_ENDPOINT_URL"), "https://s3.amazonaws.com")
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("the endpoint of an S3-compatible server is a URL such as https://s3.example.com:9000, without a path and without credentials")
	}
	client, err := minio.New(u.Host, &minio.Options{
		Secure:     u.Scheme == "https",
		Region:     firstOf(o.Region, os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION")),
		Creds:      o.credentials(),
		MaxRetries: requestTries,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", l, err)
	}
	return &bucket{core: minio.Core{Client: client}, location: l}, nil
}

// credentials are those of the options, or of the environment.
func (o *Options) credentials() *credentials.Credentials {
	if o.AccessKey != "" && o.SecretKey != "" {
		return credentials.NewStaticV4(o.AccessKey, o.SecretKey, "")
	}
	return environment()
}

// environment finds credentials as the programs of Amazon do: in variables, in the shared
// file, in what the machine or container is given.
func environment() *credentials.Credentials {
	providers := []credentials.Provider{&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}}
	if os.Getenv("AWS_EC2_METADATA_DISABLED") != "true" {
		providers = append(providers, &credentials.IAM{Client: &http.Client{Timeout: metadataMax}})
	}
	return credentials.NewChainCredentials(providers)
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// String implements Store.
func (b *bucket) String() string { return b.location.String() }

func (b *bucket) key(name string) string { return b.location.Prefix + name }

// Put implements Store.
func (b *bucket) Put(ctx context.Context, name string, size int64, r io.Reader) error {
	if err := b.put(ctx, name, size, r); err != nil {
		return fmt.Errorf("putting %s into %s: %w", name, b, err)
	}
	return nil
}

func (b *bucket) put(ctx context.Context, name string, size int64, r io.Reader) error {
	if err := CheckName(name); err != nil {
		return err
	}
	known := b.known()
	if known != conditionKept {
		if _, err := b.Stat(ctx, name); !errors.Is(err, ErrNotFound) {
			return errors.Join(err, ErrExists)
		}
	}
	p := &upload{bucket: b, key: b.key(name), nonce: rand.Text(), announced: size}
	first, ended, err := readPart(ctx, r, p.partBytes(1))
	if err != nil {
		return err
	}
	if ended {
		return p.whole(ctx, first, known)
	}
	return p.parts(ctx, first, r)
}

func (b *bucket) known() condition {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.condition
}

func (b *bucket) learn(c condition) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.condition = c
}

// readPart reads up to n bytes; ended says that there are no more.
func readPart(ctx context.Context, r io.Reader, n int64) (data []byte, ended bool, err error) {
	var buf bytes.Buffer
	got, err := copyAll(ctx, &buf, io.LimitReader(r, n))
	if err != nil || got < n {
		return buf.Bytes(), true, err
	}
	return buf.Bytes(), false, nil
}

// Stat implements Store.
func (b *bucket) Stat(ctx context.Context, name string) (Info, error) {
	if err := CheckName(name); err != nil {
		return Info{}, err
	}
	info, err := b.core.StatObject(ctx, b.location.Bucket, b.key(name), minio.StatObjectOptions{})
	if err != nil {
		return Info{}, b.failed(name, err)
	}
	return Info{Name: name, Bytes: info.Size, Modified: info.LastModified}, nil
}

// failed says of which object an error is.
func (b *bucket) failed(name string, err error) error {
	r := minio.ToErrorResponse(err)
	switch {
	case r.Code == minio.NoSuchBucket:
		return fmt.Errorf("%s: the bucket %s is not there: make it, or correct the location", b, b.location.Bucket)
	case r.Code == minio.NoSuchKey || r.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%s in %s: %w", name, b, ErrNotFound)
	case r.StatusCode == http.StatusForbidden || r.Code == minio.AccessDenied:
		return fmt.Errorf("%s in %s: access is denied (%w): check the credentials in the environment "+
			"(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) and the policy of the bucket", name, b, err)
	}
	return fmt.Errorf("%s in %s: %w", name, b, err)
}

// List implements Store.
func (b *bucket) List(ctx context.Context, prefix string, fn func(Info) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for info := range b.core.ListObjectsIter(ctx, b.location.Bucket, minio.ListObjectsOptions{Prefix: b.key(prefix), Recursive: true}) {
		if info.Err != nil {
			return b.failed(prefix, info.Err)
		}
		name := strings.TrimPrefix(info.Key, b.location.Prefix)
		if CheckName(name) != nil {
			continue // not of this store
		}
		if err := fn(Info{Name: name, Bytes: info.Size, Modified: info.LastModified}); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// Delete implements Store.
func (b *bucket) Delete(ctx context.Context, name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	err := b.core.RemoveObject(ctx, b.location.Bucket, b.key(name), minio.RemoveObjectOptions{})
	if err = b.failedOrNil(name, err); errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

func (b *bucket) failedOrNil(name string, err error) error {
	if err == nil {
		return nil
	}
	return b.failed(name, err)
}

// Close implements Store.
func (b *bucket) Close() error { return nil }
