package history

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// action appends a value to the list of a key, or reads the list.
type action struct {
	key    int
	append int64   // 0: a read
	read   []int64 // what was read
}

// txn is a transaction of a history.
type txn struct {
	outcome    outcome
	actions    []action
	begin, end time.Duration // from the client's first message to its last answer
}

// edge says why one transaction comes before another.
type edge uint8

const (
	ww edge = 1 << iota // it wrote the version before
	wr                  // it wrote what the other has read
	rw                  // it has read what the other has overwritten
)

// checker finds the anomalies in a history of list appends. Since lists only grow, and
// every value is appended once, a read shows the whole order of the versions before it.
type checker struct {
	txns   []txn
	writer map[int64]int   // of a value
	order  map[int][]int64 // the versions of a key: the longest list that was read
	edges  []map[int]edge
	found  []string
	counts map[string]int
}

const foundMax = 8

func (c *checker) anomaly(kind, format string, args ...any) {
	c.counts[kind]++
	if len(c.found) < foundMax {
		c.found = append(c.found, kind+": "+fmt.Sprintf(format, args...))
	}
}

// anomalies lists what snapshot isolation forbids: reads of aborted (G1a) or unfinished
// (G1b) transactions, transactions that do not see themselves or a snapshot (internal),
// lost or doubled values, reads older than what was acknowledged before (stale), and
// cycles of writes (G0), of writes and reads (G1c), or with overwritten reads of which no
// two follow each other (G-single, long fork). Write skew (G2) is allowed, and counted.
func anomalies(txns []txn) *checker {
	c := &checker{txns: txns, writer: map[int64]int{}, order: map[int][]int64{}, counts: map[string]int{}}
	for i, t := range txns {
		for _, a := range t.actions {
			if a.append != 0 {
				c.writer[a.append] = i
			}
		}
	}
	c.findOrder()
	for i := range txns {
		if txns[i].outcome == committed {
			c.checkReads(i)
		}
	}
	c.checkAcknowledged()
	c.findEdges()
	c.findCycles()
	return c
}

// findOrder takes the longest read of each key for its order; all others must be its
// beginnings.
func (c *checker) findOrder() {
	for _, t := range c.txns {
		if t.outcome != committed {
			continue
		}
		for _, a := range t.actions {
			if read := c.external(t, a); len(read) > len(c.order[a.key]) {
				c.order[a.key] = read
			}
		}
	}
	for key, order := range c.order {
		seen := map[int64]bool{}
		for _, v := range order {
			if seen[v] {
				c.anomaly("duplicate", "value %d is twice in the list of key %d", v, key)
			}
			seen[v] = true
		}
	}
}

// external returns what a read saw of other transactions: without the transaction's own
// appends at the end.
func (c *checker) external(t txn, a action) []int64 {
	if a.append != 0 {
		return nil
	}
	n := len(a.read)
	for n > 0 && slices.ContainsFunc(t.actions, func(o action) bool { return o.append == a.read[n-1] }) {
		n--
	}
	return a.read[:n]
}

func (c *checker) checkReads(i int) {
	t := c.txns[i]
	first := map[int][]int64{} // what the key was at the beginning
	own := map[int][]int64{}
	for _, a := range t.actions {
		if a.append != 0 {
			own[a.key] = append(own[a.key], a.append)
			continue
		}
		outside := c.external(t, a)
		if !slices.Equal(a.read[len(outside):], own[a.key]) {
			c.anomaly("internal", "transaction %d read %v of key %d after appending %v", i, a.read, a.key, own[a.key])
		}
		if before, ok := first[a.key]; ok && !slices.Equal(before, outside) {
			c.anomaly("internal", "transaction %d read %v and then %v of key %d", i, before, outside, a.key)
		}
		first[a.key] = outside
		if len(outside) > len(c.order[a.key]) || !slices.Equal(outside, c.order[a.key][:len(outside)]) {
			c.anomaly("incompatible order", "key %d: %v and %v", a.key, outside, c.order[a.key])
		}
		c.checkValues(i, a.key, outside)
	}
}

// checkValues looks at where a list that was read came from.
func (c *checker) checkValues(i, key int, list []int64) {
	for _, v := range list {
		from, ok := c.writer[v]
		switch {
		case !ok:
			c.anomaly("phantom", "transaction %d read %d of key %d, which nobody appended", i, v, key)
		case c.txns[from].outcome == aborted:
			c.anomaly("G1a", "transaction %d read %d of key %d, whose transaction %d was aborted", i, v, key, from)
		}
	}
	if len(list) == 0 {
		return
	}
	last := list[len(list)-1]
	from, ok := c.writer[last]
	if !ok {
		return
	}
	for _, a := range slices.Backward(c.txns[from].actions) {
		if a.key == key && a.append != 0 {
			if a.append != last {
				c.anomaly("G1b", "transaction %d read key %d up to %d, and transaction %d went on to append %d", i, key, last, from, a.append)
			}
			return
		}
	}
}

// checkAcknowledged sees that what was committed is there, and was visible to whoever
// began after the answer.
func (c *checker) checkAcknowledged() {
	place := map[int64]int{}
	for _, order := range c.order {
		for i, v := range order {
			place[v] = i
		}
	}
	type written struct {
		at    time.Duration
		value int64
	}
	byKey := map[int][]written{}
	for i, t := range c.txns {
		for _, a := range t.actions {
			if a.append == 0 || t.outcome != committed {
				continue
			}
			if _, ok := place[a.append]; !ok {
				c.anomaly("lost", "value %d of key %d, appended by transaction %d, is in no list", a.append, a.key, i)
				continue
			}
			byKey[a.key] = append(byKey[a.key], written{t.end, a.append})
		}
	}
	for _, list := range byKey {
		slices.SortFunc(list, func(a, b written) int { return cmp.Compare(a.at, b.at) })
	}
	for i, t := range c.txns {
		for _, a := range t.actions {
			if a.append != 0 || t.outcome != committed {
				continue
			}
			seen := len(c.external(t, a))
			for _, w := range byKey[a.key] {
				if w.at >= t.begin {
					break
				}
				if place[w.value] >= seen {
					c.anomaly("stale", "transaction %d read %d values of key %d, and %d had been acknowledged before", i, seen, a.key, w.value)
					break
				}
			}
		}
	}
}

func (c *checker) findEdges() {
	c.edges = make([]map[int]edge, len(c.txns))
	for i := range c.edges {
		c.edges[i] = map[int]edge{}
	}
	add := func(from, to int, e edge) {
		if from != to {
			c.edges[from][to] |= e
		}
	}
	for _, order := range c.order {
		for i := 1; i < len(order); i++ {
			from, ok1 := c.writer[order[i-1]]
			to, ok2 := c.writer[order[i]]
			if ok1 && ok2 {
				add(from, to, ww)
			}
		}
	}
	for i, t := range c.txns {
		if t.outcome != committed {
			continue
		}
		for _, a := range t.actions {
			if a.append != 0 {
				continue
			}
			n, order := len(c.external(t, a)), c.order[a.key]
			if n > 0 && n <= len(order) {
				if from, ok := c.writer[order[n-1]]; ok {
					add(from, i, wr)
				}
			}
			if n < len(order) {
				if to, ok := c.writer[order[n]]; ok {
					add(i, to, rw)
				}
			}
		}
	}
}

// findCycles looks at the strongly connected parts of the graph: a part stands for a
// cycle.
func (c *checker) findCycles() {
	for _, part := range c.parts(ww) {
		c.anomaly("G0", "transactions %v overwrite each other in a circle", part)
	}
	for _, part := range c.parts(ww | wr) {
		if c.counts["G0"] == 0 {
			c.anomaly("G1c", "transactions %v see each other in a circle", part)
		}
	}
	for _, part := range c.parts(ww | wr | rw) {
		if c.counts["G0"] > 0 || c.counts["G1c"] > 0 {
			return
		}
		if cycle, rws := c.forbidden(part); rws == 1 {
			c.anomaly("G-single", "around transactions %v", cycle)
		} else if rws > 1 {
			c.anomaly("long fork", "around transactions %v", cycle)
		} else {
			c.counts["G2"]++ // write skew, which snapshot isolation allows
		}
	}
}

// forbidden looks in a part for a cycle in which no two overwritten reads follow each
// other, and returns it with the number of its overwritten reads.
func (c *checker) forbidden(part []int) (cycle []int, rws int) {
	inside := map[int]bool{}
	for _, n := range part {
		inside[n] = true
	}
	type state struct {
		node  int
		after bool // the edge to it was an overwritten read
	}
	type visit struct {
		state
		from int // in the list of visits
		rws  int
	}
	for _, a := range part {
		for b, e := range c.edges[a] {
			if e&rw == 0 || !inside[b] {
				continue
			}
			visits := []visit{{state{b, true}, -1, 1}}
			seen := map[state]bool{{b, true}: true}
			for at := 0; at < len(visits); at++ {
				v := visits[at]
				for to, e := range c.edges[v.node] {
					if to == a && e&(ww|wr) != 0 {
						for i := at; i >= 0; i = visits[i].from {
							cycle = append(cycle, visits[i].node)
						}
						slices.Reverse(cycle)
						return append([]int{a}, cycle...), v.rws
					}
					if next := (state{to, false}); inside[to] && e&(ww|wr) != 0 && !seen[next] {
						seen[next] = true
						visits = append(visits, visit{next, at, v.rws})
					}
					if next := (state{to, true}); inside[to] && e&rw != 0 && !v.after && !seen[next] {
						seen[next] = true
						visits = append(visits, visit{next, at, v.rws + 1})
					}
				}
			}
		}
	}
	return nil, 0
}

// parts returns the strongly connected parts of more than one transaction, by the edges
// of some kinds (Tarjan, without recursion).
func (c *checker) parts(kinds edge) [][]int {
	n := len(c.txns)
	next := make([][]int, n)
	for i := range next {
		for to, e := range c.edges[i] {
			if e&kinds != 0 {
				next[i] = append(next[i], to)
			}
		}
	}
	index, low, on := make([]int, n), make([]int, n), make([]bool, n)
	var stack, path []int
	var out [][]int
	done := make([]int, n) // how many of next were followed
	count := 0
	for root := range n {
		if index[root] != 0 {
			continue
		}
		path = append(path, root)
		for len(path) > 0 {
			v := path[len(path)-1]
			if index[v] == 0 {
				count++
				index[v], low[v], on[v] = count, count, true
				stack = append(stack, v)
			}
			if done[v] < len(next[v]) {
				to := next[v][done[v]]
				done[v]++
				if index[to] == 0 {
					path = append(path, to)
				} else if on[to] {
					low[v] = min(low[v], index[to])
				}
				continue
			}
			path = path[:len(path)-1]
			if len(path) > 0 {
				above := path[len(path)-1]
				low[above] = min(low[above], low[v])
			}
			if low[v] != index[v] {
				continue
			}
			var part []int
			for {
				top := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				on[top] = false
				part = append(part, top)
				if top == v {
					break
				}
			}
			if len(part) > 1 {
				slices.Sort(part)
				out = append(out, part)
			}
		}
	}
	return out
}
