package pokec

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/query"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/value"
)

// world is a graph in a store, with a session that asks it.
type world struct {
	g *Graph
	s *storage.Store
	*query.Session
}

// open fills a store with a graph. workers are how many processors a statement may use.
func open(tb testing.TB, shape Shape, workers int) *world {
	tb.Helper()
	w := &world{g: Generate(shape, 1), s: storage.New(storage.Options{})}
	must(tb, w.g.Fill(tb.Context(), w.s))
	e, err := query.New(query.Options{Store: w.s, Now: time.Now, Workers: query.WorkerOptions{Count: workers}})
	must(tb, err)
	w.Session = e.NewSession(query.SessionOptions{ID: "pokec"})
	tb.Cleanup(func() {
		w.Close()
		e.Close()
		must(tb, w.s.Close())
	})
	return w
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// run runs a query and gives each row to fn.
func (w *world) run(tb testing.TB, text string, params value.Value, fn func(b *batch.Batch, row int, e batch.Entities)) {
	tb.Helper()
	r, err := w.Run(tb.Context(), text, params, query.TxOptions{})
	if err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	_, err = r.Pull(tb.Context(), -1, func(b *batch.Batch, e batch.Entities) error {
		for i := range b.Rows() {
			fn(b, b.Row(i), e)
		}
		return nil
	})
	if err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	r.Release()
}

// column returns the first column of a query, which holds integers, sorted.
func (w *world) column(tb testing.TB, text string, params value.Value) []int64 {
	tb.Helper()
	var list []int64
	w.run(tb, text, params, func(b *batch.Batch, row int, _ batch.Entities) {
		list = append(list, b.Columns[0].Value(row).AsInt())
	})
	slices.Sort(list)
	return list
}

// paramsOf makes the parameters of a query from users.
func paramsOf(names []string, users ...uint32) value.Value {
	var list []value.Entry
	for i, name := range names {
		list = append(list, value.Entry{Key: name, Value: value.Int(int64(users[i]) + 1)})
	}
	slices.SortFunc(list, func(a, b value.Entry) int { return cmp.Compare(a.Key, b.Key) })
	return value.Map(list)
}

func TestShape(t *testing.T) {
	t.Parallel()
	g, again := Generate(Small(), 1), Generate(Small(), 1)
	if !slices.Equal(g.targets, again.targets) || !slices.Equal(g.offsets, again.offsets) {
		t.Error("the same seed gives another graph")
	}
	if slices.Equal(g.targets, Generate(Small(), 2).targets) {
		t.Error("another seed gives the same graph")
	}
	if len(g.targets) != Small().Relationships || len(g.offsets) != Small().Users+1 {
		t.Errorf("%d relationships of %d users", len(g.targets), len(g.offsets)-1)
	}
	for u := range uint32(g.Users) {
		f := g.Friends(u)
		if !slices.IsSorted(f) || len(slices.Compact(slices.Clone(f))) != len(f) || slices.Contains(f, u) {
			t.Fatalf("friends of %d: %v", u, f)
		}
		for _, v := range g.NamedBy(u) {
			if _, is := slices.BinarySearch(g.Friends(v), u); !is {
				t.Fatalf("%d is said to name %d", v, u)
			}
		}
	}
}

// TestAnswers compares the answers of the engine with enumerations, from POKEC_SOURCES (2)
// users with up to POKEC_TRAILS (10000) trails each.
func TestAnswers(t *testing.T) {
	t.Parallel()
	sources, err := strconv.Atoi(setting("POKEC_SOURCES", "2"))
	must(t, err)
	limit, err := strconv.ParseInt(setting("POKEC_TRAILS", "10000"), 10, 64)
	must(t, err)
	w := open(t, Small(), 1)
	r := rand.New(rand.NewPCG(3, 4))
	adult := func(u uint32) bool { return w.g.User(u).Age >= 18 }
	for range sources {
		from, to := r.Uint32N(uint32(w.g.Users)), r.Uint32N(uint32(w.g.Users))
		deep := deepest(w.g, from, limit)
		enumerated := map[[2]int][]uint32{}
		for _, q := range expansions() {
			words := strings.Split(q.Name, "_")
			most, err := strconv.Atoi(words[1])
			must(t, err)
			least := 1
			if words[0] == "expansion" {
				least = most
			}
			if most > deep {
				continue
			}
			of := [2]int{least, most}
			if _, is := enumerated[of]; !is {
				enumerated[of] = w.g.Ends(from, least, most)
			}
			var want []int64
			for _, u := range enumerated[of] {
				if adult(u) || !filtered(q) {
					want = append(want, int64(u)+1)
				}
			}
			if got := w.column(t, q.Text, paramsOf(q.Parameters, from)); !slices.Equal(got, want) {
				t.Errorf("%s from %d: %d rows, want %d", q.Name, from+1, len(got), len(want))
			}
		}
		w.checkPaths(t, from, to, adult)
		if got := w.column(t, "MATCH (a:User {id: $id})-->(b)-->(c)-->(a) RETURN count(*)", paramsOf(id(), from)); got[0] != w.g.Triangles(from) {
			t.Errorf("%d triangles of %d, want %d", got[0], from+1, w.g.Triangles(from))
		}
		var mutual []int64
		for _, u := range w.g.Mutual(from) {
			mutual = append(mutual, int64(u)+1)
		}
		got := w.column(t, "MATCH (n:User {id: $id})-[e1]->(m)-[e2]->(n) RETURN m.id", paramsOf(id(), from))
		if !slices.Equal(got, mutual) {
			t.Errorf("cycles of %d: %v, want %v", from+1, got, mutual)
		}
	}
	if got := w.column(t, "MATCH (:User)-->(:User)-->(:User) RETURN count(*)", value.Null); got[0] != w.g.TwoPaths() {
		t.Errorf("%d paths of two relationships, want %d", got[0], w.g.TwoPaths())
	}
	w.checkAggregates(t)
}

// filtered reports whether a query wants adults.
func filtered(q Query) bool { return strings.HasSuffix(q.Name, "_filter") }

// deepest is how many relationships are enumerated from a user: as many as stay below limit
// trails.
func deepest(g *Graph, from uint32, limit int64) int {
	counts := map[uint32]int64{from: 1}
	for k := 1; k <= 5; k++ {
		next, sum := map[uint32]int64{}, int64(0)
		for u, n := range counts {
			for _, v := range g.Friends(u) {
				next[v] += n
				sum += n
			}
		}
		if sum > limit {
			return k - 1
		}
		counts = next
	}
	return 5
}

// checkPaths compares the paths between two users.
func (w *world) checkPaths(t *testing.T, from, to uint32, adult func(uint32) bool) {
	t.Helper()
	for _, q := range paths() {
		allowed := adult
		if !filtered(q) {
			allowed = nil
		}
		length, count := w.g.Distance(from, to, allowed)
		var found int64
		w.run(t, q.Text, paramsOf(q.Parameters, from, to), func(b *batch.Batch, row int, _ batch.Entities) {
			found++
			if q.Name == "weighted_path" {
				if got := int(b.Columns[0].Value(row).Number()); got != length {
					t.Errorf("%s from %d to %d: weight %d, want %d", q.Name, from+1, to+1, got, length)
				}
				return
			}
			path := b.Columns[0].Value(row).AsList()
			if len(path)-1 != length {
				t.Errorf("%s from %d to %d: length %d, want %d", q.Name, from+1, to+1, len(path)-1, length)
			}
			for i, v := range path[1:] {
				u, before := uint32(v.AsInt()-1), uint32(path[i].AsInt()-1)
				if _, is := slices.BinarySearch(w.g.Friends(before), u); !is || allowed != nil && !allowed(u) {
					t.Errorf("%s from %d to %d: %v", q.Name, from+1, to+1, path)
				}
			}
		})
		if q.Name != "allshortest_paths" {
			count = min(count, 1)
		} else if length > 2 { // its limit
			count = 0
		}
		if found != count {
			t.Errorf("%s from %d to %d: %d paths, want %d", q.Name, from+1, to+1, found, count)
		}
	}
}

// checkAggregates compares aggregates of all users.
func (w *world) checkAggregates(t *testing.T) {
	t.Helper()
	ages, filteredAges, regionsOf := map[int64]int64{}, map[int64]int64{}, map[string]int64{}
	least, most, sum := int64(1<<62), int64(0), int64(0)
	for u := range uint32(w.g.Users) {
		x := w.g.User(u)
		ages[x.Age]++
		if x.Age >= 18 {
			filteredAges[x.Age]++
		}
		regionsOf[x.Region]++
		least, most, sum = min(least, x.Age), max(most, x.Age), sum+x.Age
	}
	for _, name := range []string{"min_max_avg", "min_max_avg_of_label"} {
		q, err := Find(name)
		must(t, err)
		w.run(t, q.Text, value.Null, func(b *batch.Batch, row int, _ batch.Entities) {
			average := float64(sum) / float64(w.g.Users)
			if b.Columns[0].Value(row).AsInt() != least || b.Columns[1].Value(row).AsInt() != most || b.Columns[2].Value(row).AsFloat() != average {
				t.Errorf("%s: %v %v %v", name, b.Columns[0].Value(row), b.Columns[1].Value(row), b.Columns[2].Value(row))
			}
		})
	}
	for name, want := range map[string]map[int64]int64{"aggregate": ages, "aggregate_with_filter": filteredAges} {
		q, err := Find(name)
		must(t, err)
		groups := 0
		w.run(t, q.Text, value.Null, func(b *batch.Batch, row int, _ batch.Entities) {
			groups++
			if age := b.Columns[0].Value(row).AsInt(); b.Columns[1].Value(row).AsInt() != want[age] {
				t.Errorf("%s: age %d %v times, want %d", name, age, b.Columns[1].Value(row), want[age])
			}
		})
		if groups != len(want) {
			t.Errorf("%s: %d groups, want %d", name, groups, len(want))
		}
	}
	q, err := Find("group_by_text")
	must(t, err)
	w.run(t, q.Text, value.Null, func(b *batch.Batch, row int, _ batch.Entities) {
		if name := b.Columns[0].Value(row).AsString(); b.Columns[1].Value(row).AsInt() != regionsOf[name] {
			t.Errorf("%s %v times, want %d", name, b.Columns[1].Value(row), regionsOf[name])
		}
	})
	q, err = Find("aggregate_with_distinct")
	must(t, err)
	if got := w.column(t, q.Text, value.Null); got[0] != int64(len(ages)) {
		t.Errorf("%d ages, want %d", got[0], len(ages))
	}
}

// TestQueriesRun runs every statement once.
func TestQueriesRun(t *testing.T) {
	t.Parallel()
	w := open(t, Shape{"tiny", 500, 2_000}, 1)
	for _, q := range Queries() {
		w.run(t, q.Text, paramsOf(q.Parameters, 1, 2), func(*batch.Batch, int, batch.Entities) {})
	}
}

// TestPathCounts compares numbers of paths over the whole graph with what friends of friends
// add up to: nobody names himself, so a path of two relationships uses none of them twice, and
// one of three only where two users name each other.
func TestPathCounts(t *testing.T) {
	t.Parallel()
	w := open(t, Small(), 1)
	var two, three int64
	for u := range uint32(w.g.Users) {
		in, friends := int64(len(w.g.NamedBy(u))), w.g.Friends(u)
		two += in * int64(len(friends))
		for _, v := range friends {
			three += in * int64(len(w.g.Friends(v)))
			if _, back := slices.BinarySearch(w.g.Friends(v), u); back {
				three--
			}
		}
	}
	for text, want := range map[string]int64{
		"MATCH (:User)-->(:User)-->(:User) RETURN count(*)":                  two,
		"MATCH (:User)-->(:User)-->(:User)-->(:User) RETURN count(*)":        three,
		"MATCH ()-[:Friend]->()-[:Friend]->()-[:Friend]->() RETURN count(*)": three,
	} {
		if got := w.column(t, text, value.Null); !slices.Equal(got, []int64{want}) {
			t.Errorf("%s: %v, want %d", text, got, want)
		}
	}
}
