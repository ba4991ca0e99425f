package tck

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// expectedFile lists the scenarios that are known to fail.
const expectedFile = "testdata/expected.txt"

// readExpected reads the list of scenarios that are known to fail: one a line, as
// identity.String writes it. Empty lines and those that begin with # do not count.
func readExpected(path string) (map[string]bool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if out[line] {
			return nil, fmt.Errorf("%s lists %q twice", path, line)
		}
		out[line] = true
	}
	return out, nil
}

// writeExpected writes the list from what failed.
func writeExpected(path string, entries []entry) error {
	var failing []string
	for _, e := range entries {
		if e.Outcome == failed || e.Outcome == failedExpected {
			failing = append(failing, e.String()+"\n")
		}
	}
	slices.Sort(failing)
	text := "# Scenarios of the TCK that are known to fail; written by go test ./test/tck -tck.rewrite.\n" +
		strings.Join(slices.Compact(failing), "")
	return os.WriteFile(path, []byte(text), 0o600)
}
