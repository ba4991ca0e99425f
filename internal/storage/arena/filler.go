package arena

// Filler hands out blocks of an arena to one goroutine, which takes them in runs and so
// locks rarely. Close gives back what is left of the runs.
type Filler struct {
	arena *Arena
	runs  [64]fillerRun
}

// fillerRun is units that the arena counts as in use already.
type fillerRun struct {
	next, end uint32
}

// NewFiller returns a filler without blocks.
func (a *Arena) NewFiller() *Filler { return &Filler{arena: a} }

// Alloc is Arena.Alloc.
func (f *Filler) Alloc(n int) Ref {
	ref, _ := f.Room(n)
	return ref
}

// Room is Alloc that tells how many bytes may be used: RoundUp(n).
func (f *Filler) Room(n int) (ref Ref, size int) {
	units := (n + UnitBytes - 1) / UnitBytes
	if units > classUnits {
		return f.arena.Alloc(n), RoundUp(n)
	}
	at := classBySize[max(units, 1)]
	units = classSizes[at]
	r := &f.runs[at]
	if r.next == r.end {
		f.refill(r, int(at), units)
	}
	ref = Ref(r.next)
	r.next += uint32(units)
	return ref, units * UnitBytes
}

// fillerPart is how much shorter the runs of a filler are than those of the arena. Its blocks
// have their final size, so that they need not keep away from others to leave no holes.
const fillerPart = 8

// refill takes a run of blocks of one class and counts all of them as used.
func (f *Filler) refill(r *fillerRun, at, units int) {
	a := f.arena
	c := &a.classes[at]
	c.mu.Lock()
	defer c.mu.Unlock()
	r.next, r.end = a.takeRun(units, c.taken/fillerPart)
	n := r.end - r.next
	c.taken += n
	a.count(Ref(r.next), int(n))
	a.used.Add(int64(n) * UnitBytes)
}

// Close gives back what is left. The filler may be used again.
func (f *Filler) Close() {
	a := f.arena
	for at := range f.runs {
		r := &f.runs[at]
		if r.next == r.end {
			continue
		}
		n := r.end - r.next
		c := &a.classes[at]
		c.mu.Lock()
		a.count(Ref(r.next), -int(n))
		a.used.Add(-int64(n) * UnitBytes)
		for ; r.next != r.end; r.next += uint32(classSizes[at]) {
			c.free = append(c.free, Ref(r.next))
		}
		c.mu.Unlock()
		*r = fillerRun{}
	}
}
