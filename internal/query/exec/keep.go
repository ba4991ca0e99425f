package exec

import (
	"unsafe"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// keep holds rows in memory: chunks of up to a batch of rows, with a column for each of
// slots. Row i stands in chunk i/size at i%size.
type keep struct {
	slots  []int
	chunks []*batch.Batch // the first used are in use
	used   int
	rows   int
	bytes  int64
}

// clear forgets the rows and gives their bytes back.
func (k *keep) clear(r *run) {
	r.release(k.bytes)
	if len(k.chunks) > keepIdle {
		clear(k.chunks[keepIdle:])
		k.chunks = k.chunks[:keepIdle]
	}
	k.used, k.rows, k.bytes = 0, 0, 0
}

// keepIdle is how many chunks are kept for the next execution.
const keepIdle = 4

// add copies the rows of in that count.
func (k *keep) add(r *run, in *batch.Batch) error {
	rows := r.rowsOf(in.Sel, in.Len)
	if err := k.account(r, in, rows); err != nil {
		return err
	}
	for len(rows) > 0 {
		chunk := k.tail(r)
		n := min(len(rows), r.size-chunk.Len)
		for i, s := range k.slots {
			chunk.Columns[i].AppendRows(&in.Columns[s], rows[:n])
		}
		chunk.Len += n
		k.rows += n
		rows = rows[n:]
	}
	return nil
}

// tail returns the last chunk, a new one where that is full.
func (k *keep) tail(r *run) *batch.Batch {
	if k.used > 0 && k.chunks[k.used-1].Len < r.size {
		return k.chunks[k.used-1]
	}
	if k.used == len(k.chunks) {
		k.chunks = append(k.chunks, &batch.Batch{Columns: make([]batch.Vector, len(k.slots))})
	}
	c := k.chunks[k.used]
	c.Len, c.Sel = 0, nil
	for i := range c.Columns {
		c.Columns[i].Reset(batch.Values, 0)
	}
	k.used++
	return c
}

// account reserves the bytes that rows will take.
func (k *keep) account(r *run, in *batch.Batch, rows []uint16) error {
	if r.ec.Budget == nil {
		return nil
	}
	bytes := int64(0)
	for _, s := range k.slots {
		bytes += weight(&in.Columns[s], rows)
	}
	if err := r.reserve(bytes); err != nil {
		return err
	}
	k.bytes += bytes
	return nil
}

// weight is about how many bytes rows of v take.
func weight(v *batch.Vector, rows []uint16) int64 {
	n := int64(len(rows))
	switch v.Kind {
	case batch.Values:
		bytes := n * int64(unsafe.Sizeof(value.Value{}))
		for _, row := range rows {
			bytes += v.Values[row].Size()
		}
		return bytes
	case batch.Nodes:
		return n * int64(unsafe.Sizeof(graph.NodeID(0)))
	case batch.Edges, batch.Ints, batch.Floats:
		return n * 8
	case batch.Bools:
		return n
	case batch.Strings:
		bytes := n * int64(unsafe.Sizeof(""))
		for _, row := range rows {
			bytes += int64(len(v.Strings[row]))
		}
		return bytes
	}
	return n
}

// at returns the chunk of row i and its place there.
func (k *keep) at(r *run, i int) (*batch.Batch, int) { return k.chunks[i/r.size], i % r.size }

// show makes out a view of a chunk.
func (k *keep) show(out *batch.Batch, chunk int) {
	c := k.chunks[chunk]
	out.Len, out.Sel = c.Len, nil
	for i, s := range k.slots {
		out.Columns[s] = c.Columns[i]
	}
}
