// Package tck runs the openCypher TCK, the features of which lie in ../shared/tck beside
// the checkout: every scenario in process, or through the Go driver against the built
// server.
//
// "Any graph" is an empty one and binary-tree-1, so that such scenarios run twice. The
// flags choose less:
//
//	-tck.bolt          through the driver (or MEMGRAPHD_TCK_BOLT=1); MEMGRAPHD_BINARY names the server
//	-tck.graph=empty   what "any graph" is: empty, tree or both
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
	"strings"
	"testing"
	"time"
)

var (
	flagBolt   = flag.Bool("tck.bolt", os.Getenv("MEMGRAPHD_TCK_BOLT") != "", "run through Bolt")
	flagGraph  = flag.String("tck.graph", "both", "what any graph is: empty, tree or both")
	flagReport = flag.String("tck.report", "", "file to write a report to, as JSON")
	rewrite    = flag.Bool("tck.rewrite", false, "write the list of expected failures from what fails")
)

// suite is one run of the TCK.
type suite struct {
	dir      string
	expected map[string]bool
	report   *report
	servers  servers // nil: in process
}

func TestTCK(t *testing.T) {
	dir, err := filepath.Abs("../../../shared/tck")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = os.Stat(filepath.Join(dir, "features")); errors.Is(err, os.ErrNotExist) {
		t.Skip("the openCypher TCK is not at ../shared/tck beside the checkout")
	}
	features, err := readFeatures(filepath.Join(dir, "features"))
	if err != nil {
		t.Fatal(err)
	}
	s := &suite{dir: dir, report: newReport("engine")}
	if s.expected, err = readExpected(expectedFile); err != nil {
		t.Fatal(err)
	}
	checkListed(t, features, s.expected)
	if *flagBolt {
		s.report.Through = "bolt"
		s.servers = startServers(t, runtime.GOMAXPROCS(0))
	}
	t.Run("graph", func(t *testing.T) {
		for _, graph := range graphs(t) {
			t.Run(graph, func(t *testing.T) {
				t.Parallel()
				for _, f := range features {
					s.feature(t, f, graph)
				}
			})
		}
	})
	s.finish(t)
}

// graphs are those that scenarios begin with where they may begin with any.
func graphs(t *testing.T) []string {
	t.Helper()
	const tree = "binary-tree-1"
	switch *flagGraph {
	case "empty":
		return []string{"empty"}
	case "tree":
		return []string{tree}
	case "both":
		return []string{"empty", tree}
	}
	t.Fatalf("-tck.graph=%s is none of empty, tree and both", *flagGraph)
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

// feature runs the scenarios of a file. Those that do not begin with any graph run once,
// with the first.
func (s *suite) feature(t *testing.T, f *feature, graph string) {
	t.Helper()
	t.Run(strings.ReplaceAll(f.file, "/", "."), func(t *testing.T) {
		t.Parallel()
		for _, c := range f.scenarios {
			start := graph
			if c.graph != "any" {
				if start = c.graph; graph != graphs(t)[0] {
					continue
				}
			}
			t.Run(c.short(), func(t *testing.T) {
				t.Parallel()
				s.scenario(t, c, start)
			})
		}
	})
}

// scenario runs one scenario and judges how it ended.
func (s *suite) scenario(t *testing.T, c *scenario, graph string) {
	t.Helper()
	e := entry{identity: c.identity, Graph: graph, Outcome: passed}
	if s.servers != nil && len(c.procedures) > 0 {
		e.Outcome = leftOut
		s.report.add(e)
		t.Skip("procedures cannot be registered through Bolt")
	}
	var db database
	if s.servers != nil {
		db = s.servers.take(t)
	} else {
		db = openEngine(t)
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
