package batch_test

import (
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

func drawValue(t *rapid.T) value.Value {
	n := rapid.IntRange(0, 4).Draw(t, "n")
	switch rapid.IntRange(0, 6).Draw(t, "kind") {
	case 0:
		return value.Null
	case 1:
		return value.Float(float64(n) / 2)
	case 2:
		return value.String(string(rune('a' + n)))
	case 3:
		return value.Node(graph.NodeID(n))
	case 4:
		return value.Bool(n > 2)
	case 5:
		return value.List([]value.Value{value.Int(int64(n))})
	}
	return value.Int(int64(n))
}

// drawColumn makes a column of n rows, of values or as narrow as they allow.
func drawColumn(t *rapid.T, n int) *batch.Vector {
	v := &batch.Vector{}
	v.Reset(batch.Values, n)
	one := rapid.Bool().Draw(t, "one kind")
	first := drawValue(t)
	for i := range n {
		x := drawValue(t)
		for one && x.Kind() != first.Kind() && !x.IsNull() {
			x = drawValue(t)
		}
		v.Values[i] = x
	}
	if rapid.Bool().Draw(t, "typed") {
		v.Narrow(nil)
	}
	return v
}

func drawRows(t *rapid.T, n int) []uint16 {
	if rapid.Bool().Draw(t, "all rows") {
		return nil
	}
	rows := []uint16{}
	for i := range n {
		if rapid.Bool().Draw(t, "row") {
			rows = append(rows, uint16(i))
		}
	}
	return rows
}

func TestGroupsAgreeWithModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(1, 3).Draw(t, "columns")
		g := batch.NewGroups(columns)
		var known [][]value.Value
		for range rapid.IntRange(1, 5).Draw(t, "batches") {
			in := &batch.Batch{Len: rapid.IntRange(0, 30).Draw(t, "rows")}
			in.Sel = drawRows(t, in.Len)
			var keys []*batch.Vector
			for range columns {
				keys = append(keys, drawColumn(t, in.Len))
			}
			look := rapid.Bool().Draw(t, "look up")
			var got []uint32
			if look {
				got = g.Find(nil, in, keys)
			} else {
				got = g.Assign(nil, in, keys)
			}
			for i := range in.Rows() {
				want := -1
				for j, k := range known {
					if sameKey(k, keys, in.Row(i)) {
						want = j
					}
				}
				if want < 0 && !look {
					var key []value.Value
					for _, k := range keys {
						key = append(key, k.Value(in.Row(i)))
					}
					want = len(known)
					known = append(known, key)
				}
				if got[i] != uint32(want) {
					t.Fatalf("row %d is in group %d, not %d", i, int32(got[i]), want)
				}
			}
		}
		if g.Len() != len(known) {
			t.Fatalf("%d groups, not %d", g.Len(), len(known))
		}
		for j, key := range known {
			for c, x := range key {
				if !value.Same(g.Key(c).Value(j), x) {
					t.Fatalf("key %d of group %d is wrong", c, j)
				}
			}
		}
	})
}

func sameKey(key []value.Value, keys []*batch.Vector, row int) bool {
	for c, x := range key {
		if !value.Same(x, keys[c].Value(row)) {
			return false
		}
	}
	return true
}

// TestVectorsHoldWhatIsPutIn checks copying, gathering, appending and narrowing against
// plain slices of values.
func TestVectorsHoldWhatIsPutIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 150).Draw(t, "n")
		src := drawColumn(t, n)
		rows := drawRows(t, n)
		v := drawColumn(t, rapid.IntRange(0, 5).Draw(t, "before"))
		var want []value.Value
		for i := range v.Len() {
			want = append(want, v.Value(i))
		}
		chosen := rows
		if rows == nil {
			for i := range n {
				chosen = append(chosen, uint16(i))
			}
		}
		for _, r := range chosen {
			want = append(want, src.Value(int(r)))
		}
		var copied batch.Vector
		copied.Copy(src, rows)
		for _, r := range chosen {
			if !value.Same(copied.Value(int(r)), src.Value(int(r))) {
				t.Fatalf("row %d was not copied", r)
			}
		}
		v.AppendRows(src, rows)
		if x := drawValue(t); true {
			v.AppendValue(x)
			want = append(want, x)
		}
		if k := rapid.IntRange(0, 2).Draw(t, "then"); k == 0 {
			v.Widen()
		} else if k == 1 {
			v.Narrow(nil)
		}
		if at := rapid.IntRange(0, len(want)-1).Draw(t, "at"); true {
			x := drawValue(t)
			v.Set(at, x)
			want[at] = x
		}
		if v.Len() != len(want) {
			t.Fatalf("%d rows, not %d", v.Len(), len(want))
		}
		for i, x := range want {
			got := v.Value(i)
			if got.Kind() != x.Kind() || !value.Same(got, x) || v.IsNull(i) != x.IsNull() {
				t.Fatalf("row %d is %v, not %v", i, got, x)
			}
		}
	})
}

// TestOrderAndHashOfColumns checks that columns compare and hash as their values do.
func TestOrderAndHashOfColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "n")
		a, b := drawColumn(t, n), drawColumn(t, n)
		ha, hb := make([]uint64, n), make([]uint64, n)
		a.Hash(ha, nil)
		b.Hash(hb, nil)
		for i := range n {
			for j := range n {
				want := value.Order(a.Value(i), b.Value(j))
				if got := batch.Order(a, i, b, j); got < 0 != (want < 0) || got > 0 != (want > 0) {
					t.Fatalf("order of %v and %v is %d, not %d", a.Value(i), b.Value(j), got, want)
				}
				if batch.Same(a, i, b, j) != (want == 0) {
					t.Fatalf("sameness of %v and %v", a.Value(i), b.Value(j))
				}
				if want == 0 && ha[i] != hb[j] {
					t.Fatalf("hashes of %v and %v differ", a.Value(i), b.Value(j))
				}
			}
		}
	})
}
