package exec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"memgraphd/internal/query/failure"
)

// TestQueries runs the files under testdata. Commands: "setup" runs statements separated
// by semicolons; "query" shows the rows, sorted with the argument sorted, and what was
// changed; "plan" shows the plan; "file name=x" makes a file for LOAD CSV, with escaped of a text with escapes;
// "params" sets the parameters to a map.
func TestQueries(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		t.Helper()
		for _, size := range []int{1024, 3, 1} {
			t.Run(strconv.Itoa(size), func(t *testing.T) {
				s := &script{size: size, files: memoryFiles{}}
				s.fresh(t)
				datadriven.RunTest(t, path, s.run)
			})
		}
	})
}

// script is a file of testdata that runs.
type script struct {
	d     *database
	size  int
	files memoryFiles
}

func (s *script) fresh(t *testing.T) {
	t.Helper()
	s.d = newDatabase(t)
	s.d.size, s.d.files = s.size, s.files
}

// run carries out one command.
func (s *script) run(t *testing.T, c *datadriven.TestData) string {
	t.Helper()
	switch c.Cmd {
	case "new":
		s.fresh(t)
	case "params":
		out, err := s.d.query(t.Context(), "RETURN "+c.Input)
		if err != nil {
			t.Fatal(err)
		}
		s.d.params = out.values[0][0]
	case "setup":
		for text := range strings.SplitSeq(c.Input, ";") {
			if strings.TrimSpace(text) != "" {
				s.d.must(t, text)
			}
		}
	case "file":
		var name string
		c.ScanArgs(t, "name", &name)
		s.files[name] = c.Input + "\n"
		if c.HasArg("escaped") {
			text, err := strconv.Unquote(`"` + strings.ReplaceAll(c.Input, "\n", `\n`) + `"`)
			if err != nil {
				c.Fatalf(t, "%v", err)
			}
			s.files[name] = text
		}
	case "plan":
		_, p, err := s.d.prepare(c.Input)
		if err != nil {
			return err.Error()
		}
		lines := p.Tree().Lines()
		for _, r := range p.Plan().Remarks {
			lines = append(lines, r.Code+" at "+r.At.Text(c.Input)+": "+r.Description)
		}
		return strings.Join(lines, "\n")
	case "query":
		s.d.strict = c.HasArg("strict")
		out, err := s.d.query(t.Context(), c.Input)
		if err != nil {
			return explain(err, c.Input)
		}
		return render(out, c.HasArg("sorted"), s.d.stats)
	default:
		t.Fatalf("no command %q", c.Cmd)
	}
	return ""
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
