package shell

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

const sourceDepthMax = 16

// command runs a line that begins with a colon.
func (s *Shell) command(ctx context.Context, text string) error {
	text = strings.TrimRight(text, "; \t\r\n")
	name, rest := text, ""
	if i := strings.IndexFunc(text, unicode.IsSpace); i >= 0 {
		name, rest = text[:i], strings.TrimSpace(text[i:])
	}
	for _, c := range commands() {
		if given := strings.ToLower(name); c.name == given || slices.Contains(c.aliases, given) {
			return c.run(s, ctx, rest)
		}
	}
	return fmt.Errorf("%s is not a command; :help lists them", name)
}

// param sets a parameter to what the server makes of an expression.
func (s *Shell) param(ctx context.Context, text string) error {
	end := strings.IndexFunc(text, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if end <= 0 {
		return errors.New("a parameter is set by :param NAME EXPRESSION, as in :param limit 10")
	}
	name, expression := text[:end], strings.TrimSpace(text[end:])
	for _, sign := range []string{"=>", ":", "="} {
		if rest, ok := strings.CutPrefix(expression, sign); ok {
			expression = strings.TrimSpace(rest)
			break
		}
	}
	if expression == "" {
		return fmt.Errorf("no value for $%s: :param %s EXPRESSION", name, name)
	}
	value, err := s.evaluate(ctx, expression)
	if err != nil {
		return fmt.Errorf("the value of $%s: %w", name, err)
	}
	s.params[name] = value
	s.say("$%s is %s", name, appendCypher(nil, value))
	return nil
}

// expressionError is the error of a statement that the shell has made of a user's expression.
type expressionError struct {
	text string // the statement, for the place of the error
	err  error
}

func (e *expressionError) Error() string { return e.err.Error() }

func (e *expressionError) Unwrap() error { return e.err }

// evaluate asks the server for the value of an expression.
func (s *Shell) evaluate(ctx context.Context, expression string) (any, error) {
	text := "RETURN " + expression + " AS value"
	rows, err := s.client.Run(ctx, text, s.params)
	if err != nil {
		return nil, &expressionError{text: text, err: err}
	}
	row, err := rows.Next(ctx)
	if err == nil {
		_, err = rows.Summary(ctx)
	}
	if err != nil {
		return nil, &expressionError{text: text, err: err}
	}
	if len(row) != 1 {
		return nil, fmt.Errorf("one value is wanted, not %d", len(row))
	}
	return row[0], nil
}

func (s *Shell) listParams(rest string) error {
	switch rest {
	case "clear":
		clear(s.params)
		return nil
	case "":
		for _, name := range slices.Sorted(maps.Keys(s.params)) {
			s.printf(s.o.Out, "$%s is %s\n", name, appendCypher(nil, s.params[name]))
		}
		return nil
	}
	return fmt.Errorf("%q is nothing that :params can do; :params or :params clear", rest)
}

// source runs the statements of a file; the first failure ends it.
func (s *Shell) source(ctx context.Context, name string) error {
	switch {
	case name == "":
		return errors.New("the file is missing: :source FILE")
	case s.o.SourceFile == nil:
		return errors.New("files cannot be read here")
	case s.depth >= sourceDepthMax:
		return fmt.Errorf("files are nested more than %d deep", sourceDepthMax)
	}
	file, size, err := s.o.SourceFile(name)
	if err != nil {
		return err
	}
	s.depth++
	outer, quiet, start := s.meter, s.quiet, s.o.Now()
	if s.o.Interactive {
		s.meter, s.quiet = s.newMeter(size), true
	}
	err = s.read(ctx, s.meter.reader(file))
	s.meter.clear()
	if s.o.Interactive && err == nil && s.meter != nil {
		s.say("%s run (%s)", counted(s.meter.statements, "statement"), rounded(s.o.Now().Sub(start)))
	}
	s.meter, s.quiet = outer, quiet
	s.depth--
	return errors.Join(err, file.Close())
}

// historyShown is how many lines :history lists.
const historyShown = 20

// listHistory lists the last lines that were typed.
func (s *Shell) listHistory(rest string) error {
	if s.history == nil {
		return errNoHistory
	}
	count := historyShown
	if rest != "" {
		var err error
		if count, err = strconv.Atoi(rest); err != nil || count < 1 {
			return fmt.Errorf("%q is no number of lines", rest)
		}
	}
	for i := max(0, s.history.Len()-count); i < s.history.Len(); i++ {
		line, err := s.history.GetLine(i)
		if err != nil {
			return err
		}
		s.printf(s.o.Out, "%5d  %s\n", i+1, strings.ReplaceAll(line, "\n", "\n       "))
	}
	return nil
}
