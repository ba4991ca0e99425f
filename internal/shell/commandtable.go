package shell

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// shellCommand is a line that begins with a colon.
type shellCommand struct {
	name    string
	aliases []string
	takes   string // what follows the name, for :help
	about   string
	run     func(s *Shell, ctx context.Context, rest string) error
	values  func(s *Shell, word string) []string // completes what follows; nil: nothing does
}

// commands returns the commands in the order of :help.
func commands() []shellCommand { return slices.Concat(statementCommands(), displayCommands()) }

// statementCommands are about what is run.
func statementCommands() []shellCommand {
	transaction := func(keyword string) func(*Shell, context.Context, string) error {
		return func(s *Shell, ctx context.Context, _ string) error { return s.statement(ctx, keyword) }
	}
	return []shellCommand{
		{":help", []string{":h", ":?"}, "", "this text", func(s *Shell, _ context.Context, _ string) error { return s.help() }, nil},
		{":quit", []string{":q", ":exit"}, "", "leave, as Ctrl-D does", func(*Shell, context.Context, string) error { return errQuit }, nil},
		{":begin", nil, "", "open a transaction, as BEGIN; does", transaction("BEGIN"), nil},
		{":commit", nil, "", "end it and keep what it did", transaction("COMMIT"), nil},
		{":rollback", nil, "", "end it and undo what it did", transaction("ROLLBACK"), nil},
		{
			":param", nil, "NAME EXPRESSION", "set $NAME for the statements to come; => between them is optional",
			(*Shell).param, nil,
		},
		{
			":params", nil, "[clear]", "list the parameters, or forget them",
			func(s *Shell, _ context.Context, rest string) error { return s.listParams(rest) },
			func(*Shell, string) []string { return []string{"clear"} },
		},
		{":source", nil, "FILE", "run the statements of a file", (*Shell).source, (*Shell).fileNames},
		{
			":use", nil, "DATABASE", "run the statements to come on another database",
			(*Shell).use, func(s *Shell, _ string) []string { return s.databases() },
		},
	}
}

// displayCommands are about what is shown.
func displayCommands() []shellCommand {
	onOff := func(*Shell, string) []string { return []string{"on", "off"} }
	return []shellCommand{
		{
			":format", nil, strings.Join(Formats(), "|"), "choose how results are printed",
			func(s *Shell, _ context.Context, rest string) error { return s.setFormat(rest) },
			func(*Shell, string) []string { return Formats() },
		},
		{
			":pager", nil, "on|off", "show results that are longer than the screen page by page",
			func(s *Shell, _ context.Context, rest string) error { return s.toggle(&s.o.Paged, "the pager", rest) }, onOff,
		},
		{
			":timing", nil, "on|off", "print how long statements take",
			func(s *Shell, _ context.Context, rest string) error { return s.toggle(&s.timing, "timing", rest) }, onOff,
		},
		{
			":history", nil, "[N]", "list the last 20 or N lines that were typed",
			func(s *Shell, _ context.Context, rest string) error { return s.listHistory(rest) }, nil,
		},
		{":schema", nil, "", "labels, types, indexes and constraints", (*Shell).schema, nil},
		{":sysinfo", nil, "", "what the server says about itself, as SHOW STORAGE INFO does", func(s *Shell, ctx context.Context, _ string) error {
			return s.statement(ctx, "SHOW STORAGE INFO")
		}, nil},
		{":clear", nil, "", "clear the screen", func(s *Shell, _ context.Context, _ string) error { return s.clearScreen() }, nil},
	}
}

// help prints the commands.
func (s *Shell) help() error {
	s.printf(s.o.Out, "Statements end with a semicolon. BEGIN; COMMIT; and ROLLBACK; open and end a transaction.\n\n")
	for _, c := range commands() {
		usage := strings.TrimSpace(c.name + " " + c.takes)
		if len(usage) > 24 {
			s.printf(s.o.Out, "  %s\n  %24s %s\n", usage, "", c.about)
			continue
		}
		s.printf(s.o.Out, "  %-24s %s\n", usage, c.about)
	}
	s.printf(s.o.Out, "\nTab completes, Ctrl-R searches the history, Ctrl-C ends the running statement.\n")
	return nil
}

// use changes the database.
func (s *Shell) use(ctx context.Context, name string) error {
	name = strings.Trim(name, "`")
	if err := s.client.Use(ctx, name); err != nil {
		return err
	}
	s.known.at = time.Time{}
	if name == "" {
		name = "your home database"
	}
	s.say("Statements run on %s from here on.", name)
	return nil
}

// databases are the names that :use takes.
func (s *Shell) databases() []string {
	if s.client.InTransaction() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), namesTimeMax)
	defer cancel()
	found, err := s.column(ctx, "SHOW DATABASES")
	if err != nil {
		return nil
	}
	return slices.Compact(found)
}

func (s *Shell) setFormat(name string) error {
	format, err := ParseFormat(name)
	if err == nil {
		s.o.Format = format
	}
	return err
}

// toggle turns something on or off.
func (s *Shell) toggle(what *bool, name, rest string) error {
	switch rest {
	case "on":
		*what = true
	case "off":
		*what = false
	case "":
		*what = !*what
	default:
		return fmt.Errorf("%s is on or off, and not %s", name, rest)
	}
	state := "off"
	if *what {
		state = "on"
	}
	s.say("%s is %s", name, state)
	return nil
}

// schema prints what the database has names for.
func (s *Shell) schema(ctx context.Context, _ string) error {
	for _, text := range []string{
		"CALL db.labels() YIELD label RETURN label ORDER BY label",
		"CALL db.relationshipTypes() YIELD relationshipType RETURN relationshipType ORDER BY relationshipType",
		"SHOW INDEX INFO", "SHOW CONSTRAINT INFO",
	} {
		if err := s.statement(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// clearScreen clears the screen of a terminal.
func (s *Shell) clearScreen() error {
	if s.o.Interactive {
		s.printf(s.o.Out, "\x1b[H\x1b[2J")
	}
	return nil
}

// fileNames completes the name of a file.
func (s *Shell) fileNames(word string) []string {
	if s.o.ListFiles == nil {
		return nil
	}
	found, err := s.o.ListFiles(word)
	if err != nil {
		return nil
	}
	return found
}

// errNoHistory reports a shell that remembers nothing.
var errNoHistory = errors.New("there is no history here")
