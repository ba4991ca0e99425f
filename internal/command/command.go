// Package command has the commands of memgraphd that work on files and repositories:
// what they take, what they print, and how they end. The work itself is done by the
// packages of internal/durability.
//
// All of them keep the same manners. The result goes to standard output, as text or with
// --json as one JSON object; progress goes to standard error, as bars on a terminal, as
// plain lines elsewhere, with --json as JSON lines. The exit status is 0 when everything
// is good, 1 when the command failed, 64 when it was called in a wrong way; verify has
// more of them.
package command

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"memgraphd/internal/command/progress"
	"memgraphd/internal/durability/vfs"
)

// The exit statuses that all commands share.
const (
	StatusFailed = 1
	StatusUsage  = 64
)

// The exit statuses of the commands that look for damage.
const (
	StatusWarned  = 2 // all commits can be had, and there is something to know
	StatusDamaged = 3 // something is damaged, and all commits can be had
	StatusLost    = 4 // commits are lost
)

// Env is the world around a command.
type Env struct {
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	// Terminal means that standard error is a terminal that bars can be drawn on.
	Terminal bool
	Now      func() time.Time
	FS       vfs.FS
	Version  string // of this program
}

// StatusError ends a command with an exit status.
type StatusError struct {
	Status int
	Err    error // nil where the command has said everything
}

// Error says why.
func (e *StatusError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit status %d", e.Status)
	}
	return e.Err.Error()
}

// Unwrap returns the cause.
func (e *StatusError) Unwrap() error { return e.Err }

// Usage is the error of a command that was called in a wrong way.
func Usage(err error) error { return &StatusError{Status: StatusUsage, Err: err} }

// output are the flags that every command has, and what follows from them.
type output struct {
	env   Env
	json  bool
	quiet bool
}

// newCommand returns a command with the flags for its output. run is what it does.
func newCommand(env Env, cmd *cobra.Command, run func(cmd *cobra.Command, out *output, args []string) error) *cobra.Command {
	out := &output{env: env}
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.Flags().BoolVar(&out.json, "json", false, "print the result as one JSON object, and progress as JSON lines")
	cmd.Flags().BoolVarP(&out.quiet, "quiet", "q", false, "tell nothing about progress")
	if cmd.Args != nil {
		cmd.Args = Arguments(cmd.Args)
	}
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return Usage(FlagError(cmd, err)) })
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return run(cmd, out, args) }
	return cmd
}

// reporter returns what tells about progress. The caller closes it.
func (o *output) reporter() *progress.Reporter {
	mode := progress.Lines
	switch {
	case o.quiet:
		mode = progress.Quiet
	case o.json:
		mode = progress.JSON
	case o.env.Terminal:
		mode = progress.Bars
	}
	return progress.New(progress.Options{Out: o.env.Stderr, Mode: mode, Now: o.env.Now})
}

// result prints the result: v with --json, else what text writes.
func (o *output) result(v any, text func(w io.Writer) error) error {
	if !o.json {
		return text(o.env.Stdout)
	}
	line, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("the result as JSON: %w", err)
	}
	_, err = fmt.Fprintf(o.env.Stdout, "%s\n", line)
	return err
}
