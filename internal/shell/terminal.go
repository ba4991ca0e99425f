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
		name := s.client.Database()
		if name == "" {
			name = "memgraphd"
		}
		if s.client.InTransaction() {
			name += "*"
		}
		return name + "> "
	})
	editor.Prompt.Secondary(func() string { return "        -> " })
	editor.AcceptMultiline = func(line []rune) bool { return spoken(string(line)) != "" || complete(string(line)) }
	editor.Completer = s.complete
	for name, value := range map[string]any{"completion-ignore-case": true, "menu-complete-display-prefix": true, "bell-style": "none", "enable-bracketed-paste": true} {
		if err := editor.Config.Set(name, value); err != nil {
			return fmt.Errorf("line editor: %s: %w", name, err)
		}
	}
	if s.o.Color {
		editor.SyntaxHighlighter = highlight
	}
	if s.o.HistoryFile != "" {
		if history, err := readline.NewHistoryFromFile(s.o.HistoryFile); err == nil {
			s.history = discreet{history}
			editor.History.Add("history", s.history)
		}
	}
	s.printf(s.o.Out, "Connected to %s.\nStatements end with a semicolon; :help lists commands, Tab completes, :quit or Ctrl-D leaves.\n", s.client.Server())
	for {
		line, err := editor.Readline()
		switch {
		case errors.Is(err, io.EOF):
			s.printf(s.o.Out, "\n")
			return nil
		case errors.Is(err, readline.ErrInterrupt):
			s.printf(s.o.Out, "\n")
			continue
		case err != nil:
			return fmt.Errorf("read from the terminal: %w", err)
		}
		if command := spoken(line); command != "" {
			line = command
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

// complete offers what may stand at the cursor, in the order of the groups.
func (s *Shell) complete(line []rune, cursor int) readline.Completions {
	var all []readline.Completion
	prefix, offered := "", map[string]bool{}
	for _, group := range s.suggest(string(line[:min(cursor, len(line))])) {
		for _, value := range group.values {
			if len(value) < len(group.prefix) || !strings.EqualFold(value[:len(group.prefix)], group.prefix) || offered[value] {
				continue
			}
			offered[value], prefix = true, group.prefix
			all = append(all, readline.Completion{Value: value, Display: value, Tag: group.kind})
		}
	}
	// Merging completions would shuffle them.
	offers := readline.CompleteRaw(all)
	offers.PREFIX = prefix
	return offers
}
