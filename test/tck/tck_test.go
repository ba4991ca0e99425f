// Package tck runs the openCypher TCK, the features of which lie in ../shared/tck beside
// the checkout: every scenario in process, or through the Go driver against the built
// server.
//
// There are three modes. In "empty" and in "tree" the scenarios that may begin with any
// graph begin with an empty one or with binary-tree-1; "tree" has no other scenarios. In
// "batches" all run with batches of three rows, which no client could tell from the usual
// ones. The flags:
//
//	-tck.bolt          through the driver (or MEMGRAPHD_TCK_BOLT=1); MEMGRAPHD_BINARY names the server
//	-tck.mode=empty    one mode only
//	-tck.report=path   writes what became of each scenario as JSON
//	-tck.rewrite       writes testdata/expected.txt anew from what fails; read the difference
//
// A scenario that fails fails the test, unless testdata/expected.txt lists it; one that is
// listed and passes fails it as well. What the checks are is said in run_test.go.
package tck

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

var (
	flagBolt   = flag.Bool("tck.bolt", os.Getenv("MEMGRAPHD_TCK_BOLT") != "", "run through Bolt")
	flagMode   = flag.String("tck.mode", "all", "the mode to run: empty, tree, batches or all")
	flagReport = flag.String("tck.report", "", "file to write a report to, as JSON")
	rewrite    = flag.Bool("tck.rewrite", false, "write the list of expected failures from what fails")
)

// memoryLimit is where the garbage collector begins to hurry.
const memoryLimit = 512 << 20

// suite is one run of the TCK.
type suite struct {
	dir      string
	expected map[string]bool
	report   *report
	servers  servers // nil: in process
}

func TestTCK(t *testing.T) {
	dir := tckDir(t)
	features, err := readFeatures(filepath.Join(dir, "features"))
	if err != nil {
		t.Fatal(err)
	}
	// What a scenario leaves in pools lives for two cycles of the garbage collector; without a
	// limit, each cycle would take that for a reason to come later.
	limit := debug.SetMemoryLimit(memoryLimit)
	defer debug.SetMemoryLimit(limit)
	s := &suite{dir: dir, report: newReport("engine")}
	if s.expected, err = readExpected(expectedFile); err != nil {
		t.Fatal(err)
	}
	checkListed(t, features, s.expected)
	if *flagBolt {
		s.report.Through = "bolt"
		s.servers = startServers(t, runtime.GOMAXPROCS(0))
	}
	t.Run("with", func(t *testing.T) {
		for _, m := range s.modes(t) {
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				for _, f := range features {
					s.feature(t, f, m)
				}
			})
		}
	})
	s.finish(t)
}

// tckDir returns where the TCK lies.
func tckDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../../shared/tck")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = os.Stat(filepath.Join(dir, "features")); errors.Is(err, os.ErrNotExist) {
		t.Skip("the openCypher TCK is not at ../shared/tck beside the checkout")
	}
	return dir
}

// mode is one way to run the suite.
type mode struct {
	name  string
	graph string // what "any graph" is
	// anyGraph leaves out the scenarios that say what graph they begin with.
	anyGraph bool
	batch    int // rows of a batch of the engine; 0: as ever
}

// modes are the ways that the flags ask for.
func (s *suite) modes(t *testing.T) []mode {
	t.Helper()
	all := []mode{
		{name: "empty", graph: "empty"},
		{name: "tree", graph: "binary-tree-1", anyGraph: true},
		{name: "batches", graph: "empty", batch: 3},
	}
	if s.servers != nil {
		all = all[:2]
	}
	if *flagMode == "all" {
		return all
	}
	for _, m := range all {
		if m.name == *flagMode {
			return []mode{m}
		}
	}
	t.Fatalf("-tck.mode=%s is none of empty, tree, batches and all", *flagMode)
	return nil
}

// checkListed fails where the list of expected failures names what does not exist.
func checkListed(t *testing.T, features []*feature, expected map[string]bool) {
	t.Helper()
	known := map[string]bool{}
	for _, f := range features {
		for _, s := range f.scenarios {
			if known[s.String()] {
				t.Errorf("two scenarios are called %s", s)
			}
			known[s.String()] = true
		}
	}
	for id := range expected {
		if !known[id] {
			t.Errorf("the list of expected failures names %q, which does not exist", id)
		}
	}
}

// feature runs the scenarios of a file.
func (s *suite) feature(t *testing.T, f *feature, m mode) {
	t.Helper()
	t.Run(strings.ReplaceAll(f.file, "/", "."), func(t *testing.T) {
		t.Parallel()
		for _, c := range f.scenarios {
			if m.anyGraph && c.graph != "any" {
				continue
			}
			t.Run(c.short(), func(t *testing.T) {
				t.Parallel()
				s.scenario(t, c, m)
			})
		}
	})
}

// scenario runs one scenario and judges how it ended.
func (s *suite) scenario(t *testing.T, c *scenario, m mode) {
	t.Helper()
	e := entry{identity: c.identity, Mode: m.name, Outcome: passed}
	if s.servers != nil && len(c.procedures) > 0 {
		e.Outcome = leftOut
		s.report.add(e)
		t.Skip("procedures cannot be registered through Bolt")
	}
	db := s.open(t, c, m)
	defer db.close(t)
	graph := c.graph
	if graph == "any" {
		graph = m.graph
	}
	begin := time.Now()
	err := c.play(t.Context(), db, s.dir, graph)
	e.Millis = float64(time.Since(begin).Microseconds()) / 1000
	listed := s.expected[c.String()]
	switch {
	case err != nil && listed:
		e.Outcome, e.Message = failedExpected, err.Error()
	case err != nil:
		e.Outcome, e.Message = failed, err.Error()
		t.Error(err)
	case listed:
		e.Outcome = passedExpected
		t.Error("passes, and must be taken off the list of expected failures")
	}
	s.report.add(e)
}

// open gives a scenario a database.
func (s *suite) open(t *testing.T, c *scenario, m mode) database {
	t.Helper()
	if s.servers != nil {
		return s.servers.take(t)
	}
	return openEngine(t, c.procedures, m.batch)
}

// finish writes what was asked for.
func (s *suite) finish(t *testing.T) {
	t.Helper()
	s.report.Seconds = time.Since(s.report.begin).Seconds()
	t.Logf("through %s in %.1f s: %v", s.report.Through, s.report.Seconds, s.report.Totals)
	if *flagReport != "" {
		if err := s.report.write(*flagReport); err != nil {
			t.Error(err)
		}
	}
	if *rewrite {
		if err := writeExpected(expectedFile, s.report.Entries); err != nil {
			t.Error(err)
		}
	}
}
