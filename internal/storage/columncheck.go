package storage

import (
	"memgraphd/internal/storage/column"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// columns checks that the columns that still hold are what the nodes have, and that their
// bytes are accounted.
func (c *checker) columns() {
	all := &c.store.columns
	bytes := int64(0)
	for k, d := range *all.keys.Load() {
		bytes += d.bytes()
		for group := range uint32(c.store.NodeSlots()>>column.GroupShift) + 1 {
			if chunk := lookUp(all, d, group); chunk != nil {
				c.chunk(k, group, chunk)
			}
		}
	}
	for l, d := range *all.labels.Load() {
		bytes += d.bytes()
		for group := range uint32(c.store.NodeSlots()>>column.GroupShift) + 1 {
			m := lookUp(all, d, group)
			if m == nil {
				continue
			}
			if now, _, ok := c.store.findMembers(l, group); !ok || now != *m {
				c.report("the nodes of label %d in group %d are not those noted", l, group)
			}
		}
	}
	c.expect("bytes of columns", all.bytes(), bytes)
}

func (c *checker) chunk(k graph.KeyID, group uint32, chunk *column.Chunk) {
	s := c.store
	if chunk.Kind() == column.Mixed {
		return
	}
	var want [column.GroupNodes]value.Value
	if !s.settledGroup(group, func(slot int, im image) { want[slot] = s.valueIn(im, k) }) {
		c.report("group %d has a column and is not settled", group)
	}
	for i, v := range want {
		if got := chunk.Value(uint32(i)); !value.Same(got, v) || got.Kind() != v.Kind() {
			c.report("property %d of node %d: its column has %v, want %v", k, group<<column.GroupShift+uint32(i), got, v)
			return
		}
	}
}

// bytes returns what is accounted for the groups of d.
func (d *directory[T]) bytes() int64 {
	n := int64(0)
	for _, page := range *d.pages.Load() {
		if page == nil {
			continue
		}
		for i := range page {
			if held := page[i].at.Load(); held != nil {
				n += held.bytes
			}
		}
	}
	return n
}
