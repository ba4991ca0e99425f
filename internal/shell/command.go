package shell

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

const sourceDepthMax = 16

const helpText = `Statements end with a semicolon. BEGIN; COMMIT; and ROLLBACK; open and end a transaction.

  :help                    this text
  :quit                    leave, as Ctrl-D does
  :param NAME EXPRESSION   set $NAME for the statements to come; => between them is optional
  :params                  list the parameters; ":params clear" forgets them
  :format table|csv|json   choose how results are printed
  :source FILE             run the statements of a file
  :begin :commit :rollback as the statements

Ctrl-C ends the running statement.`

// command runs a line that begins with a colon.
func (s *Shell) command(ctx context.Context, text string) error {
	text = strings.TrimRight(text, "; \t\r\n")
	name, rest := text, ""
	if i := strings.IndexFunc(text, unicode.IsSpace); i >= 0 {
		name, rest = text[:i], strings.TrimSpace(text[i:])
	}
	switch strings.ToLower(name) {
	case ":help", ":h", ":?":
		s.printf(s.o.Out, "%s\n", helpText)
		return nil
	case ":quit", ":q", ":exit":
		return errQuit
	case ":begin", ":commit", ":rollback":
		return s.statement(ctx, name[1:])
	case ":param":
		return s.param(ctx, rest)
	case ":params":
		return s.listParams(rest)
	case ":format":
		format, err := ParseFormat(rest)
		if err == nil {
			s.o.Format = format
		}
		return err
	case ":source":
		return s.source(ctx, rest)
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
	file, err := s.o.SourceFile(name)
	if err != nil {
		return err
	}
	s.depth++
	err = s.read(ctx, file)
	s.depth--
	return errors.Join(err, file.Close())
}
