package expr_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"memgraphd/internal/storage/value"
)

// TestText evaluates the expressions in testdata, one a line. "rows" sets the columns that
// they may use, each as the elements of a list; without it there is one row.
func TestText(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		t.Helper()
		f := newFixture()
		random := rand.New(rand.NewPCG(3, 4))
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			t.Helper()
			if d.Cmd == "rows" {
				f = newFixture()
			}
			var out strings.Builder
			for line := range strings.Lines(d.Input) {
				line = strings.TrimSpace(line)
				if d.Cmd == "rows" {
					name, list, _ := strings.Cut(line, "=")
					f.set(strings.TrimSpace(name), evalOne(t, strings.TrimSpace(list)))
					continue
				}
				out.WriteString(evalText(t, f, line, random))
				out.WriteByte('\n')
			}
			return out.String()
		})
	})
}

func evalText(t *testing.T, f *fixture, line string, random *rand.Rand) string {
	t.Helper()
	e, err := f.compile(line)
	if err != nil {
		return showError(err)
	}
	xs, err := f.check(t, line, e, random)
	if err != nil {
		return showError(err)
	}
	var parts []string
	for _, x := range xs {
		parts = append(parts, show(x))
	}
	return strings.Join(parts, " | ")
}

func evalOne(tb testing.TB, text string) value.Value {
	tb.Helper()
	f := newFixture()
	e, err := f.compile(text)
	if err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	xs, err := f.eval(f.context(), e, nil)
	if err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	return xs[0]
}
