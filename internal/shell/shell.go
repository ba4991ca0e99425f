package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/reeflective/readline"

	"memgraphd/internal/client"
	"memgraphd/internal/statement"
)

// ErrFailed means that a statement failed and that the user has been told why.
var ErrFailed = errors.New("a statement failed")

// statementTimeMax is longer than anybody waits for a statement; the server's own limit is what counts.
const statementTimeMax = 1000 * time.Hour

// errQuit ends the shell without an error.
var errQuit = errors.New("quit")

// Options says what the shell reads and writes.
type Options struct {
	Format      Format
	In          io.Reader // statements, unless Command or Terminal is given
	Out, Err    io.Writer
	Command     string     // statements to run instead of reading any
	Interactive bool       // a terminal: prompts, line editing, and errors do not end the shell
	HistoryFile string     // of the terminal; it has to exist; "" for none
	SourceFile  sourceFile // opens a file for :source; nil for none
	Now         func() time.Time

	Params    []string                       // NAME=>EXPRESSION, set before the first statement
	KeepGoing bool                           // a failure does not end a script, only its exit status tells
	Color     bool                           // of a terminal
	Paged     bool                           // results that are longer than the screen go through Pager
	Pager     func() (io.WriteCloser, error) // opens one; Close waits for the user; nil for none
	Size      func() (columns, rows int)     // of the terminal; nil: tables are as wide as need be
	Progress  bool                           // Err is a terminal that progress can be drawn on
	InSize    int64                          // of In, where that is a file
	ListFiles func(prefix string) ([]string, error)
}

// sourceFile opens a file and tells its size, or 0 where that is not known.
type sourceFile func(name string) (file io.ReadCloser, size int64, err error)

// Shell runs statements on one connection.
type Shell struct {
	o      Options
	client *client.Client
	params map[string]any
	depth  int   // of :source
	lost   error // the first error of writing a line about what happened

	timing  bool // times are printed
	failed  bool // a statement failed, and the script went on
	meter   *meter
	quiet   bool // statements without rows are not worth a line
	known   names
	history readline.History // nil where nothing is remembered
}

// New returns a shell on a connection, which stays the caller's to close.
func New(c *client.Client, o Options) *Shell {
	return &Shell{o: o, client: c, params: map[string]any{}, timing: true}
}

// Run reads and runs statements until the input ends. It returns ErrFailed when one failed and the shell is not
// interactive.
func (s *Shell) Run(ctx context.Context) error {
	err := s.setParams(ctx)
	switch {
	case err != nil:
	case s.o.Command != "":
		err = s.read(ctx, strings.NewReader(s.o.Command))
	case s.o.Interactive:
		err = s.interact(ctx)
	default:
		s.meter = s.newMeter(s.o.InSize)
		err = s.read(ctx, s.meter.reader(s.o.In))
		s.meter.clear()
	}
	if errors.Is(err, errQuit) {
		err = nil
	}
	if err == nil && s.failed {
		err = ErrFailed
	}
	if err == nil && s.client.InTransaction() {
		s.say("The open transaction is rolled back.")
		err = s.client.Rollback(ctx)
	}
	return errors.Join(err, s.lost)
}

// read runs the statements of a text as they come; the first failure ends it.
func (s *Shell) read(ctx context.Context, in io.Reader) error {
	return statement.Each(in, func(st statement.Statement) error {
		err := s.execute(ctx, st)
		s.meter.count()
		if s.o.KeepGoing && errors.Is(err, ErrFailed) && ctx.Err() == nil {
			s.failed = true
			return nil
		}
		return err
	})
}

// setParams sets the parameters that the command line gives.
func (s *Shell) setParams(ctx context.Context) error {
	for _, text := range s.o.Params {
		if err := s.param(ctx, strings.TrimSpace(text)); err != nil {
			return fmt.Errorf("--param %s: %s", text, describe(err, ""))
		}
	}
	return nil
}

// execute runs one statement or command and tells the user how it went. Ctrl-C ends it.
func (s *Shell) execute(ctx context.Context, st statement.Statement) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	// The driver watches only contexts that have a deadline while it reads.
	ctx, cancel := context.WithTimeout(ctx, statementTimeMax)
	defer cancel()
	var err error
	if strings.HasPrefix(st.Text, ":") {
		err = s.command(ctx, st.Text)
	} else {
		err = s.statement(ctx, st.Text)
	}
	if err == nil || errors.Is(err, errQuit) || errors.Is(err, ErrFailed) {
		return err
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		err = context.Canceled // the driver's own error need not say so
	}
	where := ""
	if !s.o.Interactive && s.o.Command == "" {
		where = fmt.Sprintf("statement at line %d of the input: ", st.Line)
	}
	text := st.Text
	if inner := new(expressionError); errors.As(err, &inner) {
		text = inner.text
	}
	message := describe(err, text)
	if where != "" && strings.Contains(message, "^\n") {
		where = strings.TrimSpace(where) + "\n"
	}
	if s.o.Color {
		message = wrongColor + message + plainColor
	}
	s.printf(s.o.Err, "%s%s\n", where, message)
	if s.client.InTransaction() {
		s.printf(s.o.Err, "The transaction is rolled back.\n")
		if err := s.client.Rollback(context.WithoutCancel(ctx)); err != nil && neo4j.IsConnectivityError(err) {
			s.printf(s.o.Err, "%s\n", describe(err, ""))
		}
	}
	return ErrFailed
}

// printf writes a line for the user; what cannot be written is reported at the end of Run.
func (s *Shell) printf(w io.Writer, format string, args ...any) {
	s.meter.clear()
	if _, err := fmt.Fprintf(w, format, args...); err != nil && s.lost == nil {
		s.lost = fmt.Errorf("write: %w", err)
	}
}

// say prints a line about what happened, in the format that is for people.
func (s *Shell) say(format string, args ...any) {
	if s.o.Format == Table {
		s.printf(s.o.Out, format+"\n", args...)
	}
}

func (s *Shell) done(err error, message string) error {
	if err == nil {
		s.say("%s", message)
	}
	return err
}
