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
			switch step % 50 {
			case 24:
				a.Relax()
			case 49:
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

// TestRelax frees most blocks of a large arena: slabs of which nothing is in use go, and what is in
// use, or taken afterwards, is as it should be.
func TestRelax(t *testing.T) {
	t.Parallel()
	a := New(memory.New("test", 0))
	const size, count = 4096, 24 << 20 / 4096
	fill := func(ref Ref, mark byte) {
		content := a.Bytes(ref, size)
		for i := range content {
			content[i] = mark
		}
	}
	var refs []Ref
	for i := range count {
		refs = append(refs, a.Alloc(size))
		fill(refs[i], byte(i))
	}
	slabs := len(a.slab.parts)
	const kept = 4 // the first blocks, and the last
	for _, ref := range refs[kept : count-kept] {
		a.Free(ref, size)
	}
	a.Relax()
	a.Relax()
	if got := len(a.slab.parts); got > 3 || slabs < 2*got {
		t.Errorf("%d slabs of %d, for blocks in the first and the last", got, slabs)
	}
	if held := a.Held(); held > 2*pageBytes {
		t.Errorf("%d bytes held", held)
	}
	for i, at := range a.slab.parts {
		if at.huge && len(a.idle) > 0 {
			t.Errorf("slab %d has idle pages and may lie in large ones", i)
		}
	}
	for i := kept; i < count-kept; i++ {
		refs[i] = a.Alloc(size)
		fill(refs[i], byte(i))
	}
	for i, ref := range refs {
		for _, b := range a.Bytes(ref, size) {
			if b != byte(i) {
				t.Fatalf("block %d has %d", i, b)
			}
		}
		a.Free(ref, size)
	}
	a.Relax()
	if a.Used() != 0 || len(a.slab.parts) > 2 {
		t.Errorf("%d bytes used, %d slabs after everything was freed", a.Used(), len(a.slab.parts))
	}
}

// TestTableRelax grows a table after the memory that it had taken ahead went back.
func TestTableRelax(t *testing.T) {
	t.Parallel()
	var table Table[uint64]
	table.Init(13, memory.New("test", 0)) // pages of 64 KiB
	table.Expect(expectMin / 8)
	grow := func(n uint64) {
		before := table.Len()
		table.Grow(n, nil)
		for i := before; i < table.Len(); i++ {
			if got := *table.At(uint32(i)); got != 0 {
				t.Fatalf("the new record %d has %d", i, got)
			}
			*table.At(uint32(i)) = i
		}
	}
	grow(100_000)
	table.Relax()
	grow(200_000)
	for i := range table.Len() {
		if got := *table.At(uint32(i)); got != i {
			t.Fatalf("record %d has %d", i, got)
		}
	}
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
