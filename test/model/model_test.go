package model

import (
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"memgraphd/test/model/generate"
)

var (
	duration = flag.Duration("duration", 0, "how long TestFuzz goes on")
	first    = flag.Uint64("seed", 0, "the first seed of TestFuzz; 0 means one by the clock")
	workers  = flag.Int("workers", 1, "how many seeds TestFuzz runs at a time")
	refused  = flag.String("refused", "", "details of errors: the queries that have them are shown")
	keep     = flag.Int("keep", 5, "how many failures end TestFuzz")
)

const failures = "testdata/failures"

// TestModel checks what the first seeds give: queries as they are, and damaged ones.
func TestModel(t *testing.T) {
	tally := &Tally{}
	z := &Fuzz{Configs: Configs(), Queries: 20, Log: testWriter{t}, Found: func(uint64, Case, Finding) bool {
		t.Fail()
		return true
	}}
	for seed := range uint64(30) {
		if _, err := z.Graph(seed, tally); err != nil {
			t.Error(err)
		}
	}
	t.Log(tally)
	if tally.Verdicts[Right]*100 < tally.Queries*80 || tally.Rows == 0 {
		t.Error("most queries have to be right, and to give rows")
	}
	damaged := &Tally{}
	for seed := range uint64(10) {
		if _, err := z.Mutants(seed, damaged); err != nil {
			t.Error(err)
		}
	}
	t.Log(damaged)
	sequences := &Tally{}
	for seed := range uint64(15) {
		if _, err := z.Sequence(seed, sequences); err != nil {
			t.Error(err)
		}
	}
	t.Log(sequences)
}

// TestOperators checks queries that the engine answers without making all their rows, or by
// arrays, and that each of the ways to do so was taken.
func TestOperators(t *testing.T) {
	z := &Fuzz{Configs: Configs(), Queries: 25, Log: testWriter{t}, Plans: true, Draw: generate.Counting, Found: func(uint64, Case, Finding) bool {
		t.Fail()
		return true
	}}
	counting, views := &Tally{}, &Tally{}
	for seed := range uint64(30) {
		if _, err := z.Graph(seed, counting); err != nil {
			t.Error(err)
		}
	}
	for seed := range uint64(12) {
		if _, err := z.Views(seed, views); err != nil {
			t.Error(err)
		}
	}
	t.Log(counting)
	t.Log(views)
	for name, least := range map[string]int{"ExpandCount": 50, "OptionalExpandCount": 5, "ExpandDistinct": 20, "ExpandIntersect": 20} {
		if n := counting.Operators[name]; n < least {
			t.Errorf("%d plans have %s, and %d should", n, name, least)
		}
	}
	if views.Columns < 100 || views.Zones < 10 || views.Operators["ScanAllByLabel"] < 50 || views.Operators["ScanAll"] < 50 {
		t.Error("too few queries were answered by columns, or left groups of nodes out")
	}
	for _, tally := range []*Tally{counting, views} {
		if tally.Verdicts[Right]*100 < tally.Queries*80 || tally.Rows == 0 {
			t.Error("most queries have to be right, and to give rows")
		}
	}
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(string(b))
	return len(b), nil
}

// TestFailures runs what has failed once.
func TestFailures(t *testing.T) {
	if _, err := os.Stat(failures); errors.Is(err, os.ErrNotExist) {
		t.Skip("nothing has failed")
	}
	datadriven.Walk(t, failures, func(t *testing.T, path string) {
		t.Helper()
		var w *World
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			t.Helper()
			if d.Cmd == "graph" {
				g, err := ParseGraph(d.Input)
				if err != nil {
					t.Fatal(err)
				}
				if w, err = NewWorld(g, Configs()); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() {
					if err := w.Close(); err != nil {
						t.Error(err)
					}
				})
				return ""
			}
			f := w.Check(d.Input, nil)
			if f.Verdict != Right {
				t.Errorf("%s: %s", filepath.Base(path), f)
			}
			if f.Got != nil && f.Got.Err == nil && f.Level <= Bag && !updates(parseQuery(d.Input)) {
				if again, _ := w.Reindex([]answeredQuery{{d.Input, f.Got, f.Level}}); again.Verdict == Wrong {
					t.Errorf("%s: %s", filepath.Base(path), again)
				}
			}
			return answer(f)
		})
	})
}

// TestFuzz runs seeds by the clock for a given time. What fails is made small and kept.
func TestFuzz(t *testing.T) {
	if *duration == 0 {
		t.Skip("no -duration")
	}
	debug.SetGCPercent(200)
	debug.SetMemoryLimit(1 << 30)
	seed := *first
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	f := &fuzzing{t: t, end: time.Now().Add(*duration), out: os.Stderr}
	f.seed.Store(seed)
	t.Logf("the first seed is %d", seed)
	var all sync.WaitGroup
	for range max(*workers, 1) {
		all.Go(f.work)
	}
	all.Wait()
	t.Logf("queries: %s", &f.queries)
	t.Logf("damaged queries: %s", &f.mutants)
	t.Logf("sequences: %s", &f.sequences)
	t.Logf("views: %s", &f.views)
}

// fuzzing is one run of TestFuzz.
type fuzzing struct {
	t    *testing.T
	end  time.Time
	seed atomic.Uint64
	out  io.Writer

	mu                          sync.Mutex
	queries, mutants, sequences Tally
	views                       Tally
	found                       int
}

func (f *fuzzing) work() {
	z := &Fuzz{Configs: Configs(), Queries: 40, Log: f.out, Plans: true, Found: f.keep}
	if *refused != "" {
		z.Refused = func(text, detail string) {
			if strings.Contains(*refused, detail) {
				f.t.Logf("%s: %s", detail, text)
			}
		}
	}
	for time.Now().Before(f.end) {
		seed := f.seed.Add(1) - 1
		queries, mutants, sequences, views := &Tally{}, &Tally{}, &Tally{}, &Tally{}
		more, err := z.Graph(seed, queries)
		if more && err == nil && seed%4 == 0 {
			more, err = z.Mutants(seed, mutants)
		}
		for i := uint64(0); i < 2 && more && err == nil; i++ {
			more, err = z.Sequence(2*seed+i, sequences)
		}
		if more && err == nil && seed%2 == 0 {
			more, err = z.Views(seed, views)
		}
		f.mu.Lock()
		f.views.Add(views)
		f.queries.Add(queries)
		f.mutants.Add(mutants)
		f.sequences.Add(sequences)
		f.mu.Unlock()
		if err != nil {
			f.t.Errorf("seed %d: %v", seed, err)
			return
		}
		if !more {
			return
		}
	}
}

func (f *fuzzing) keep(seed uint64, c Case, found Finding) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.found++
	name, err := Save(failures, seed, c, found)
	if err != nil {
		f.t.Error(err)
	}
	f.t.Errorf("seed %d: %s in %s: kept in %s", seed, found.Kind, found.Config, name)
	return f.found < *keep
}
