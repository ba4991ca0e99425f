package history

import (
	"slices"
	"testing"
	"time"
)

func put(key int, value int64) action       { return action{key: key, append: value} }
func get(key int, values ...int64) action   { return action{key: key, read: values} }
func done(actions ...action) txn            { return txn{actions: actions} }
func with(o outcome, actions ...action) txn { return txn{actions: actions, outcome: o} }
func at(begin, end int, actions ...action) txn {
	t := done(actions...)
	t.begin, t.end = time.Duration(begin), time.Duration(end)
	return t
}

// TestChecker shows the checker one history of each anomaly.
func TestChecker(t *testing.T) {
	for _, c := range []struct {
		name string
		want string // "" for none
		txns []txn
	}{
		{"one after the other", "", []txn{at(0, 1, put(1, 1)), at(2, 3, get(1, 1), put(1, 2)), at(4, 5, get(1, 1, 2))}},
		{"unknown and there", "", []txn{with(unknown, put(1, 1)), done(get(1, 1))}},
		{"unknown and not there", "", []txn{with(unknown, put(1, 1)), done(get(1))}},
		{"own writes", "", []txn{done(put(1, 1), get(1, 1), put(1, 2), get(1, 1, 2)), done(get(1, 1, 2))}},
		{"aborted read", "G1a", []txn{with(aborted, put(1, 1)), done(get(1, 1))}},
		{"unfinished read", "G1b", []txn{done(put(1, 1), put(1, 2)), done(get(1, 1)), done(get(1, 1, 2))}},
		{"write cycle", "G0", []txn{done(put(1, 1), put(2, 1001)), done(put(1, 2), put(2, 1002)), done(get(1, 1, 2)), done(get(2, 1002, 1001))}},
		{"circle of reads", "G1c", []txn{done(put(1, 1), get(2, 1001)), done(put(2, 1001), get(1, 1))}},
		{"read skew", "G-single", []txn{done(put(1, 1), put(2, 1001)), done(get(1, 1), get(2)), done(get(2, 1001))}},
		{"lost update", "G-single", []txn{done(get(1), put(1, 1)), done(get(1), put(1, 2)), done(get(1, 1, 2))}},
		{"long fork", "long fork", []txn{done(put(1, 1)), done(put(2, 1001)), done(get(1, 1), get(2)), done(get(1), get(2, 1001))}},
		{"write skew", "G2", []txn{done(get(1), put(2, 1001)), done(get(2), put(1, 1)), done(get(1, 1), get(2, 1001))}},
		{"lost", "lost", []txn{done(put(1, 1)), done(get(1))}},
		{"stale", "stale", []txn{at(0, 1, put(1, 1)), at(2, 3, get(1)), at(4, 5, get(1, 1))}},
		{"not repeatable", "internal", []txn{done(put(1, 1)), done(get(1), get(1, 1))}},
		{"own write not seen", "internal", []txn{done(put(1, 1), get(1)), done(get(1, 1))}},
		{"doubled", "duplicate", []txn{done(put(1, 1)), done(get(1, 1, 1))}},
		{"two orders", "incompatible order", []txn{done(put(1, 1)), done(put(1, 2)), done(get(1, 1, 2)), done(get(1, 2))}},
		{"from nowhere", "phantom", []txn{done(get(1, 7))}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := anomalies(c.txns)
			if c.want == "" && len(got.counts) > 0 || c.want != "" && got.counts[c.want] == 0 {
				t.Errorf("found %v %q, want %q", got.counts, got.found, c.want)
			}
			if c.want == "G2" && !slices.Equal(got.found, nil) {
				t.Errorf("write skew is forbidden: %q", got.found)
			}
		})
	}
}
