package shell

import (
	"fmt"
	"io"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// planDepthMax bounds how deep a plan is drawn.
const planDepthMax = 500

// operator is one line of a drawn plan.
type operator struct {
	name, details string
	rows, hits    int64
	took          time.Duration
}

// drawPlan draws the plan that EXPLAIN or PROFILE gave as a tree, the last operator first: what an operator reads from
// stands below it, and where it reads from several, all but the last are further in. It returns false where the server
// gave no plan.
func drawPlan(w io.Writer, summary neo4j.ResultSummary) (bool, error) {
	var lines []operator
	profiled := summary.Profile() != nil
	switch {
	case profiled:
		lines = appendProfile(nil, summary.Profile(), "", 0)
	case summary.Plan() != nil:
		lines = appendPlan(nil, summary.Plan(), "", 0)
	default:
		return false, nil
	}
	var total time.Duration
	for _, o := range lines {
		total += o.took
	}
	t := table.NewWriter()
	style := table.StyleDefault
	style.Format.Header = text.FormatDefault
	t.SetStyle(style)
	header := table.Row{"operator", "details"}
	if profiled {
		header = append(header, "rows", "hits", "time", "%")
		t.SetColumnConfigs([]table.ColumnConfig{
			{Number: 3, Align: text.AlignRight},
			{Number: 4, Align: text.AlignRight},
			{Number: 5, Align: text.AlignRight},
			{Number: 6, Align: text.AlignRight},
		})
	}
	t.AppendHeader(header)
	for _, o := range lines {
		row := table.Row{o.name, o.details}
		if profiled {
			share := 0.0
			if total > 0 {
				share = 100 * float64(o.took) / float64(total)
			}
			row = append(row, o.rows, o.hits, rounded(o.took), fmt.Sprintf("%.0f", share))
		}
		t.AppendRow(row)
	}
	_, err := fmt.Fprintln(w, t.Render())
	return true, err
}

// details is what an operator says about itself.
func details(arguments map[string]any) string {
	if said, ok := arguments["Details"].(string); ok {
		return said
	}
	return ""
}

// branch is the beginning of the line of child i of n, and of those below it.
func branch(indent string, i, n int) (first, below string) {
	if i < n-1 {
		return indent + "├─", indent + "│ "
	}
	return indent, indent
}

func appendPlan(lines []operator, p neo4j.Plan, indent string, depth int) []operator {
	lines = append(lines, operator{name: indent + "• " + p.Operator(), details: details(p.Arguments())})
	if depth >= planDepthMax {
		return lines
	}
	children := p.Children()
	for i, c := range children {
		first, below := branch(indent, i, len(children))
		at := len(lines)
		lines = appendPlan(lines, c, below, depth+1)
		lines[at].name = first + "• " + c.Operator()
	}
	return lines
}

func appendProfile(lines []operator, p neo4j.ProfiledPlan, indent string, depth int) []operator {
	lines = append(lines, operator{
		name: indent + "• " + p.Operator(), details: details(p.Arguments()), rows: p.Records(), hits: p.DbHits(), took: time.Duration(p.Time()),
	})
	if depth >= planDepthMax {
		return lines
	}
	children := p.Children()
	for i, c := range children {
		first, below := branch(indent, i, len(children))
		at := len(lines)
		lines = appendProfile(lines, c, below, depth+1)
		lines[at].name = first + "• " + c.Operator()
	}
	return lines
}
