// Package shellcommand is the shell as a command: its flags, its profile file, and the terminal that it runs in. What the
// shell does is in internal/shell.
package shellcommand

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"memgraphd/cmd/memgraphd/internal/exit"
	"memgraphd/internal/client"
	commands "memgraphd/internal/command"
	"memgraphd/internal/shell"
)

// shellFlags are the flags of the shell; many have the names of mgconsole and cypher-shell.
type shellFlags struct {
	commands.Connection
	format     string
	statements string
	file       string
	history    string
	noHist     bool
	params     []string
	keepGoing  bool
	piped      bool
	color      string
	pager      string
	wrap       bool
	profile    string
	profiles   string
}

// New returns the command.
func New(env commands.Env) *cobra.Command {
	var f shellFlags
	cmd := &cobra.Command{
		Use:   "shell [STATEMENTS]",
		Short: "Run statements against a server",
		Long: "Run statements against a server: from the terminal, from standard input, from --file, or from the command line.\n" +
			"Statements end with a semicolon. Without a terminal, the first error ends the shell with exit code 1.\n" +
			"Flags may stand in the profile file, a --flag=value a line, and below a line [name] those of --profile=name.",
		Args:          commands.Arguments(cobra.MaximumNArgs(1)),
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := readProfile(cmd.Flags(), f.profiles, f.profile, os.ReadFile); err != nil {
				return exit.With(exit.Usage, err)
			}
			if len(args) == 1 {
				if f.statements != "" {
					return exit.With(exit.Usage, errors.New("statements are given twice: in --command and behind the flags"))
				}
				f.statements = args[0]
			}
			return f.run(cmd.Context(), env)
		},
	}
	flags := cmd.Flags()
	f.Add(cmd)
	f.AddShort(cmd)
	flags.Lookup("password").Usage = "the user's password; asked for in a terminal when there is a user and no password"
	flags.StringVar(&f.format, "output-format", "table", strings.Join(shell.Formats(), ", "))
	flags.StringVar(&f.format, "format", "table", "the same as --output-format, by cypher-shell's name")
	flags.StringVarP(&f.statements, "command", "c", "", "statements to run instead of reading any")
	flags.StringVarP(&f.file, "file", "f", "", "file of statements to run instead of reading any")
	flags.StringVar(&f.history, "history", homeFile("shell_history"), "file that remembers what was typed")
	flags.BoolVar(&f.noHist, "no-history", false, "remember nothing")
	flags.StringArrayVarP(&f.params, "param", "P", nil, "a parameter, as NAME=>EXPRESSION; may be given many times")
	flags.BoolVar(&f.keepGoing, "fail-at-end", false, "go on after errors, and exit with 1 at the end")
	flags.BoolVar(&f.piped, "non-interactive", false, "behave as without a terminal")
	flags.StringVar(&f.color, "color", "auto", "colours: auto, always or never; NO_COLOR turns them off too")
	flags.StringVar(&f.pager, "pager", "", "program for results that are longer than the screen; default $PAGER, or less; none for none")
	flags.BoolVar(&f.wrap, "wrap", true, "wrap what is too wide for a column of a table that is too wide for the screen")
	flags.StringVar(&f.profile, "profile", "", "section of the profile file to take flags from")
	flags.StringVar(&f.profiles, "profile-file", homeFile("shell.conf"), "file of flags")
	return cmd
}

// homeFile is a file in the directory that the shell has in the user's home; "" where there is none.
func homeFile(name string) string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".memgraph", name)
}

func (f *shellFlags) run(ctx context.Context, env commands.Env) error {
	format, err := shell.ParseFormat(f.format)
	if err != nil {
		return exit.With(exit.Usage, fmt.Errorf("--output-format: %w", err))
	}
	if f.statements != "" && f.file != "" {
		return exit.With(exit.Usage, errors.New("--command and --file cannot both say what to run"))
	}
	terminal := term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
	interactive := terminal && f.statements == "" && f.file == "" && !f.piped
	o, err := f.Options(env.FS, "memgraphd-shell/"+env.Version)
	if err != nil {
		return err
	}
	if o.User != "" && o.Password == "" && interactive {
		if o.Password, err = askPassword(env.Stderr); err != nil {
			return err
		}
	}
	so := shell.Options{
		Format: format, In: os.Stdin, Out: env.Stdout, Err: env.Stderr, Command: f.statements, Interactive: interactive, Now: env.Now,
		SourceFile: openSource, Params: f.params, KeepGoing: f.keepGoing, ListFiles: listFiles,
		Progress: env.Terminal && f.statements == "",
	}
	if so.Color, err = f.colored(interactive); err != nil {
		return exit.With(exit.Usage, err)
	}
	if interactive {
		f.dress(&so, env.Stderr)
	}
	in, size, err := f.input()
	if err != nil {
		return err
	}
	so.In, so.InSize = in, size
	c, err := client.Connect(ctx, o)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	err = errors.Join(shell.New(c, so).Run(ctx), c.Close(ctx), in.Close())
	if errors.Is(err, shell.ErrFailed) {
		return &exit.Error{Code: exit.Failure, Err: err, Silent: true}
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
