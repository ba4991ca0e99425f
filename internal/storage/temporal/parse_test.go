package temporal

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// parsers reads each type of instant and writes its canonical text.
var parsers = map[string]func(string) (string, error){
	"date":          func(s string) (string, error) { d, err := ParseDate(s); return d.String(), err },
	"localtime":     func(s string) (string, error) { t, err := ParseLocalTime(s); return t.String(), err },
	"time":          func(s string) (string, error) { t, err := ParseTime(s, 0); return t.String(), err },
	"localdatetime": func(s string) (string, error) { t, err := ParseLocalDateTime(s); return t.String(), err },
	"datetime":      func(s string) (string, error) { t, err := ParseDateTime(s, nil); return t.String(), err },
}

// TestParse reads each line of testdata/parse as the type that its command names.
func TestParse(t *testing.T) {
	datadriven.Walk(t, "testdata/parse", func(t *testing.T, path string) {
		t.Helper()
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			t.Helper()
			parse := parsers[d.Cmd]
			if parse == nil {
				d.Fatalf(t, "no type %s", d.Cmd)
			}
			var out strings.Builder
			for text := range strings.SplitSeq(d.Input, "\n") {
				if got, err := parse(text); err != nil {
					fmt.Fprintln(&out, err)
				} else {
					fmt.Fprintf(&out, "%s = %s\n", text, got)
				}
			}
			return out.String()
		})
	})
}

func TestParseLongText(t *testing.T) {
	for kind, parse := range parsers {
		if _, err := parse(strings.Repeat("1", 1<<20)); err == nil || len(err.Error()) > 1000 {
			t.Errorf("%s: a text of a megabyte gives %v", kind, err)
		}
	}
}
