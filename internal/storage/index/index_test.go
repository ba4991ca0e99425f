package index

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/storage/arena"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
	"memgraphd/internal/storage/value/valuetest"
)

var samples = []value.Value{
	value.Bool(false), value.Bool(true),
	value.Int(0), value.Int(1), value.Float(1), value.Float(1.5), value.Int(-7), value.Float(math.Inf(-1)),
	value.Int(math.MaxInt64), value.Int(math.MaxInt64 - 1), value.Int(1<<53 + 1), value.Int(1 << 53), value.Float(1 << 53),
	value.Float(math.NaN()), value.Float(math.Copysign(0, -1)), value.Float(1 << 63), value.Int(math.MinInt64),
	value.String(""), value.String("a"), value.String("a\x00"), value.String("abcdefg"), value.String("abcdefgh"),
	value.String("abcdefghi"), value.String("abcdefg\x00"), value.Bytes([]byte{1, 2}), value.Bytes(nil),
	value.List([]value.Value{value.Int(1)}), value.List(nil), value.Map([]value.Entry{{Key: "k", Value: value.Int(1)}}),
}

type row struct {
	v  value.Value
	id graph.NodeID
}

func order(a, b row) int { return cmp.Or(value.Order(a.v, b.v), cmp.Compare(a.id, b.id)) }

func TestPropertyAgainstSortedSlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := arena.New(memory.New("test", 0))
		p := NewProperty(a)
		var g arena.Garbage
		var model []row
		drawn := rapid.OneOf(rapid.SampledFrom(samples), rapid.SampledFrom(valuetest.Samples()), valuetest.Instants(), rapid.Map(rapid.Int64Range(-50, 5000), value.Int),
			rapid.Map(rapid.StringN(0, 12, 12), value.String), rapid.Map(rapid.Float64(), value.Float))
		for range rapid.IntRange(1, 600).Draw(t, "steps") {
			r := row{drawn.Draw(t, "value"), graph.NodeID(rapid.IntRange(0, 20).Draw(t, "node"))}
			i, found := slices.BinarySearchFunc(model, r, order)
			if rapid.IntRange(0, 3).Draw(t, "remove") == 0 {
				if len(model) > 0 && rapid.Bool().Draw(t, "present") {
					i = rapid.IntRange(0, len(model)-1).Draw(t, "which")
					r, found = model[i], true
				}
				p.Remove(r.v, r.id, &g)
				if found {
					model = slices.Delete(model, i, i+1)
				}
				continue
			}
			p.Add(r.v, r.id)
			if !found {
				model = slices.Insert(model, i, r)
			}
		}
		checkScan(t, p, p.Range(Bound{}, Bound{}), model)
		lo, hi := Bound{drawn.Draw(t, "lo"), rapid.Bool().Draw(t, "in")}, Bound{drawn.Draw(t, "hi"), rapid.Bool().Draw(t, "in")}
		if keyOf(lo.Value).class == keyOf(hi.Value).class && keyOf(lo.Value).class != classComposite {
			checkScan(t, p, p.Range(lo, hi), inRange(model, lo, hi))
		}
		checkScan(t, p, p.Equal(lo.Value), slices.DeleteFunc(slices.Clone(model), func(r row) bool {
			if keyOf(lo.Value).class == classComposite {
				return keyOf(r.v).class != classComposite
			}
			return value.Order(r.v, lo.Value) != 0
		}))
		checkLook(t, p, lo.Value, model)
		checkDistinct(t, p, model)
		for _, r := range model {
			p.Remove(r.v, r.id, &g)
		}
		g.Free(a)
		if a.Used() != 0 {
			t.Fatalf("%d bytes left", a.Used())
		}
	})
}

// checkLook compares what Look finds with the entries of the model that sort as v.
func checkLook(t *rapid.T, p *Property, v value.Value, model []row) {
	dst := make([]Entry, rapid.IntRange(0, 6).Draw(t, "room"))
	n, all := p.Look(v, dst)
	if keyOf(v).class == classComposite {
		if n != 0 || all {
			t.Fatalf("%d entries of a list, all %t", n, all)
		}
		return
	}
	want := slices.DeleteFunc(slices.Clone(model), func(r row) bool { return value.Order(r.v, v) != 0 })
	if all != (len(want) <= len(dst)) || n != min(len(want), len(dst)) {
		t.Fatalf("%d entries in room for %d, all %t, of %d", n, len(dst), all, len(want))
	}
	for i, e := range dst[:n] {
		if e.Node != want[i].id || !p.Matches(e, want[i].v) {
			t.Fatalf("entry %d is %+v, want %+v", i, e, want[i])
		}
	}
}

func inRange(model []row, lo, hi Bound) []row {
	var want []row
	for _, r := range model {
		if keyOf(r.v).class != keyOf(lo.Value).class {
			continue
		}
		l, h := value.Order(r.v, lo.Value), value.Order(r.v, hi.Value)
		if (l > 0 || l == 0 && lo.Inclusive) && (h < 0 || h == 0 && hi.Inclusive) {
			want = append(want, r)
		}
	}
	return want
}

func checkDistinct(t *rapid.T, p *Property, model []row) {
	distinct := int64(0)
	for i, r := range model {
		if i == 0 || value.Order(model[i-1].v, r.v) != 0 {
			distinct++
		}
	}
	if p.Entries() != int64(len(model)) || p.Distinct() != distinct {
		t.Fatalf("%d entries and %d distinct, want %d and %d", p.Entries(), p.Distinct(), len(model), distinct)
	}
}

func checkScan(t *rapid.T, p *Property, c Cursor, want []row) {
	batch := make([]Entry, rapid.IntRange(1, 40).Draw(t, "batch"))
	at := 0
	for {
		n := c.Next(batch)
		if n == 0 {
			break
		}
		for _, e := range batch[:n] {
			if at >= len(want) || e.Node != want[at].id || !p.Matches(e, want[at].v) {
				t.Fatalf("entry %d is %+v of %d", at, e, len(want))
			}
			at++
		}
	}
	if at != len(want) {
		t.Fatalf("%d entries, want %d", at, len(want))
	}
}

func TestKeysOrderAsValues(t *testing.T) {
	check := func(t rapid.TB, a, b value.Value) {
		t.Helper()
		x, y := keyOf(a), keyOf(b)
		order, byKey := value.Order(a, b), cmp.Or(cmp.Compare(x.class, y.class), cmp.Compare(x.prefix, y.prefix))
		if byKey != 0 && (order < 0) != (byKey < 0) || byKey == 0 && x.exact && y.exact && order != 0 || order == 0 && byKey != 0 {
			t.Fatalf("%v before %v: %d as values, %d as keys", a, b, order, byKey)
		}
		if x.exact && value.Order(valueOf(x.class, x.prefix), a) != 0 {
			t.Fatalf("%v is not what its key says", a)
		}
	}
	all := append(valuetest.Samples(), samples...)
	for _, a := range all {
		for _, b := range all {
			check(t, a, b)
		}
	}
	drawn := rapid.OneOf(valuetest.Instants(), rapid.SampledFrom(valuetest.Samples()))
	rapid.Check(t, func(t *rapid.T) { check(t, drawn.Draw(t, "a"), drawn.Draw(t, "b")) })
}

func TestPrefix(t *testing.T) {
	p := NewProperty(arena.New(memory.New("test", 0)))
	for i, s := range []string{"", "a", "ab", "abcdefg", "abcdefgh", "abcdefghij", "abd", "b"} {
		p.Add(value.String(s), graph.NodeID(i))
	}
	for prefix, want := range map[string]int{"": 8, "a": 6, "ab": 5, "abcdefg": 3, "abcdefgh": 2, "abcdefghi": 1, "x": 0} {
		c := p.Prefix(prefix)
		if n := c.Next(make([]Entry, 100)); n != want {
			t.Errorf("prefix %q: %d entries, want %d", prefix, n, want)
		}
	}
}

func TestLabelAgainstMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := NewLabel(arena.New(memory.New("test", 0)))
		model := map[graph.NodeID]bool{}
		ids := rapid.Map(rapid.Uint32Range(0, 40_000), func(n uint32) graph.NodeID { return graph.NodeID(n) })
		for _, id := range rapid.SliceOfN(ids, 0, 300).Draw(t, "ids") {
			l.Add(id)
			model[id] = true
			if id%3 == 0 {
				l.Remove(id)
				delete(model, id)
			}
		}
		buffer := make([]graph.NodeID, rapid.IntRange(1, 50).Draw(t, "batch"))
		from, before := graph.NodeID(0), -1
		for {
			n := l.Scan(buffer, from)
			for _, id := range buffer[:n] {
				if int(id) <= before || !model[id] || !l.Contains(id) {
					t.Fatalf("node %d", id)
				}
				before = int(id)
				delete(model, id)
			}
			if n < len(buffer) {
				break
			}
			from = buffer[n-1] + 1
		}
		if len(model) != 0 {
			t.Fatalf("%d nodes missing", len(model))
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	p := NewProperty(arena.New(memory.New("bench", 0)))
	i := uint64(0)
	for b.Loop() {
		p.Add(value.Int(int64(i*0x9e3779b97f4a7c15>>12)), graph.NodeID(i))
		i++
	}
	b.ReportMetric(float64(p.arena.Used())/float64(p.Entries()), "B/entry")
}

func BenchmarkEqual(b *testing.B) {
	p := NewProperty(arena.New(memory.New("bench", 0)))
	for i := range uint64(1_000_000) {
		p.Add(value.Int(int64(i*0x9e3779b97f4a7c15>>12)), graph.NodeID(i))
	}
	var out [4]Entry
	i := uint64(0)
	for b.Loop() {
		c := p.Equal(value.Int(int64(i % 1_000_000 * 0x9e3779b97f4a7c15 >> 12)))
		if c.Next(out[:]) != 1 {
			b.Fatal()
		}
		i++
	}
}

// BenchmarkLook looks values up in no order, of 100,000 and of a million.
func BenchmarkLook(b *testing.B) {
	for _, size := range []int{100_000, 1_000_000} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			p := NewProperty(arena.New(memory.New("bench", 0)))
			for i := range size {
				p.Add(value.Int(int64(i)), graph.NodeID(i))
			}
			var dst [4]Entry
			i := 0
			for b.Loop() {
				i = (i + 7919*31) % size
				if n, _ := p.Look(value.Int(int64(i)), dst[:]); n != 1 {
					b.Fatal(n)
				}
			}
		})
	}
}

// TestKinds holds that inner nodes know whether leaves are below them, whichever way the tree grew and shrank, and
// that a look-up by steps leaves no lock behind.
func TestKinds(t *testing.T) {
	a := arena.New(memory.New("test", 0))
	p := NewProperty(a)
	var check func(ref arena.Ref) (leaves bool)
	check = func(ref arena.Ref) bool {
		if p.isLeaf(ref) {
			return true
		}
		n := p.inner(ref)
		for _, child := range n.child[:n.count+1] {
			if leaves := check(child); leaves != (n.kind == kindLow) {
				t.Fatalf("kind %d of an inner node, its children are leaves: %t", n.kind, leaves)
			}
		}
		return false
	}
	const size = 60_000
	var nodes [size]graph.NodeID // by value
	for i := range size {
		v := i * 7919 % size
		nodes[v] = graph.NodeID(i)
		p.Add(value.Int(int64(v)), nodes[v])
	}
	check(p.roots[classNumber])
	var s Search
	var dst [1]Entry
	for i := range size {
		if !p.Begin(&s, value.Int(int64(i))) {
			t.Fatal("an integer is not looked up")
		}
		if i%3 == 0 {
			s.End()
			s.End()
		} else if n, all := s.Take(dst[:]); n != 1 || !all || dst[0].Node != nodes[i] {
			t.Fatalf("%d: %d entries, all %t, %+v", i, n, all, dst[0])
		}
	}
	if !p.mu.TryLock() {
		t.Fatal("the index is still locked")
	}
	p.mu.Unlock()
	var g arena.Garbage
	for i := range size - 100 {
		p.Remove(value.Int(int64(i)), nodes[i], &g)
		if i%10_000 == 0 {
			check(p.roots[classNumber])
		}
	}
	check(p.roots[classNumber])
	g.Free(a)
}
