package monitor_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"memgraphd/internal/monitor"
)

const rulesFile = "../../deploy/prometheus/memgraphd.rules.yml"

// alert is a rule of Prometheus.
type alert struct{ name, expression string }

// alerts reads the rules. make alerts reads them as Prometheus does.
func alerts(t *testing.T) []alert {
	t.Helper()
	text, err := os.ReadFile(rulesFile)
	if err != nil {
		t.Fatal(err)
	}
	var all []alert
	for _, found := range regexp.MustCompile(`(?m)^ +- alert: (\w+)\n +expr: (.+)$`).FindAllStringSubmatch(string(text), -1) {
		all = append(all, alert{found[1], found[2]})
	}
	if len(all) != strings.Count(string(text), "- alert:") || len(all) == 0 {
		t.Fatalf("%s: %d rules of %d can be read", rulesFile, len(all), strings.Count(string(text), "- alert:"))
	}
	return all
}

// named returns the metrics of ours that an expression names, as the table calls them.
func named(expression string) []string {
	var names []string
	for _, name := range regexp.MustCompile(`\bmemgraph_\w+`).FindAllString(expression, -1) {
		if known := monitor.Names(); !slices.Contains(known, name) {
			for _, suffix := range []string{"_bucket", "_sum", "_count"} {
				if base := strings.TrimSuffix(name, suffix); base != name && slices.Contains(known, base) {
					name = base
				}
			}
		}
		names = append(names, name)
	}
	return names
}

// watchers are the alerts of each metric.
func watchers(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, a := range alerts(t) {
		for _, name := range named(a.expression) {
			if !slices.Contains(all[name], a.name) {
				all[name] = append(all[name], a.name)
			}
		}
	}
	return all
}

// TestExpressions holds that the alerts and the dashboard name metrics that there are, and that each alert is explained.
func TestExpressions(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/monitoring.md")
	if err != nil {
		t.Fatal(err)
	}
	check := func(where, expression string) {
		for _, name := range named(expression) {
			if !slices.Contains(monitor.Names(), name) {
				t.Errorf("%s: there is no metric %s", where, name)
			}
		}
	}
	for _, a := range alerts(t) {
		check(a.name, a.expression)
		if !strings.Contains(string(page), "\n| `"+a.name+"` |") {
			t.Errorf("docs/monitoring.md does not explain %s", a.name)
		}
	}
	for _, found := range regexp.MustCompile("\n\\| `(Memgraphd\\w+)` \\|").FindAllStringSubmatch(string(page), -1) {
		if !slices.ContainsFunc(alerts(t), func(a alert) bool { return a.name == found[1] }) {
			t.Errorf("docs/monitoring.md explains %s, which is none of the alerts", found[1])
		}
	}
	boards, err := filepath.Glob("../../deploy/grafana/*.json")
	if err != nil || len(boards) == 0 {
		t.Fatalf("no dashboards: %v", err)
	}
	for _, name := range boards {
		text, err := os.ReadFile(name)
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
			t.Fatalf("%s: %v", name, err)
		}
		n := 0
		for _, p := range board.Panels {
			for _, target := range p.Targets {
				check(filepath.Base(name)+": "+p.Title, target.Expr)
				n++
			}
		}
		if n == 0 {
			t.Errorf("%s asks for nothing", name)
		}
	}
}
