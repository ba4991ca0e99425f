package object_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/vfs"
	"memgraphd/test/table"
)

// sealedBytes returns an object as it is stored.
func sealedBytes(t *testing.T, name string, data []byte, o object.SealOptions) []byte {
	t.Helper()
	fsys := vfs.NewMem(1)
	s := open(t, fsys, "/s")
	must[object.Sealed](t)(object.Seal(t.Context(), s, name, piece(data), bytes.NewReader(data), o))
	return must[[]byte](t)(vfs.ReadFile(fsys, "/s/"+name, 1<<30))
}

func testKeys(t *testing.T) object.Keys {
	t.Helper()
	file, _, err := object.GenerateKey()
	check(t, err)
	return must[object.Keys](t)(object.ParseKeys(file))
}

// TestEveryBitOfAnObject flips each bit and cuts at each byte.
func TestEveryBitOfAnObject(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	data := make([]byte, 100)
	for i := range data {
		data[i] = byte(r.UintN(8))
	}
	keys := testKeys(t)
	for kind, o := range map[string]object.SealOptions{
		"zstd": {}, "none": {Compression: object.CompressionNone}, "age": {Keys: keys},
	} {
		stored := sealedBytes(t, "log/x", data, o)
		fsys := vfs.NewMem(1)
		s := open(t, fsys, "/s")
		look := func(what string, at int) {
			t.Helper()
			for _, k := range []object.Keys{keys, {}} {
				_, _, err := object.Verify(t.Context(), s, "log/x", k)
				_, newer := errors.AsType[*object.NewerFormatError](err)
				if !newer && !errors.Is(err, object.ErrDamaged) || !strings.Contains(err.Error(), "log/x in /s") {
					t.Errorf("%s, %s at %d of %d: %v", kind, what, at, len(stored), err)
				}
			}
		}
		check(t, fsys.MkdirAll("/s/log"))
		check(t, vfs.WriteFileSync(fsys, "/s/log/x", stored))
		for bit := int64(0); bit < int64(len(stored)*8); bit += table.Step(int64(1)) {
			check(t, fsys.FlipBit("/s/log/x", bit))
			look("flipped", int(bit/8))
			check(t, fsys.FlipBit("/s/log/x", bit))
		}
		for n := range stored {
			check(t, vfs.WriteFileSync(fsys, "/s/log/x", stored[:n]))
			look("cut", n)
			check(t, vfs.WriteFileSync(fsys, "/s/log/x", append(bytes.Clone(stored), stored[:n+1]...)))
			look("grown", n)
		}
	}
}

func TestExchangedObject(t *testing.T) {
	fsys := vfs.NewMem(1)
	s := open(t, fsys, "/s")
	check(t, fsys.MkdirAll("/s"))
	check(t, vfs.WriteFileSync(fsys, "/s/other", sealedBytes(t, "one", []byte("data"), object.SealOptions{})))
	_, err := object.Unseal(t.Context(), s, "other", object.Keys{})
	wantErr(t, err, object.ErrDamaged)
	_, err2 := object.ReadHeader(t.Context(), s, "other")
	wantErr(t, err2, object.ErrDamaged)
	for _, e := range []error{err, err2} {
		if !strings.Contains(e.Error(), "it is another object, one") {
			t.Error(e)
		}
	}
}

func TestWrongKey(t *testing.T) {
	s := open(t, vfs.NewMem(1), "/s")
	right, wrong := testKeys(t), testKeys(t)
	must[object.Sealed](t)(object.Seal(t.Context(), s, "x", piece([]byte("data")), strings.NewReader("data"), object.SealOptions{Keys: right}))
	for _, k := range []object.Keys{wrong, {}} {
		_, err := object.Unseal(t.Context(), s, "x", k)
		known, ok := errors.AsType[*object.KeyError](err)
		if !ok || known.Want != right.ID() || known.Have != k.ID() || known.Name != "x" {
			t.Errorf("%v", err)
		}
	}
}

func TestSourceOfAnotherSize(t *testing.T) {
	s := open(t, vfs.NewMem(1), "/s")
	for _, data := range []string{"", "abc", "abcde"} {
		if _, err := object.Seal(t.Context(), s, "x", piece([]byte("abcd")), strings.NewReader(data), object.SealOptions{}); err == nil {
			t.Errorf("%q was sealed as four bytes", data)
		}
	}
	_, err := s.Stat(t.Context(), "x")
	wantErr(t, err, object.ErrNotFound)
	must[object.Sealed](t)(object.Seal(t.Context(), s, "x", piece([]byte("abcd")), strings.NewReader("abcd"), object.SealOptions{}))
	_, err = object.Seal(t.Context(), s, "x", piece([]byte("abcd")), strings.NewReader("abcd"), object.SealOptions{})
	wantErr(t, err, object.ErrExists)
}

func TestPassphrase(t *testing.T) {
	fsys := vfs.NewMem(1)
	s := open(t, fsys, "/s")
	check(t, vfs.WriteFileSync(fsys, "/pass", []byte("correct horse\r\n")))
	check(t, vfs.WriteFileSync(fsys, "/wrong", []byte("battery\n")))
	files := object.KeyFiles{Passphrase: "/pass"}
	_, err := object.ReadingKeys(t.Context(), s, fsys, files)
	wantErr(t, err, object.ErrNotFound)
	sealing := must[object.Keys](t)(object.SealingKeys(t.Context(), s, fsys, files))
	reading := must[object.Keys](t)(object.ReadingKeys(t.Context(), s, fsys, files))
	if sealing.ID() != reading.ID() || !sealing.Encrypts() {
		t.Error("two keys")
	}
	if _, err := object.SealingKeys(t.Context(), s, fsys, object.KeyFiles{Passphrase: "/wrong"}); err == nil || !strings.Contains(err.Error(), "does not open") {
		t.Error(err)
	}
	if _, err := object.SealingKeys(t.Context(), s, fsys, object.KeyFiles{Passphrase: "/pass", Key: "/k"}); err == nil {
		t.Error("two keys are taken")
	}
}

func TestKeyFile(t *testing.T) {
	fsys := vfs.NewMem(1)
	s := open(t, fsys, "/s")
	public := must[string](t)(object.WriteKeyFile(fsys, "/key"))
	if _, err := object.WriteKeyFile(fsys, "/key"); err == nil {
		t.Error("a key was replaced")
	}
	check(t, vfs.WriteFileSync(fsys, "/public", []byte("# for backups\n"+public+"\n")))
	sealing := must[object.Keys](t)(object.SealingKeys(t.Context(), s, fsys, object.KeyFiles{Key: "/public"}))
	must[object.Sealed](t)(object.Seal(t.Context(), s, "x", piece([]byte("data")), strings.NewReader("data"), object.SealOptions{Keys: sealing}))
	reading := must[object.Keys](t)(object.ReadingKeys(t.Context(), s, fsys, object.KeyFiles{Key: "/key"}))
	r := must[*object.Reader](t)(object.Unseal(t.Context(), s, "x", reading))
	if got := must[[]byte](t)(io.ReadAll(r)); string(got) != "data" {
		t.Errorf("%q", got)
	}
	check(t, r.Close())
	if _, err := object.ReadingKeys(t.Context(), s, fsys, object.KeyFiles{Key: "/public"}); err == nil {
		t.Error("a public key reads")
	}
	for _, text := range []string{"", "nonsense", "AGE-SECRET-KEY-1VERYSECRET"} {
		if _, err := object.ParseKeys([]byte(text)); err == nil || strings.Contains(err.Error(), "VERYSECRET") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FuzzReader reads anything as an object: it fails, or it is one.
func FuzzReader(f *testing.F) {
	for _, name := range []string{"snapshots/x", "y"} {
		fsys := vfs.NewMem(1)
		s, err := object.Open(f.Context(), "/s", object.Options{FS: fsys})
		if err != nil {
			f.Fatal(err)
		}
		data := strings.Repeat(name, 100)
		if _, err = object.Seal(f.Context(), s, name, piece([]byte(data)), strings.NewReader(data), object.SealOptions{}); err != nil {
			f.Fatal(err)
		}
		stored, err := vfs.ReadFile(fsys, "/s/"+name, 1<<20)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(stored)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := object.NewReader(io.NopCloser(bytes.NewReader(data)), "fuzzed", object.Keys{})
		if err != nil {
			return
		}
		n, err := io.Copy(io.Discard, r)
		if err == nil && n != r.Sealed().RawBytes {
			t.Errorf("%d bytes, %+v", n, r.Sealed())
		}
		check(t, r.Close())
	})
}
