package docs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"memgraphd/internal/query"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// wrongMin is how many wrong statements the files must hold at least.
const wrongMin = 150

// TestWrong runs the wrong statements of testdata/wrong, one a line, on an empty graph, and
// compares what each gets: type and phase, Neo4j's code, GQL status, and the message with
// the place and what to do.
func TestWrong(t *testing.T) {
	total := 0
	datadriven.Walk(t, "testdata/wrong", func(t *testing.T, path string) {
		t.Helper()
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			t.Helper()
			var out strings.Builder
			for line := range strings.Lines(d.Input) {
				total++
				text := strings.TrimSuffix(line, "\n")
				fmt.Fprintf(&out, "%s\n    %s\n", text, wrong(t, text))
			}
			return out.String()
		})
	})
	if total < wrongMin {
		t.Errorf("there are only %d wrong statements", total)
	}
}

// wrong describes the error that a statement gets.
func wrong(t *testing.T, text string) string {
	t.Helper()
	s := open(t).NewSession(query.SessionOptions{ID: "wrong"})
	defer s.Close()
	var sunk []string
	r, err := s.Run(t.Context(), text, value.Null, query.TxOptions{})
	if err == nil {
		_, err = r.Pull(t.Context(), -1, collect(&sunk))
		r.Close()
	}
	f := failure.Of(err)
	switch {
	case err == nil:
		t.Errorf("nothing is wrong with %s", text)
		return "no error"
	case f == nil:
		t.Errorf("%s gives an error without code: %v", text, err)
		return err.Error()
	case f.Detail == "InternalError":
		t.Errorf("%s: %v", text, err)
	case f.Type == failure.SyntaxError && f.Position == nil:
		t.Errorf("%s: the error has no place: %v", text, err)
	}
	return fmt.Sprintf("%s %s, %s at %s\n    %s", f.GQL, f.Code, f.Type, f.Phase, f.Error())
}
