package function

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// distincts lets each value of a group through to an aggregate once.
//
// It keeps a table of (group, value), or of values alone while no groups are given.
type distincts struct {
	into    Aggregator
	seen    *batch.Groups
	grouped bool
	extra   []batch.Vector // further arguments, one row for each of seen
	keep    keeper

	numbers  batch.Vector // scratch: the group of each row, as a key column
	ids      []uint32
	groups   []uint32
	sel      []uint16
	identity []uint16 // 0, 1, 2, …
	rows     batch.Batch
	keys     [2]*batch.Vector
	counted  int64
}

func (a *distincts) Grow(groups int) error { return a.into.Grow(groups) }

func (a *distincts) Add(groups []uint32, in *batch.Batch, args []*batch.Vector) error {
	if a.seen == nil {
		a.start(groups != nil, len(args))
	}
	a.present(groups, in, args[0])
	a.rows = batch.Batch{Len: in.Len, Sel: a.sel}
	a.keys[0] = args[0]
	columns := a.keys[:1]
	if a.grouped {
		a.numbers.Reset(batch.Ints, in.Len)
		for i, r := range a.sel {
			a.numbers.Ints[r] = int64(a.groups[i])
		}
		a.keys[1] = &a.numbers
		columns = a.keys[:2]
	}
	next := uint32(a.seen.Len())
	a.ids = a.seen.Assign(a.ids[:0], &a.rows, columns)
	n := 0
	for i, id := range a.ids {
		if id != next {
			continue
		}
		next++
		a.sel[n] = a.sel[i]
		if a.grouped {
			a.groups[n] = a.groups[i]
		}
		for j := range a.extra {
			a.extra[j].AppendValue(args[j+1].Value(int(a.sel[i])))
		}
		n++
	}
	if err := a.account(); err != nil || n == 0 {
		return err
	}
	a.rows.Sel = a.sel[:n]
	if !a.grouped {
		return a.into.Add(nil, &a.rows, args)
	}
	return a.into.Add(a.groups[:n], &a.rows, args)
}

func (a *distincts) start(grouped bool, args int) {
	a.grouped = grouped
	columns := 1
	if grouped {
		columns = 2
	}
	a.seen = batch.NewGroups(columns)
	a.extra = make([]batch.Vector, args-1)
	a.sel = make([]uint16, 0, batch.Size) // never nil, which would select every row
}

// present lists the rows of in whose value is not null, and their groups.
func (a *distincts) present(groups []uint32, in *batch.Batch, v *batch.Vector) {
	a.sel, a.groups = a.sel[:0], a.groups[:0]
	if groups == nil && in.Sel == nil && neverNull(v) {
		for i := len(a.identity); i < in.Len; i++ {
			a.identity = append(a.identity, uint16(i))
		}
		a.sel = append(a.sel, a.identity[:in.Len]...)
		return
	}
	for i := range in.Rows() {
		row := in.Row(i)
		if v.IsNull(row) {
			continue
		}
		a.sel = append(a.sel, uint16(row))
		if groups != nil {
			a.groups = append(a.groups, groups[i])
		}
	}
}

// account reserves what the table has grown by.
func (a *distincts) account() error {
	bytes := a.seen.Bytes()
	grown := bytes - a.counted
	a.counted = bytes
	return a.keep.take(grown)
}

func (a *distincts) Merge(from Aggregator, to []uint32) error {
	b := from.(*distincts)
	if b.seen == nil {
		return nil
	}
	n := b.seen.Len()
	args := make([]*batch.Vector, 1+len(b.extra))
	columns := make([]batch.Vector, len(args))
	for i := range args {
		args[i] = &columns[i]
	}
	var groups []uint32
	for at := 0; at < n; at += batch.Size {
		end := min(at+batch.Size, n)
		for i := range columns {
			columns[i].Reset(batch.Values, end-at)
		}
		groups = groups[:0]
		for row := at; row < end; row++ {
			columns[0].Values[row-at] = b.seen.Key(0).Value(row)
			for j := range b.extra {
				columns[j+1].Values[row-at] = b.extra[j].Value(row)
			}
			if b.grouped {
				groups = append(groups, uint32(target(to, int(b.seen.Key(1).Ints[row]))))
			}
		}
		given := groups
		if !b.grouped {
			given = nil
		}
		if err := a.grow(given); err != nil {
			return err
		}
		if err := a.Add(given, &batch.Batch{Len: end - at}, args); err != nil {
			return err
		}
	}
	return nil
}

func (a *distincts) grow(groups []uint32) error {
	if groups == nil {
		return a.into.Grow(1)
	}
	return a.into.Grow(targets(groups, 0))
}

func (a *distincts) Result(group int) (value.Value, error) { return a.into.Result(group) }

func (a *distincts) Release() {
	a.keep.release()
	a.into.Release()
}
