package query_test

import (
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"memgraphd/internal/query"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// ticking opens a session of an engine whose clock moves on by a second at every look.
func ticking(t *testing.T) *query.Session {
	t.Helper()
	begin := time.Date(2024, 2, 28, 12, 59, 0, 5e8, time.UTC) // its text always has seconds
	var looks atomic.Int64
	e := open(t, func(o *query.Options) {
		o.Now = func() time.Time { return begin.Add(time.Duration(looks.Add(1)) * time.Second) }
		o.Workers = query.WorkerOptions{Count: 4, Morsel: 10}
	})
	s := e.NewSession(query.SessionOptions{ID: "clock"})
	t.Cleanup(s.Close)
	return s
}

// rows runs a statement and returns the text of its cells, row by row.
func rows(t *testing.T, s *query.Session, text string, params value.Value) [][]string {
	t.Helper()
	r, err := s.Run(t.Context(), text, params, query.TxOptions{})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var out [][]string
	_, err = r.Pull(t.Context(), -1, func(b *batch.Batch, e batch.Entities) error {
		for i := range b.Rows() {
			var cells []string
			for c := range b.Columns {
				cells = append(cells, render(b.Columns[c].Value(b.Row(i)), e))
			}
			out = append(out, cells)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return out
}

// TestClocks looks at the three clocks in one transaction: that of the transaction stands
// still, that of the statement stands still within one, and that of the moment never does.
func TestClocks(t *testing.T) {
	s := ticking(t)
	if err := s.Begin(t.Context(), query.TxOptions{}); err != nil {
		t.Fatal(err)
	}
	const text = `UNWIND range(1, 3) AS i
		RETURN datetime.transaction() AS t, datetime.statement() AS s, datetime() AS d, datetime.realtime() AS r, timestamp() AS ts`
	first := rows(t, s, text, value.Null)
	second := rows(t, s, text, value.Null)
	all := slices.Concat(first, second)
	seen := map[string]bool{}
	for i, row := range all {
		if row[0] != all[0][0] {
			t.Errorf("row %d: the transaction began at %s, then at %s", i, all[0][0], row[0])
		}
		if begin := all[i/3*3]; row[1] != begin[1] || row[2] != begin[1] || row[4] != begin[4] {
			t.Errorf("row %d: the statement began at %s, then at %s, %s, %s", i, begin[1], row[1], row[2], row[4])
		}
		if row[0] >= row[1] || row[1] >= row[3] {
			t.Errorf("row %d: transaction %s, statement %s, now %s", i, row[0], row[1], row[3])
		}
		if seen[row[3]] {
			t.Errorf("row %d: the clock stands still at %s", i, row[3])
		}
		seen[row[3]] = true
	}
	if first[0][1] == second[0][1] {
		t.Errorf("both statements began at %s", first[0][1])
	}
	if err := s.Rollback(); err != nil {
		t.Fatal(err)
	}
	if later := rows(t, s, text, value.Null); later[0][0] <= all[0][0] {
		t.Errorf("a later transaction began at %s, the one before at %s", later[0][0], all[0][0])
	}
}

// TestClocksOfWorkers lets several workers look at the clocks: they are those of the statement.
func TestClocksOfWorkers(t *testing.T) {
	s := ticking(t)
	rows(t, s, "UNWIND range(1, 1000) AS i CREATE (:Tick {i: i})", value.Null)
	for range 10 {
		if err := s.Begin(t.Context(), query.TxOptions{}); err != nil {
			t.Fatal(err)
		}
		want := rows(t, s, "RETURN 1 AS a, 1 AS b, datetime.transaction()", value.Null)
		got := rows(t, s, `MATCH (n:Tick) WHERE n.i > 0
			RETURN count(DISTINCT datetime()), count(DISTINCT datetime.transaction()), max(datetime.transaction())`, value.Null)
		if !slices.Equal(got[0], want[0]) {
			t.Fatalf("workers see %v, not %v", got[0], want[0])
		}
		if err := s.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPlanKeepsNoClock runs statements whose plan is kept: the clock is read each time.
func TestPlanKeepsNoClock(t *testing.T) {
	s := ticking(t)
	for _, text := range []string{
		"RETURN datetime()",
		"RETURN localtime.truncate('second')",
		"RETURN [datetime({timezone: '+01:00'}), 1]",
		"RETURN timestamp() + 1",
		"RETURN {now: datetime.statement(), then: datetime() - duration('P1D')}.now",
		"WITH [datetime()] AS l UNWIND l AS x RETURN x",
		"RETURN CASE WHEN datetime() > datetime('2000-01-01') THEN toString(datetime()) END",
		"RETURN datetime({date: date(), time: localtime(), timezone: 'Europe/Stockholm'})",
		"RETURN reduce(x = datetime(), d IN [1, 2] | x + duration({days: d}))",
	} {
		before := rows(t, s, text, value.Null)
		if after := rows(t, s, text, value.Null); after[0][0] == before[0][0] {
			t.Errorf("%s gives %s twice", text, after[0][0])
		}
	}
	// Texts that differ in their literals share a plan.
	for text, want := range map[string]string{
		"RETURN date('2015-07-21')": "2015-07-21", "RETURN date('2016-02-29')": "2016-02-29",
		"RETURN date({year: 2015, month: 2})": "2015-02-01", "RETURN date({year: 2016, month: 3})": "2016-03-01",
		"RETURN date('2015-07-21')['year']": "2015", "RETURN date('2015-07-21')['month']": "7",
	} {
		if got := rows(t, s, text, value.Null); got[0][0] != want {
			t.Errorf("%s gives %s", text, got[0][0])
		}
	}
}

// TestTemporalParameters gives temporal values as parameters of one kept plan.
func TestTemporalParameters(t *testing.T) {
	s := ticking(t)
	values := []string{"date('2015-07-21')", "localtime('12:00')", "time('12:00+01:00')", "localdatetime('2015-07-21T12:00')", "datetime('2015-07-21T12:00[Europe/Stockholm]')", "duration('P1M')"}
	for _, text := range values {
		r, err := s.Run(t.Context(), "RETURN "+text+" AS x", value.Null, query.TxOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var x value.Value
		if _, err = r.Pull(t.Context(), -1, func(b *batch.Batch, _ batch.Entities) error {
			x = b.Columns[0].Value(b.Row(0))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		params := value.Map([]value.Entry{{Key: "x", Value: x}})
		got := rows(t, s, "RETURN $x, $x = $x, toString($x), [$x][0] = $x", params)
		if want := []string{x.TemporalText(), "true", strconv.Quote(x.TemporalText()), "true"}; !slices.Equal(got[0], want) {
			t.Errorf("%s as a parameter gives %v", text, got[0])
		}
	}
}
