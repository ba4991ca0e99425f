package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	commands "memgraphd/internal/command"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/shell"
)

// shellFlags are the flags of the shell.
type shellFlags struct {
	commands.Connection
	format     string
	statements string
	history    string
	noHist     bool
}

func newShell(stdout, stderr io.Writer) *cobra.Command {
	var f shellFlags
	cmd := &cobra.Command{
		Use:   "shell",
		Short: "Run statements against a server",
		Long: "Run statements against a server: from the terminal, from standard input, or from --command.\n" +
			"Statements end with a semicolon. Without a terminal, the first error ends the shell with exit code 1.",
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runShell(cmd.Context(), f, stdout, stderr)
		},
	}
	flags := cmd.Flags()
	f.Add(cmd)
	flags.Lookup("password").Usage = "the user's password; asked for in a terminal when there is a user and no password"
	flags.StringVar(&f.format, "output-format", "table", "table, csv or json")
	flags.StringVarP(&f.statements, "command", "c", "", "statements to run instead of reading any")
	flags.StringVar(&f.history, "history", defaultHistory(), "file that remembers what was typed")
	flags.BoolVar(&f.noHist, "no-history", false, "remember nothing")
	return cmd
}

func defaultHistory() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".memgraph", "shell_history")
}

func runShell(ctx context.Context, f shellFlags, stdout, stderr io.Writer) error {
	format, err := shell.ParseFormat(f.format)
	if err != nil {
		return exit(exitUsage, fmt.Errorf("--output-format: %w", err))
	}
	interactive := f.statements == "" && term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
	o, err := f.Options(vfs.OS(), "memgraphd-shell/"+versionName())
	if err != nil {
		return err
	}
	if o.User != "" && o.Password == "" && interactive {
		if o.Password, err = askPassword(stderr); err != nil {
			return err
		}
	}
	c, err := commands.Connect(ctx, o)
	if err != nil {
		return err
	}
	so := shell.Options{
		Format: format, In: os.Stdin, Out: stdout, Err: stderr, Command: f.statements, Interactive: interactive, Now: time.Now,
		SourceFile: func(name string) (io.ReadCloser, error) { return os.Open(name) },
	}
	if interactive && !f.noHist {
		if so.HistoryFile, err = prepareHistory(f.history); err != nil {
			so.HistoryFile = ""
			if _, err = fmt.Fprintf(stderr, "no history: %v\n", err); err != nil {
				return err
			}
		}
	}
	err = errors.Join(shell.New(c, so).Run(ctx), c.Close(ctx))
	if errors.Is(err, shell.ErrFailed) {
		return &exitError{code: exitFailure, err: err, silent: true}
	}
	return err
}

// prepareHistory makes sure that the history file exists and is the user's alone.
func prepareHistory(name string) (string, error) {
	if name == "" {
		return "", nil
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return "", err
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	return name, file.Close()
}

func askPassword(stderr io.Writer) (string, error) {
	if _, err := fmt.Fprint(stderr, "Password: "); err != nil {
		return "", err
	}
	password, err := term.ReadPassword(int(os.Stdin.Fd()))
	if _, printErr := fmt.Fprintln(stderr); printErr != nil {
		err = errors.Join(err, printErr)
	}
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return string(password), nil
}
