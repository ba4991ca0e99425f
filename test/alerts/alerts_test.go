//go:build alerts

package alerts

import (
	"encoding/json"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
)

// rules reads the alerts as Prometheus does.
func rules(t *testing.T) []rulefmt.Rule {
	t.Helper()
	groups, errs := rulefmt.ParseFile("../../deploy/prometheus/memgraphd.rules.yml", false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.Default())
	for _, err := range errs {
		t.Error(err)
	}
	if t.Failed() {
		t.FailNow()
	}
	var all []rulefmt.Rule
	for _, g := range groups.Groups {
		all = append(all, g.Rules...)
	}
	return all
}

// query is an expression of the dashboard.
type query struct{ panel, expression string }

// dashboard reads the expressions of the dashboard, with what Grafana puts into them.
func dashboard(t *testing.T) []query {
	t.Helper()
	text, err := os.ReadFile("../../deploy/grafana/memgraphd.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err = json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	put := strings.NewReplacer("$job", "memgraphd", "$instance", ".*", "$__rate_interval", "1m")
	var all []query
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			all = append(all, query{p.Title, put.Replace(target.Expr)})
		}
	}
	return all
}

// raised names the alerts that are raised now. Those that wait for longer than the history goes back cannot be.
func raised(h *history, all []rulefmt.Rule) []string {
	var names []string
	for _, r := range all {
		if h.now.Sub(h.begin) >= time.Duration(r.For) && len(h.eval(r.Expr)) > 0 {
			names = append(names, r.Alert)
		}
	}
	slices.Sort(names)
	return names
}

// want checks that exactly these alerts are raised.
func want(h *history, all []rulefmt.Rule, names ...string) {
	h.t.Helper()
	h.scrape()
	slices.Sort(names)
	if got := raised(h, all); !slices.Equal(got, names) {
		h.t.Errorf("raised: %v, want %v", got, names)
	}
}

// TestRules holds that the rules are those of Prometheus, and say how severe they are and what to do.
func TestRules(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range rules(t) {
		if seen[r.Alert] || r.Alert == "" {
			t.Errorf("%q is not the name of one alert", r.Alert)
		}
		seen[r.Alert] = true
		if !slices.Contains([]string{"critical", "warning", "info"}, r.Labels["severity"]) || r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
			t.Errorf("%s: %v %v", r.Alert, r.Labels, r.Annotations)
		}
	}
	if len(seen) == 0 || len(dashboard(t)) == 0 {
		t.Error("there is nothing to look at")
	}
}

// work is what clients do between two scrapes; some of it fails.
func work() []string {
	return []string{
		"UNWIND range(1, 200) AS i CREATE (:N {i: i, text: 'some text of a node'})",
		"MATCH (n:N {i: 7}) WITH n LIMIT 1 SET n.x = coalesce(n.x, 0) + 1 RETURN n.x",
		"MATCH (n:N {i: 9}) RETURN count(n)", "MATCH (n:N {i: 11}) RETURN n.text",
		"MATCH (n:N {i: 13}) DETACH DELETE n", "BEGIN", "CREATE (:N {i: 0})", "COMMIT", "BEGIN", "CREATE (:N {i: 0})", "ROLLBACK",
		"SHOW STORAGE INFO", "RETURN 1 / 0", "RETURN $missing",
	}
}

// TestLoad holds that every expression has data under load, and that no alert is raised.
func TestLoad(t *testing.T) {
	t.Parallel()
	all := rules(t)
	flags := append(certificate(t, 365*24*time.Hour), "--storage-archive=$DISK/archive", "--storage-archive-interval-ms=10", "--storage-backup-roots=/")
	s := start(t, 0, flags...)
	s.run("CREATE INDEX ON :N(i)", "CREATE (:N {i: 1})", "BACKUP DATABASE TO '"+filepath.Join(t.TempDir(), "backup")+"'", "CREATE SNAPSHOT")
	h := newHistory(t, s.port)
	for range 24 {
		_, _ = s.try(work()...) // some fail
		h.scrape()
	}
	has := func(expression string) bool {
		return slices.ContainsFunc(h.eval(expression), func(v promql.Sample) bool { return !math.IsNaN(v.F) })
	}
	for _, q := range dashboard(t) {
		if !has(q.expression) {
			t.Errorf("the dashboard has nothing to show for %s: %s", q.panel, q.expression)
		}
	}
	for _, r := range all {
		for _, selector := range h.selectors(r.Expr) {
			if !has(selector) {
				t.Errorf("%s looks at nothing: %s", r.Alert, selector)
			}
		}
	}
	want(h, all)
	t.Logf("%d alerts with %d scrapes of %d series; %d expressions of the dashboard", len(all), h.n, len(h.all), len(dashboard(t)))
}

// TestDiskFull takes the room for commits away and gives it back.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	all := rules(t)
	s := start(t, 96, "--storage-min-free-space=16")
	h := newHistory(t, s.port)
	s.run("CREATE (:N)")
	want(h, all)
	s.leave(8)
	s.eventually("a commit to be refused", func() bool { text, ok := s.try("CREATE (:N)"); return !ok && strings.Contains(text, "free") })
	want(h, all, "MemgraphdDiskFull")
	s.makeRoom()
	s.eventually("a commit", func() bool { _, ok := s.try("CREATE (:N)"); return ok })
	want(h, all)
}

// TestSnapshotFails leaves room for commits, and none for a snapshot.
func TestSnapshotFails(t *testing.T) {
	t.Parallel()
	all := rules(t)
	s := start(t, 96, "--storage-min-free-space=0")
	h := newHistory(t, s.port)
	s.run("UNWIND range(1, 20000) AS i CREATE (:N {i: i, text: toString(rand()) + toString(rand()) + toString(rand()) + toString(rand())})", "CREATE SNAPSHOT", "CREATE (:N)")
	want(h, all)
	s.leave(1)
	s.fails("CREATE SNAPSHOT", "no space left on device")
	want(h, all, "MemgraphdSnapshotFailing")
	s.makeRoom()
	s.run("CREATE SNAPSHOT")
	want(h, all)
}

// TestBackupFails takes a backup to a disk without room.
func TestBackupFails(t *testing.T) {
	t.Parallel()
	all := rules(t)
	s := start(t, 96, "--storage-min-free-space=0", "--storage-backup-roots=/")
	h := newHistory(t, s.port)
	s.run("UNWIND range(1, 20000) AS i CREATE (:N {i: i, text: toString(rand()) + toString(rand()) + toString(rand()) + toString(rand())})", "CREATE SNAPSHOT")
	disk := "BACKUP DATABASE TO '" + strings.SplitN(s.root, "/root", 2)[1] + "/backup'"
	want(h, all)
	s.leave(0)
	s.fails(disk, "no space left on device")
	want(h, all, "MemgraphdBackupFailing")
	s.makeRoom()
	s.run(disk)
	want(h, all)
}
