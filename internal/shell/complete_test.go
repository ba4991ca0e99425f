package shell

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/reeflective/readline"
	"pgregory.net/rapid"
)

// offline is a shell that knows the names of a database and asks nobody.
func offline() *Shell {
	now := time.Unix(1, 0)
	s := New(nil, Options{Now: func() time.Time { return now }, ListFiles: func(string) ([]string, error) { return []string{"a.cypher"}, nil }})
	s.params["limit"] = int64(1)
	s.known = names{
		at: now, labels: []string{"Odd One", "Person", "Place"}, types: []string{"KNOWS", "LIKES"}, keys: []string{"name", "born", "birthday"},
		functions: []string{"abs", "apoc.text.join", "endNode"}, procedures: []string{"db.labels", "db.propertyKeys"},
	}
	return s
}

// TestComplete reads testdata/complete: each line of "complete" is a text that ends at the cursor.
func TestComplete(t *testing.T) {
	s := offline()
	datadriven.RunTest(t, "testdata/complete", func(t *testing.T, d *datadriven.TestData) string {
		t.Helper()
		var b strings.Builder
		for line := range strings.Lines(d.Input) {
			line = strings.TrimSuffix(line, "\n")
			fmt.Fprintf(&b, "%s▸", line)
			text := []rune(strings.ReplaceAll(line, "¶", "\n"))
			var kinds []string
			offered := map[string][]string{}
			offers := s.complete(text, len(text))
			offers.EachValue(func(c readline.Completion) readline.Completion {
				if len(kinds) == 0 || kinds[len(kinds)-1] != c.Tag {
					kinds = append(kinds, c.Tag)
				}
				offered[c.Tag] = append(offered[c.Tag], c.Value)
				return c
			})
			for _, kind := range kinds {
				fmt.Fprintf(&b, " %s %q", kind, offered[kind])
			}
			b.WriteByte('\n')
		}
		return b.String()
	})
}

// TestHighlight colours texts, and any text: what is left without colours is the text.
func TestHighlight(t *testing.T) {
	for text, want := range map[string]string{
		"MATCH (n:Person) // x": "{k}MATCH{} (n:{n}Person{}){c} // x{}",
		"return 'a', 1.5, $p":   "{k}return{} {s}'a'{}, {i}1.5{}, {n}$p{}",
		"RETURN n.match, 'x":    "{k}RETURN{} n.match, {w}'x{}",
		":param x 1":            "{k}:param{} x 1",
	} {
		got := strings.NewReplacer(keywordColor, "{k}", nameColor, "{n}", stringColor, "{s}", numberColor, "{i}", wrongColor, "{w}",
			commentColor, "{c}", plainColor, "{}").Replace(highlight([]rune(text)))
		if got != want {
			t.Errorf("%s becomes %s, want %s", text, got, want)
		}
	}
	colors := regexp.MustCompile("\x1b\\[[0-9;]*m")
	s := offline()
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"MATCH ", "(", ")", "[", "{", ":", ".", "n", "'", "`", "/*", "//", "\n", "$", ",", ";", "é", "|", "CALL "})
		text := strings.Join(rapid.SliceOf(piece).Draw(t, "text"), "")
		if got := colors.ReplaceAllString(highlight([]rune(text)), ""); got != text {
			t.Fatalf("%q becomes %q", text, got)
		}
		for _, group := range s.suggest(text) {
			if !strings.HasSuffix(text, group.prefix) {
				t.Fatalf("%q does not end with %q", text, group.prefix)
			}
		}
	})
}
