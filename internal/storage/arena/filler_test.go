package arena

import (
	"sync"
	"testing"

	"memgraphd/internal/storage/memory"
)

// TestFillers lets several fillers and the arena itself hand out blocks at once, looks for
// blocks that overlap, and frees them all.
func TestFillers(t *testing.T) {
	a := New(memory.New("test", 0))
	type block struct {
		ref  Ref
		size int
	}
	const workers = 4
	var blocks [workers][]block
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			f := a.NewFiller()
			for i := range 3000 {
				size := 1 + (i*i+w)%700
				if i%1000 == 999 {
					size = 70_000 + w
				}
				ref := f.Alloc(size)
				if i%10 == 9 {
					f.Close()
				}
				for k := range a.Bytes(ref, size) {
					a.Bytes(ref, size)[k] = byte(w*50 + i)
				}
				blocks[w] = append(blocks[w], block{ref, size})
			}
			f.Close()
		})
	}
	group.Wait()
	used := int64(0)
	for w := range blocks {
		for i, b := range blocks[w] {
			used += int64(RoundUp(b.size))
			for _, got := range a.Bytes(b.ref, b.size) {
				if got != byte(w*50+i) {
					t.Fatalf("block %d of worker %d was written to", i, w)
				}
			}
		}
	}
	if a.Used() != used {
		t.Fatalf("%d bytes used, want %d", a.Used(), used)
	}
	for w := range blocks {
		for _, b := range blocks[w] {
			a.Free(b.ref, b.size)
		}
	}
	if a.Used() != 0 {
		t.Fatalf("%d bytes left", a.Used())
	}
	a.Trim()
	if a.Held() > 2*pageBytes {
		t.Fatalf("%d bytes held by an empty arena", a.Held())
	}
}
