package parser

import "testing"

// TestInsteadOf says what there is in place of databases and modes, and nothing of other statements.
func TestInsteadOf(t *testing.T) {
	t.Parallel()
	const another = "a server has one database, memgraph; start another server, with a data directory and a port of its own, for another one"
	for words, want := range map[string]string{
		"CREATE DATABASE": another, "DROP DATABASE": another, "CREATE TRIGGER": "", "GRANT DATABASE": "",
		"STORAGE MODE": "every database is IN_MEMORY_TRANSACTIONAL: no mode gives up what was committed",
	} {
		if got := insteadOf(words); got != want {
			t.Errorf("%s: %q", words, got)
		}
	}
}
