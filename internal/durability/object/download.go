package object

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/minio/minio-go/v7"
)

const (
	stallMax     = time.Minute // for one read
	resumesMax   = 5           // without a byte in between
	resumePause  = 200 * time.Millisecond
	resumeFactor = 2
)

// Get implements Store. A connection that breaks is made again where it broke.
func (b *bucket) Get(ctx context.Context, name string, offset int64) (io.ReadCloser, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	if offset < 0 {
		return nil, fmt.Errorf("%s in %s: there is no offset %d", name, b, offset)
	}
	d := &download{ctx: ctx, bucket: b, name: name, at: offset}
	if err := d.connect(); err != nil {
		return nil, err
	}
	return d, nil
}

// download reads an object.
type download struct {
	ctx    context.Context
	bucket *bucket
	name   string
	at     int64
	etag   string // of the object, so that no other is read on

	body   io.ReadCloser
	cancel context.CancelFunc // of the request of body
	err    error              // what Read returns from now on
}

// connect asks for the object from where it was read to.
func (d *download) connect() error {
	var o minio.GetObjectOptions
	if d.at > 0 {
		if err := o.SetRange(d.at, 0); err != nil {
			return err
		}
	}
	if d.etag != "" {
		if err := o.SetMatchETag(d.etag); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(d.ctx)
	body, info, _, err := d.bucket.core.GetObject(ctx, d.bucket.location.Bucket, d.bucket.key(d.name), o)
	if err == nil {
		d.body, d.cancel, d.etag = body, cancel, info.ETag
		return nil
	}
	cancel()
	if minio.ToErrorResponse(err).StatusCode != http.StatusRequestedRangeNotSatisfiable {
		return d.bucket.failed(d.name, err)
	}
	info2, err := d.bucket.Stat(d.ctx, d.name)
	if err == nil && d.at > info2.Bytes {
		err = fmt.Errorf("%s in %s has %d bytes, there is no offset %d", d.name, d.bucket, info2.Bytes, d.at)
	}
	if err != nil {
		return err
	}
	d.err = io.EOF
	return nil
}

// Read implements io.Reader.
func (d *download) Read(p []byte) (int, error) {
	pause := resumePause
	for try := 0; ; try++ {
		if d.err != nil {
			return 0, d.err
		}
		n, err := d.step(p)
		d.at += int64(n)
		switch {
		case errors.Is(err, io.EOF):
			d.err = io.EOF
			return n, io.EOF
		case n > 0 || err == nil:
			return n, nil
		case try == resumesMax || d.ctx.Err() != nil:
			d.err = d.bucket.failed(d.name, fmt.Errorf("reading at %d: %w", d.at, err))
			return 0, d.err
		}
		if !d.wait(pause) {
			continue
		}
		pause *= resumeFactor
		d.drop()
		if err := d.connect(); err != nil && (errors.Is(err, ErrNotFound) || try+1 == resumesMax) {
			d.err = err
		}
	}
}

// step reads once, with a bound on how long it takes.
func (d *download) step(p []byte) (int, error) {
	if d.body == nil {
		return 0, errNoConnection
	}
	timer := time.AfterFunc(stallMax, d.cancel)
	defer timer.Stop()
	return d.body.Read(p)
}

var errNoConnection = errors.New("there is no connection")

// wait tells whether it waited to the end.
func (d *download) wait(pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-d.ctx.Done():
		return false
	}
}

func (d *download) drop() {
	if d.body == nil {
		return
	}
	d.cancel()
	_ = d.body.Close() // it is broken, and only read
	d.body = nil
}

// Close implements io.Closer.
func (d *download) Close() error {
	d.drop()
	d.err = io.ErrClosedPipe
	return nil
}
