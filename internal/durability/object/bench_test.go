package object_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strconv"
	"testing"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/vfs"
)

// benchData is as compressible as a snapshot of people: words and numbers.
func benchData(n int) []byte {
	r := rand.New(rand.NewPCG(1, 1))
	var b bytes.Buffer
	for b.Len() < n {
		b.WriteString("Person name" + strconv.Itoa(r.IntN(100_000)))
		b.Write([]byte{byte(r.UintN(256)), byte(r.UintN(256)), byte(r.UintN(256)), 0, 0, 0, 0, 0})
	}
	return b.Bytes()[:n]
}

func BenchmarkObject(b *testing.B) {
	file, _, err := object.GenerateKey()
	if err != nil {
		b.Fatal(err)
	}
	keys, err := object.ParseKeys(file)
	if err != nil {
		b.Fatal(err)
	}
	data := benchData(32 << 20)
	for name, o := range map[string]object.SealOptions{
		"none": {Compression: object.CompressionNone}, "zstd": {}, "zstd-age": {Keys: keys},
	} {
		s, err := object.Open(b.Context(), b.TempDir(), object.Options{FS: vfs.OS()})
		if err != nil {
			b.Fatal(err)
		}
		count := 0
		b.Run("seal/"+name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				count++
				sealed, err := object.Seal(b.Context(), s, strconv.Itoa(count), piece(data), bytes.NewReader(data), o)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(sealed.Bytes)/float64(len(data)), "stored/raw")
			}
		})
		b.Run("unseal/"+name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				r, err := object.Unseal(b.Context(), s, "1", keys)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, r); err != nil {
					b.Fatal(err)
				}
				if err := r.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
