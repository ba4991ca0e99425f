package parser

import (
	"slices"
	"strings"
	"testing"
)

// TestInsteadOf says what there is in place of databases and modes, and nothing of other statements.
func TestInsteadOf(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"CREATE DATABASE": anotherServer, "DROP DATABASE": anotherServer, "CREATE PROFILE": "", "SHOW PROFILES": "",
		"STORAGE MODE":        "every database is IN_MEMORY_TRANSACTIONAL: no mode gives up what was committed",
		"CREATE GLOBAL INDEX": "patterns begin at nodes with a label: CREATE INDEX ON :Label(property)",
	} {
		if got := insteadOf(words); got != want {
			t.Errorf("%s: %q", words, got)
		}
	}
}

// TestInsteadIsElsewhere holds the table to the statements that are refused.
func TestInsteadIsElsewhere(t *testing.T) {
	t.Parallel()
	for _, i := range instead {
		if !slices.ContainsFunc(elsewhere, func(s string) bool { return strings.HasPrefix(s, i.words) }) {
			t.Errorf("%s is not refused", i.words)
		}
	}
}
