package monitor

import (
	"fmt"
	"strings"
)

// RenderTable lists the metrics for the documentation, with the names of the alerts that look at them.
func RenderTable(alerts map[string][]string) string {
	var b strings.Builder
	group := ""
	for _, m := range table() {
		if m.group != group {
			group = m.group
			fmt.Fprintf(&b, "\n### %s\n\n| Metric | Kind | Unit | Meaning | Alert |\n| --- | --- | --- | --- | --- |\n", group)
		}
		name := prefix + m.name
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", name, strings.ToLower(m.kind.String()), m.unit(), m.help, strings.Join(alerts[name], ", "))
	}
	return b.String()
}

// Names lists the names of the metrics, as /metrics has them.
func Names() []string {
	var names []string
	for _, m := range table() {
		names = append(names, prefix+m.name)
	}
	return names
}

// unit is what a metric counts in; names say it.
func (m metric) unit() string {
	for _, u := range []string{"seconds", "bytes", "ratio"} {
		if strings.HasSuffix(strings.TrimSuffix(m.name, "_total"), "_"+u) {
			return u
		}
	}
	return "number"
}
