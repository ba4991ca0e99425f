package arena

import "slices"

// Evacuation is a set of pages that are to become empty: no new block comes into them.
// Their owner moves the blocks that Holds names elsewhere and frees them, and calls End.
type Evacuation struct {
	arena   *Arena
	pages   []bool // by number
	count   int
	removed [64][]Ref // free blocks of the pages, by class
}

// Fragmented reports whether more than one of so many parts of the pages is unused, and it is
// enough that moving blocks is worth it.
func (a *Arena) Fragmented(parts int64) bool {
	held, used := a.Held(), a.Used()
	return held > 16*pageBytes && held-used > held/parts
}

// Sparse reports whether more than half of a large arena is unused.
func (a *Arena) Sparse() bool {
	held, used := a.Held(), a.Used()
	return held > 256*pageBytes && used < held/2
}

// Evacuate chooses the emptiest pages, at most a quarter of all.
func (a *Arena) Evacuate() *Evacuation {
	defer a.lockAll()()
	pages := *a.pages.Load()
	e := &Evacuation{arena: a, pages: make([]bool, len(pages))}
	var numbers []uint32
	for number := 1; number < len(pages); number++ {
		live := a.live.At(uint32(number)).Load()
		if pages[number] != nil && live >= 0 && live < pageUnits*3/4 && uint32(number) != (a.bumpEnd-1)>>pageShift {
			numbers = append(numbers, uint32(number))
		}
	}
	slices.SortFunc(numbers, func(x, y uint32) int { return int(a.live.At(x).Load() - a.live.At(y).Load()) })
	numbers = numbers[:min(len(numbers), max(16, len(pages)/4))]
	e.count = len(numbers)
	for _, number := range numbers {
		e.pages[number] = true
	}
	for i := range a.classes {
		c := &a.classes[i]
		c.taken = 0 // what moves does not grow: short runs waste less
		c.free = slices.DeleteFunc(c.free, func(ref Ref) bool {
			if e.Holds(ref) {
				e.removed[i] = append(e.removed[i], ref)
				return true
			}
			return false
		})
		for ; c.run != c.runEnd && e.Holds(Ref(c.run)); c.run += uint32(classSizes[i]) {
			e.removed[i] = append(e.removed[i], Ref(c.run))
		}
	}
	return e
}

// Pages returns the number of pages.
func (e *Evacuation) Pages() int { return e.count }

// Holds reports whether the block at ref is to be moved.
func (e *Evacuation) Holds(ref Ref) bool {
	number := int(ref >> pageShift)
	return number < len(e.pages) && e.pages[number]
}

// End gives the pages back that are empty and opens the others again.
func (e *Evacuation) End() {
	a := e.arena
	defer a.lockAll()()
	a.trimLocked()
	pages := *a.pages.Load()
	for i, refs := range e.removed {
		for _, ref := range refs {
			if pages[ref>>pageShift] != nil {
				a.classes[i].free = append(a.classes[i].free, ref)
			}
		}
	}
}
