// Package damage makes the faults of storage at rest: flipped bits, torn, exchanged,
// doubled and zeroed sectors, cuts, and garbage at the end.
package damage

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
)

// Sector is the unit of a disk.
const Sector = 512

// Fault says what was done.
type Fault struct {
	What    string
	Touched []int // the files, by number, in ascending order, each once
	Cut     bool  // something at the end of a file is gone
}

// Random damages one or two places of some files, at random. The files themselves are left
// alone; what has changed is a copy. The result may by chance be equal to the files.
func Random(r *rand.Rand, files [][]byte) ([][]byte, Fault) {
	out := slices.Clone(files)
	var f Fault
	for range 1 + r.IntN(2) {
		i := r.IntN(len(files))
		if len(out[i]) == 0 {
			continue
		}
		d := &one{r: r, data: bytes.Clone(out[i]), all: files}
		what := d.make()
		out[i] = d.data
		f.What += fmt.Sprintf("file %d: %s; ", i, what)
		f.Cut = f.Cut || d.cut
		f.Touched = append(f.Touched, i)
	}
	slices.Sort(f.Touched)
	f.Touched = slices.Compact(f.Touched)
	return out, f
}

// one is a file that is being damaged.
type one struct {
	r    *rand.Rand
	data []byte
	all  [][]byte
	cut  bool
}

func (d *one) make() string {
	size := len(d.data)
	at := d.r.IntN(size)
	sector := at / Sector * Sector
	end := min(size, sector+Sector)
	switch d.r.IntN(9) {
	case 0:
		return d.flips(1, at)
	case 1:
		return d.flips(2, at)
	case 2:
		n := min(size-at, 1+d.r.IntN(64))
		for i := range n {
			d.data[at+i] = byte(d.r.Uint32())
		}
		return fmt.Sprintf("%d random bytes at %d", n, at)
	case 3:
		clear(d.data[sector:end])
		d.cut = true
		return fmt.Sprintf("sector at %d zeroed", sector)
	case 4:
		other := d.r.IntN(size) / Sector * Sector
		n := min(end-sector, size-other)
		was := bytes.Clone(d.data[sector : sector+n])
		copy(d.data[sector:sector+n], d.data[other:other+n])
		copy(d.data[other:other+n], was)
		return fmt.Sprintf("sectors at %d and %d exchanged", sector, other)
	case 5:
		from := d.all[d.r.IntN(len(d.all))]
		other := d.r.IntN(len(from)+1) / Sector * Sector
		copy(d.data[sector:end], from[other:])
		return fmt.Sprintf("sector at %d of a file copied over that at %d", other, sector)
	case 6:
		d.data = d.data[:at]
		d.cut = true
		return fmt.Sprintf("cut at %d of %d", at, size)
	case 7:
		for range 1 + d.r.IntN(600) {
			d.data = append(d.data, byte(d.r.Uint32()))
		}
		return fmt.Sprintf("%d bytes of garbage at the end", len(d.data)-size)
	}
	clear(d.data[at:])
	d.cut = true
	return fmt.Sprintf("zeros from %d of %d on", at, size)
}

func (d *one) flips(n, at int) string {
	for range n {
		d.data[at] ^= 1 << d.r.IntN(8)
		at = d.r.IntN(len(d.data))
	}
	return fmt.Sprintf("%d bits flipped", n)
}
