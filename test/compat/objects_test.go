package compat

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/vfs"
)

var writeObjects = flag.Bool("write-objects", false, "write testdata/objects1, once and for all")

// objectsDir has the same objects in a directory and in an archive file, and the key of
// the one that is encrypted.
const objectsDir = "testdata/objects1"

// TestObjects reads the objects of format 1.
func TestObjects(t *testing.T) {
	keyFile := filepath.Join(objectsDir, "key")
	if *writeObjects {
		must[string](t)(object.WriteKeyFile(vfs.OS(), keyFile))
	}
	for _, location := range []string{"directory", "file.mgbackup"} {
		s := must[object.Store](t)(object.Open(t.Context(), filepath.Join(objectsDir, location), object.Options{Now: func() time.Time { return moment }}))
		keys := must[object.Keys](t)(object.ReadingKeys(t.Context(), s, vfs.OS(), object.KeyFiles{Key: keyFile}))
		for name, o := range map[string]object.SealOptions{
			"log/0000000007/zstd": {}, "log/0000000007/plain": {Compression: object.CompressionNone}, "snapshots/age": {Keys: keys},
		} {
			if *writeObjects {
				must[object.Sealed](t)(object.Seal(t.Context(), s, name, objectHeader(), bytes.NewReader(objectData()), o))
			}
			checkObject(t, s, name, keys)
		}
		if *writeObjects {
			check(t, object.PutJSON(t.Context(), s, "x.json", map[string]int{"format": 1}))
		}
		var v map[string]int
		check(t, object.GetJSON(t.Context(), s, "x.json", &v))
		if v["format"] != 1 {
			t.Errorf("x.json: %v", v)
		}
		check(t, s.Close())
	}
	for _, name := range []string{"directory/.partial/0.lock", ".file.mgbackup.lock"} {
		if *writeObjects {
			check(t, os.Remove(filepath.Join(objectsDir, name)))
		}
	}
}

func checkObject(t *testing.T, s object.Store, name string, keys object.Keys) {
	t.Helper()
	r := must[*object.Reader](t)(object.Unseal(t.Context(), s, name, keys))
	if got := must[[]byte](t)(io.ReadAll(r)); !bytes.Equal(got, objectData()) {
		t.Errorf("%s: %d bytes", name, len(got))
	}
	got, want := r.Header(), objectHeader()
	want.Name, want.Compression, want.Key = name, got.Compression, got.Key
	if got != want {
		t.Errorf("%s: %+v, want %+v", name, got, want)
	}
	check(t, r.Close())
}

func objectHeader() object.Header {
	return object.Header{
		Kind: object.KindPiece, Database: [16]byte{1, 2, 3}, Timeline: 7, Segment: 40, From: 100, To: 100 + int64(len(objectData())),
		FirstCommit: 41, LastCommit: 43, FirstTime: moment, LastTime: moment.Add(time.Second), Index: 0, Created: moment.Add(time.Minute),
	}
}

func objectData() []byte { return bytes.Repeat([]byte("memgraphd "), 100) }
