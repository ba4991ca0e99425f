package object_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/pace"
	"memgraphd/internal/durability/vfs"
)

// TestLimit looks how long transfers take, in the time of a bubble.
func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rate = 1 << 20
		inner, err := object.Open(t.Context(), "/s", object.Options{FS: vfs.NewMem(1)})
		check(t, err)
		s := object.Limit(inner, pace.New(rate, time.Now))
		data := strings.Repeat("x", 2*rate)
		began := time.Now()
		var group sync.WaitGroup
		for _, name := range []string{"a", "b"} {
			group.Go(func() { check(t, s.Put(t.Context(), name, -1, strings.NewReader(data))) })
		}
		group.Wait()
		if took := time.Since(began); took < 3800*time.Millisecond || took > 4200*time.Millisecond {
			t.Errorf("4 MiB went out in %v", took)
		}
		began = time.Now()
		got, err := get(t.Context(), s, "a", rate)
		check(t, err)
		if took := time.Since(began); got != data[rate:] || took < 900*time.Millisecond || took > 1200*time.Millisecond {
			t.Errorf("%d bytes came back in %v", len(got), took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began = time.Now()
		wantErr(t, s.Put(ctx, "c", -1, strings.NewReader(data)), context.DeadlineExceeded)
		if took := time.Since(began); took > time.Second {
			t.Errorf("it was given up after %v", took)
		}
		check(t, s.Close())
	})
}
