package exec

import (
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
)

// meetTogether is the relationships of rows that have the same node in the table: those of the
// other nodes are followed at once, and looked up one after the other.
type meetTogether struct {
	ends   storage.EndColumn
	next   int // of ends: what is looked up next
	rows   int // from place at on, that ends has the relationships of; 0: there is nothing
	row    int // whose relationship was looked up last
	banned int // the row whose relationships are banned, -1 for none
}

// meetLeast is the number of rows from which on they are worth being followed at once.
const meetLeast = 4

// many makes rows of the next rows of the input, and reports whether it could: whether the
// relationships of several of them that are not in the table can be followed at once.
func (o *expandMeet) many(r *run) (bool, error) {
	t := &o.together
	if t.rows == 0 {
		if some, err := o.followMany(r); !some || err != nil {
			return false, err
		}
	}
	for len(o.rows) < r.size {
		if o.now.next < 0 && !o.nextOfMany(r) {
			o.at += t.rows
			t.rows = 0
			return true, nil
		}
		o.addChain(r, t.row)
	}
	return true, nil
}

// followMany follows the relationships of the next rows whose node is in the table.
func (o *expandMeet) followMany(r *run) (bool, error) {
	s := &o.sides[1-o.held]
	if o.table.of == graph.NoNode || !s.possible || s.spec.Direction == graph.Both || s.sieves() && (s.set == nil || !s.set.built) {
		return false, nil
	}
	var nodes [warmRows]graph.NodeID
	n, held := 0, o.sides[o.held].from
	for end := min(warmRows, o.in.Rows()-o.at); n < end; n++ {
		row := o.in.Row(o.at + n)
		if held[row] != o.table.of {
			break
		}
		nodes[n] = s.from[row]
	}
	if n < meetLeast {
		return false, nil
	}
	var labelled []uint64
	if s.sieves() {
		labelled = s.set.bits
	}
	t := &o.together
	t.rows = r.tx.AppendEnds(&t.ends, nodes[:n], s.spec.Direction, s.types, labelled, r.size)
	if t.rows == 0 {
		return false, nil
	}
	t.next, t.banned, o.now.next = 0, -1, -1
	o.sides[o.held].last, s.last = o.table.of, nodes[t.rows-1]
	r.hits += int64(t.ends.Looked)
	return true, r.stepBy(t.rows + t.ends.Looked)
}

// nextOfMany looks up relationships until one meets something; it returns false at their end.
func (o *expandMeet) nextOfMany(r *run) bool {
	t, s := &o.together, &o.sides[1-o.held]
	for ; t.next < len(t.ends.Nodes); t.next++ {
		n := t.ends.Nodes[t.next]
		at := o.table.find(n)
		if at < 0 {
			continue
		}
		if t.row = o.in.Row(o.at + int(t.ends.Places[t.next])); t.row != t.banned {
			t.banned = t.row
			o.banBoth(o.in, t.row)
		}
		id := t.ends.Edges[t.next]
		if !s.allowed(id) || !o.sides[o.held].labelled(r, n) {
			continue
		}
		first := graph.Edge{ID: id, Dst: n}
		if s.spec.Direction == graph.In {
			first.Dst = s.from[t.row]
		}
		o.now.first, o.now.third, o.now.next = first, n, at
		t.next++
		return true
	}
	return false
}

// banBoth collects what the relationships of a row must not be.
func (o *expandMeet) banBoth(in *batch.Batch, row int) {
	for i := range o.sides {
		o.sides[i].ban(in, row)
	}
}
