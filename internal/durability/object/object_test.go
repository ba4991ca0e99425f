package object_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/vfs"
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func clock() time.Time { return time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC) }

func open(t *testing.T, fsys vfs.FS, location string) object.Store {
	t.Helper()
	s := must[object.Store](t)(object.Open(t.Context(), location, object.Options{FS: fsys, Now: clock}))
	t.Cleanup(func() { check(t, s.Close()) })
	return s
}

func put(t *testing.T, s object.Store, name, data string) {
	t.Helper()
	check(t, s.Put(t.Context(), name, int64(len(data)), bytes.NewReader([]byte(data))))
}

func get(ctx context.Context, s object.Store, name string, offset int64) (string, error) {
	r, err := s.Get(ctx, name, offset)
	if err != nil {
		return "", err
	}
	data, err := io.ReadAll(r)
	return string(data), errors.Join(err, r.Close())
}

func piece(data []byte) object.Header {
	return object.Header{
		Kind: object.KindPiece, Database: [16]byte{1, 2, 3}, Timeline: 7, Segment: 40, From: 100, To: 100 + int64(len(data)),
		FirstCommit: 41, LastCommit: 43, FirstTime: clock(), LastTime: clock().Add(time.Second), Created: clock(),
	}
}

func TestSealAndUnseal(t *testing.T) {
	s := open(t, vfs.NewMem(1), "/store")
	file, _, err := object.GenerateKey()
	check(t, err)
	keys := must[object.Keys](t)(object.ParseKeys(file))
	data := bytes.Repeat([]byte("some data that is worth it "), 50_000)
	for name, o := range map[string]object.SealOptions{
		"zstd": {}, "none": {Compression: object.CompressionNone}, "age": {Keys: keys},
		"age-only": {Keys: keys, Compression: object.CompressionNone},
	} {
		for _, n := range []int{0, 1, 63, 64, 65, 1 << 17, len(data)} {
			at := name + "/" + string(rune('a'+n%20))
			var seen int64
			o.Progress = func(raw int64) { seen = raw }
			sealed, err := object.Seal(t.Context(), s, at, piece(data[:n]), bytes.NewReader(data[:n]), o)
			check(t, err)
			if seen != int64(n) || sealed.RawBytes != int64(n) {
				t.Errorf("%s: %d of %d bytes, %+v", at, seen, n, sealed)
			}
			r := must[*object.Reader](t)(object.Unseal(t.Context(), s, at, keys))
			got := must[[]byte](t)(io.ReadAll(r))
			if !bytes.Equal(got, data[:n]) || r.Sealed() != sealed {
				t.Errorf("%s: %d bytes, want %d; %+v, want %+v", at, len(got), n, r.Sealed(), sealed)
			}
			check(t, r.Close())
			h := r.Header()
			want := piece(data[:n])
			want.Name, want.Key, want.Compression = at, h.Key, h.Compression
			if h != want {
				t.Errorf("%+v, want %+v", h, want)
			}
			for _, k := range []object.Keys{keys, {}} {
				_, again, err := object.Verify(t.Context(), s, at, k)
				check(t, err)
				if again != sealed {
					t.Errorf("%s: verified as %+v", at, again)
				}
			}
			check(t, s.Delete(t.Context(), at))
		}
	}
}
