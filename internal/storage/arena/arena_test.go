package arena

import (
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/storage/memory"
)

func TestRoundUp(t *testing.T) {
	for n := 1; n < 200_000; n++ {
		got := RoundUp(n)
		if got < n || got%UnitBytes != 0 || (n > 128 && got > n+n/3+ownPageRound*boolInt(n > 60_000)) {
			t.Fatalf("RoundUp(%d) = %d", n, got)
		}
		if RoundUp(got) != got {
			t.Fatalf("RoundUp(%d) is not stable", got)
		}
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestBlocksDoNotOverlap fills blocks with their own mark and looks for marks that changed.
func TestBlocksDoNotOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		budget := memory.New("test", 0)
		a := New(budget)
		type block struct {
			ref  Ref
			size int
			mark byte
		}
		var blocks []block
		verify := func(b block) {
			for i, got := range a.Bytes(b.ref, b.size) {
				if got != b.mark {
					t.Fatalf("block %d of %d bytes changed at %d", b.ref, b.size, i)
				}
			}
		}
		for step := range rapid.IntRange(1, 200).Draw(t, "steps") {
			if len(blocks) > 0 && rapid.IntRange(0, 2).Draw(t, "free") == 0 {
				i := rapid.IntRange(0, len(blocks)-1).Draw(t, "which")
				verify(blocks[i])
				a.Free(blocks[i].ref, blocks[i].size)
				blocks[i] = blocks[len(blocks)-1]
				blocks = blocks[:len(blocks)-1]
				continue
			}
			size := rapid.OneOf(rapid.IntRange(1, 200), rapid.IntRange(1, 300_000)).Draw(t, "size")
			b := block{a.Alloc(size), size, byte(step)}
			content := a.Bytes(b.ref, size)
			for i := range content {
				content[i] = b.mark
			}
			blocks = append(blocks, b)
			if step%50 == 49 {
				a.Trim()
			}
		}
		used := int64(0)
		for _, b := range blocks {
			verify(b)
			used += int64(RoundUp(b.size))
		}
		if a.Used() != used {
			t.Fatalf("used %d, want %d", a.Used(), used)
		}
		for _, b := range blocks {
			a.Free(b.ref, b.size)
		}
		a.Trim()
		if a.Used() != 0 || a.Held() > 2*pageBytes {
			t.Fatalf("%d used and %d held after everything was freed", a.Used(), a.Held())
		}
	})
}

func TestTableGrows(t *testing.T) {
	budget := memory.New("test", 0)
	var table Table[uint64]
	table.Init(4, budget)
	table.Grow(100, func(records []uint64) { records[0] = 7 })
	if table.Len() != 112 || *table.At(96) != 7 || *table.At(97) != 0 || budget.Used() != table.Bytes() {
		t.Fatalf("len %d, bytes %d, budget %d", table.Len(), table.Bytes(), budget.Used())
	}
}

func BenchmarkAllocFree(b *testing.B) {
	a := New(memory.New("bench", 0))
	for b.Loop() {
		a.Free(a.Alloc(48), 48)
	}
}
