package arena

// Garbage is blocks of one arena that are out of reach of new readers and will be freed
// once the present ones are gone.
type Garbage struct {
	blocks []uint64 // reference in the high half, bytes in the low half
}

// Add puts the block ref of n bytes aside.
func (g *Garbage) Add(ref Ref, n int) {
	g.blocks = append(g.blocks, uint64(ref)<<32|uint64(uint32(n)))
}

// Len returns the number of blocks.
func (g *Garbage) Len() int { return len(g.blocks) }

// Free frees the blocks in a.
func (g *Garbage) Free(a *Arena) {
	for _, b := range g.blocks {
		a.Free(Ref(b>>32), int(uint32(b)))
	}
	g.blocks = nil
}

// recycledMax bounds the memory that Recycle keeps.
const recycledMax = 1 << 12

// Recycle is Free for a Garbage that nobody has a copy of: its memory is used again.
func (g *Garbage) Recycle(a *Arena) {
	kept := g.blocks[:0]
	g.Free(a)
	if cap(kept) <= recycledMax {
		g.blocks = kept
	}
}
