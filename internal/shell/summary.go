package shell

import (
	"fmt"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// summed is the line under a result: rows, what changed, and how long it took from end to end.
func (s *Shell) summed(summary neo4j.ResultSummary, rows int, hasColumns bool, took time.Duration) string {
	var parts []string
	planned := summary.Plan() != nil || summary.Profile() != nil
	if hasColumns && (!planned || rows > 0) {
		parts = append(parts, counted(rows, "row"))
	}
	if c := summary.Counters(); c != nil {
		for _, change := range []struct {
			count int
			what  string
			done  string
		}{
			{c.NodesCreated(), "node", "created"},
			{c.NodesDeleted(), "node", "deleted"},
			{c.RelationshipsCreated(), "relationship", "created"},
			{c.RelationshipsDeleted(), "relationship", "deleted"},
			{c.LabelsAdded(), "label", "added"},
			{c.LabelsRemoved(), "label", "removed"},
			{c.PropertiesSet(), "property", "set"},
			{c.IndexesAdded(), "index", "created"},
			{c.IndexesRemoved(), "index", "dropped"},
			{c.ConstraintsAdded(), "constraint", "created"},
			{c.ConstraintsRemoved(), "constraint", "dropped"},
		} {
			if change.count > 0 {
				parts = append(parts, counted(change.count, change.what)+" "+change.done)
			}
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "Done")
	}
	if !s.timing {
		return strings.Join(parts, ", ")
	}
	return fmt.Sprintf("%s (%s)", strings.Join(parts, ", "), rounded(took))
}

// counted writes a number of things.
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	switch {
	case strings.HasSuffix(what, "y"):
		what = strings.TrimSuffix(what, "y") + "ies"
	case strings.HasSuffix(what, "x"):
		what += "es"
	default:
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// rounded writes a time with three digits.
func rounded(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < time.Second:
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}
