package exec

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"memgraphd/internal/query/failure"
)

// TestQueries runs the files under testdata. Commands: "setup" runs statements separated
// by semicolons; "query" shows the rows, sorted with the argument sorted, and what was
// changed; "plan" shows the plan; "file name=x" makes a file for LOAD CSV.
func TestQueries(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		for _, size := range []int{1024, 3, 1} {
			t.Run(fmt.Sprint(size), func(t *testing.T) {
				d := newDatabase(t)
				d.size = size
				files := memoryFiles{}
				d.files = files
				datadriven.RunTest(t, path, func(t *testing.T, c *datadriven.TestData) string {
					switch c.Cmd {
					case "new":
						d = newDatabase(t)
						d.size, d.files = size, files
						return ""
					case "setup":
						for _, text := range strings.Split(c.Input, ";") {
							if strings.TrimSpace(text) != "" {
								d.must(t, text)
							}
						}
						return ""
					case "file":
						var name string
						c.ScanArgs(t, "name", &name)
						files[name] = c.Input + "\n"
						return ""
					case "plan":
						_, p, err := d.prepare(c.Input)
						if err != nil {
							return err.Error()
						}
						return strings.Join(p.Tree().Lines(), "\n")
					case "query":
						out, err := d.query(context.Background(), c.Input)
						if err != nil {
							return explain(err, c.Input)
						}
						return render(out, c.HasArg("sorted"), d.stats)
					}
					t.Fatalf("no command %q", c.Cmd)
					return ""
				})
			})
		}
	})
}

func explain(err error, text string) string {
	if f := failure.Of(err); f != nil {
		return fmt.Sprintf("%s at %s: %s", f.Type, f.Phase, f.Locate(text).Error())
	}
	return err.Error()
}

func render(out *table, sorted bool, s Stats) string {
	if out == nil {
		return ""
	}
	var lines []string
	for _, row := range out.rows {
		lines = append(lines, strings.Join(row, " | "))
	}
	if sorted {
		slices.Sort(lines)
	}
	text := strings.Join(out.columns, " | ")
	if text != "" {
		text += "\n"
	}
	text += strings.Join(lines, "\n")
	if s != (Stats{}) {
		text += fmt.Sprintf("\n%+v", s)
	}
	return text
}
