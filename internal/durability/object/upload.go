package object

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/minio/minio-go/v7"
)

// Parts of an object: the first ones are small, so that little memory is enough for most
// objects, and later ones large, so that the number of parts is enough for all.
const (
	partSmall   = 16 << 20
	partLarge   = 64 << 20
	partsSmall  = 5_000
	partsMax    = 10_000
	partsAtOnce = 3
)

// upload puts one object.
type upload struct {
	bucket    *bucket
	key       string
	nonce     string
	announced int64 // bytes; -1: not known
}

func (u *upload) partBytes(n int) int64 {
	if n > partsSmall {
		return partLarge
	}
	return partSmall
}

func (u *upload) options() minio.PutObjectOptions {
	return minio.PutObjectOptions{UserMetadata: map[string]string{nonceKey: u.nonce}}
}

// conditional adds that nothing may be replaced, unless the server does not know that.
func (u *upload) conditional(o minio.PutObjectOptions) minio.PutObjectOptions {
	if u.bucket.known() != conditionIgnored {
		o.SetMatchETagExcept("*")
	}
	return o
}

func digestOf(data []byte) string {
	sum := md5.Sum(data)
	return base64.StdEncoding.EncodeToString(sum[:])
}

func (u *upload) checkSize(n int64) error {
	if u.announced >= 0 && n != u.announced {
		return fmt.Errorf("there were %d bytes, %d were announced", n, u.announced)
	}
	return nil
}

// whole puts an object with one request.
func (u *upload) whole(ctx context.Context, data []byte, known condition) error {
	if err := u.checkSize(int64(len(data))); err != nil {
		return err
	}
	err := u.send(ctx, data)
	if unknownCondition(err) {
		u.bucket.learn(conditionIgnored)
		err = u.send(ctx, data)
	}
	if err != nil {
		return u.settle(ctx, err)
	}
	if known == conditionUnknown && len(data) <= probeMax && u.bucket.known() == conditionUnknown {
		return u.probe(ctx, data)
	}
	return nil
}

func (u *upload) send(ctx context.Context, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, requestMax)
	defer cancel()
	_, err := u.bucket.core.PutObject(ctx, u.bucket.location.Bucket, u.key, bytes.NewReader(data), int64(len(data)),
		digestOf(data), "", u.conditional(u.options()))
	return err
}

// probe puts what it has just put again, to see whether the server keeps to the condition.
func (u *upload) probe(ctx context.Context, data []byte) error {
	switch err := u.send(ctx, data); {
	case err == nil:
		u.bucket.learn(conditionIgnored)
	case refused(err):
		u.bucket.learn(conditionKept)
	}
	return nil // the object is there; the next one may tell
}

// refused tells whether the server says that the name is taken.
func refused(err error) bool {
	return err != nil && minio.ToErrorResponse(err).StatusCode == http.StatusPreconditionFailed
}

// unknownCondition tells whether the server says that it does not know conditions.
func unknownCondition(err error) bool {
	return err != nil && minio.ToErrorResponse(err).StatusCode == http.StatusNotImplemented
}

// settle looks what became of an object whose putting has failed: an answer may have been
// lost, and a request repeated.
func (u *upload) settle(ctx context.Context, err error) error {
	check, cancel := context.WithTimeout(ctx, cleanupMax)
	defer cancel()
	info, failed := u.bucket.core.StatObject(check, u.bucket.location.Bucket, u.key, minio.StatObjectOptions{})
	switch {
	case failed == nil && info.Metadata.Get("X-Amz-Meta-"+nonceKey) == u.nonce:
		return nil
	case failed == nil && (refused(err) || u.bucket.known() != conditionKept):
		return ErrExists
	case refused(err): // a server may refuse a name before it shows what has it
		return errors.Join(ErrExists, failed)
	case minio.ToErrorResponse(err).StatusCode == http.StatusForbidden, minio.ToErrorResponse(err).Code == minio.NoSuchBucket:
		return u.bucket.failed(u.key, err)
	}
	return err
}

// parts puts an object in parts, several at once.
func (u *upload) parts(ctx context.Context, first []byte, r io.Reader) error {
	id, err := u.bucket.core.NewMultipartUpload(ctx, u.bucket.location.Bucket, u.key, u.options())
	if err != nil {
		return u.bucket.failed(u.key, err)
	}
	done, err := u.sendParts(ctx, id, first, r)
	if err != nil {
		return errors.Join(err, u.abort(ctx, id))
	}
	last, cancel := context.WithTimeout(ctx, requestMax)
	defer cancel()
	complete := func() error {
		_, failed := u.bucket.core.CompleteMultipartUpload(last, u.bucket.location.Bucket, u.key, id, done, u.conditional(minio.PutObjectOptions{}))
		return failed
	}
	err = complete()
	if unknownCondition(err) {
		u.bucket.learn(conditionIgnored)
		err = complete()
	}
	if err == nil {
		return nil
	}
	if err = u.settle(ctx, err); err != nil {
		err = errors.Join(err, u.abort(ctx, id))
	}
	return err
}

// sendParts sends what r gives and returns the list of parts.
func (u *upload) sendParts(ctx context.Context, id string, data []byte, r io.Reader) ([]minio.CompletePart, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var group sync.WaitGroup
	defer group.Wait() // after an early return, too
	var mu sync.Mutex
	var list []minio.CompletePart
	places := make(chan struct{}, partsAtOnce)
	total := int64(0)
	for ended := false; len(data) > 0; {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		n := len(list) + 1
		if n > partsMax {
			return nil, fmt.Errorf("it has more than %d parts, after %d bytes", partsMax, total)
		}
		mu.Lock()
		list = append(list, minio.CompletePart{})
		mu.Unlock()
		total += int64(len(data))
		chunk := data
		group.Go(func() {
			defer func() { <-places }()
			part, err := u.sendPart(ctx, id, n, chunk)
			if err != nil {
				cancel(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			list[n-1] = part
		})
		if ended {
			break
		}
		var err error
		if data, ended, err = readPart(ctx, r, u.partBytes(n+1)); err != nil {
			cancel(err)
			return nil, err
		}
	}
	group.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	return list, u.checkSize(total)
}

func (u *upload) sendPart(ctx context.Context, id string, n int, data []byte) (minio.CompletePart, error) {
	ctx, cancel := context.WithTimeout(ctx, requestMax)
	defer cancel()
	part, err := u.bucket.core.PutObjectPart(ctx, u.bucket.location.Bucket, u.key, id, n, bytes.NewReader(data), int64(len(data)),
		minio.PutObjectPartOptions{Md5Base64: digestOf(data)})
	if err != nil {
		return minio.CompletePart{}, fmt.Errorf("part %d: %w", n, err)
	}
	return minio.CompletePart{PartNumber: n, ETag: part.ETag}, nil
}

// abort tells the server to forget the parts, even if the caller does not wait any more.
func (u *upload) abort(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupMax)
	defer cancel()
	err := u.bucket.core.AbortMultipartUpload(ctx, u.bucket.location.Bucket, u.key, id)
	if err != nil && minio.ToErrorResponse(err).StatusCode != http.StatusNotFound {
		return fmt.Errorf("the parts that were sent could not be removed: %w", err)
	}
	return nil
}
