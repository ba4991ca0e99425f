package snapshot_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"memgraphd/internal/durability/snapshot"
)

// prove gives bytes to a Prover in parts of random size.
func prove(r *rand.Rand, data []byte) (*snapshot.Prover, error) {
	p := snapshot.NewProver("x.snap")
	for len(data) > 0 {
		n := min(len(data), 1+r.IntN(1+r.IntN(300)))
		if _, err := p.Write(data[:n]); err != nil {
			return p, err
		}
		data = data[n:]
	}
	return p, p.Finish()
}

func TestProver(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 20 {
		fs := newFS(t)
		o := options(fs, randomStore(t, uint64(n), n*20))
		o.BlockBytes = 1 << 10
		info := must[snapshot.Info](t)(snapshot.Create(t.Context(), o))
		p, err := prove(r, read(t, fs, info.Path))
		if err != nil {
			t.Fatal(err)
		}
		if h := p.Header(); h.Index != info.Index || h.Database != o.Database {
			t.Fatalf("header %+v of %+v", h, info)
		}
	}
}

func TestProverFindsEverything(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	_, _, data := small(t)
	for bit := range len(data) * 8 {
		bad := bytes.Clone(data)
		bad[bit/8] ^= 1 << (bit % 8)
		if _, err := prove(r, bad); err == nil {
			t.Fatalf("flipped bit %d is not found", bit)
		}
	}
	for cut := range data {
		if _, err := prove(r, data[:cut]); err == nil {
			t.Fatalf("cut at %d is not found", cut)
		}
		if _, err := prove(r, slices.Insert(bytes.Clone(data), cut, byte(r.Uint32()))); err == nil {
			t.Fatalf("a byte more at %d is not found", cut)
		}
	}
	if _, err := prove(r, append(bytes.Clone(data), 0)); err == nil {
		t.Fatal("a byte more at the end is not found")
	}
}
