package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/reeflective/readline"

	"memgraphd/internal/statement"
)

// interact reads statements from a terminal, with line editing, until Ctrl-D or :quit.
func (s *Shell) interact(ctx context.Context) error {
	editor := readline.NewShell()
	editor.Prompt.Primary(func() string {
		if s.client.InTransaction() {
			return "memgraphd*> "
		}
		return "memgraphd> "
	})
	editor.Prompt.Secondary(func() string { return "        -> " })
	editor.AcceptMultiline = func(line []rune) bool { return complete(string(line)) }
	editor.Completer = completeWord
	if s.o.HistoryFile != "" {
		if history, err := readline.NewHistoryFromFile(s.o.HistoryFile); err == nil {
			editor.History.Add("history", discreet{history})
		}
	}
	s.printf(s.o.Out, "Connected to %s.\nStatements end with a semicolon; :help lists commands, :quit or Ctrl-D leaves.\n", s.client.Server())
	for {
		line, err := editor.Readline()
		switch {
		case errors.Is(err, io.EOF):
			s.printf(s.o.Out, "\n")
			return nil
		case errors.Is(err, readline.ErrInterrupt):
			continue
		case err != nil:
			return fmt.Errorf("read from the terminal: %w", err)
		}
		if err := s.read(ctx, strings.NewReader(line)); err != nil && !errors.Is(err, ErrFailed) {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// discreet is a history that keeps no passwords.
type discreet struct{ readline.History }

// Write remembers a line, unless it tells a password.
func (d discreet) Write(line string) (int, error) {
	if statement.Masked(line) != line {
		return d.Len(), nil
	}
	return d.History.Write(line)
}

// words are offered for completion, in the case in which the user began.
const words = "ALL AND AS ASC BY CALL CASE CONTAINS COUNT CREATE CSV DATA DELETE DESC DETACH DIRECTORY DISTINCT DROP ELSE END ENDS " +
	"EXISTS EXPLAIN FALSE FOREACH FROM HEADER IN INDEX INFO IS LIMIT LOAD LOCK MATCH MERGE NO NOT NULL ON OPTIONAL OR ORDER PROFILE " +
	"REMOVE RETURN SET SHOW SKIP SNAPSHOT SNAPSHOTS STARTS STORAGE THEN TRUE UNION UNLOCK UNWIND WHEN WHERE WITH XOR " +
	"BEGIN COMMIT ROLLBACK"

// completeWord offers the keywords that begin with the word before the cursor.
func completeWord(line []rune, cursor int) readline.Completions {
	start := min(cursor, len(line))
	for start > 0 && (line[start-1] >= 'a' && line[start-1] <= 'z' || line[start-1] >= 'A' && line[start-1] <= 'Z') {
		start--
	}
	prefix := string(line[start:min(cursor, len(line))])
	if prefix == "" {
		return readline.CompleteValues()
	}
	lower := prefix == strings.ToLower(prefix)
	var found []string
	for word := range strings.FieldsSeq(words) {
		if !strings.HasPrefix(word, strings.ToUpper(prefix)) {
			continue
		}
		if lower {
			word = strings.ToLower(word)
		}
		found = append(found, word)
	}
	return readline.CompleteValues(found...)
}
