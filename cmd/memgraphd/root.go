package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"memgraphd/cmd/memgraphd/internal/configure"
	"memgraphd/cmd/memgraphd/internal/exit"
	"memgraphd/cmd/memgraphd/internal/healthcommand"
	"memgraphd/cmd/memgraphd/internal/manual"
	"memgraphd/cmd/memgraphd/internal/server"
	"memgraphd/cmd/memgraphd/internal/serverflags"
	"memgraphd/cmd/memgraphd/internal/shellcommand"
	commands "memgraphd/internal/command"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/spelling"
)

const usage = `Usage:
  memgraphd [flags]           serve
  memgraphd [command]

Commands:{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}}  {{.Short}}{{end}}{{end}}

Flags ("-" and "_" are the same in their names; the environment variable of --bolt-port is MEMGRAPH_BOLT_PORT):
%s`

// newRoot returns the command tree. The root command's flags are read by internal/config, in the syntax of flag
// files; cobra knows them for its help and for completion.
func newRoot(stdout, stderr io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:                "memgraphd",
		Short:              "A graph database that speaks Bolt and openCypher",
		Long:               "memgraphd is an in-memory graph database that speaks Bolt and openCypher and keeps every acknowledged commit.",
		DisableFlagParsing: true,
		SilenceErrors:      true,
		SilenceUsage:       true,
		Args:               cobra.ArbitraryArgs,
		ValidArgsFunction:  serverflags.Complete,
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, arg := range args {
				switch strings.TrimLeft(arg, "-") {
				case "help", "h":
					if arg[0] == '-' {
						return cmd.Help()
					}
				case "version":
					return printVersion(stdout)
				}
			}
			if err := misspelt(cmd, args); err != nil {
				return err
			}
			return server.Run(cmd.Context(), server.Options{Args: args, Stderr: stderr, Version: versionName(), Build: buildName()})
		},
	}
	root.SetOut(stdout)
	root.SetErr(stderr)
	serverflags.Add(root.Flags())
	env := commands.Env{
		Stdin: os.Stdin, Stdout: stdout, Stderr: stderr, Terminal: isTerminal(stderr), Now: time.Now, FS: vfs.OS(), Version: versionName(),
	}
	root.AddCommand(newVersion(stdout), shellcommand.New(env), healthcommand.New(stdout), configure.New(stdout, stderr), manual.New(env.Version))
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		cmd.SetUsageTemplate(new(cobra.Command).UsageTemplate())
		cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return exit.With(exit.Usage, commands.FlagError(cmd, err)) })
	}
	root.AddCommand(offline(env)...)
	root.SetUsageTemplate(fmt.Sprintf(usage, serverflags.Usages()))
	return root
}

// misspelt reports a first argument that is nearly a command.
func misspelt(root *cobra.Command, args []string) error {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return nil
	}
	var names []string
	for _, cmd := range root.Commands() {
		names = append(names, cmd.Name())
	}
	if near := spelling.Nearest(args[0], names); near != "" {
		return exit.With(exit.Usage, fmt.Errorf("%q is neither a flag nor a command; did you mean memgraphd %s?", args[0], near))
	}
	return nil
}

func newVersion(stdout io.Writer) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  commands.Arguments(cobra.NoArgs),
		RunE:  func(*cobra.Command, []string) error { return printVersion(stdout) },
	}
}

func printVersion(w io.Writer) error {
	_, err := fmt.Fprintf(w, "memgraphd %s (%s)\n", versionName(), buildName())
	return err
}

// offline returns the commands that work on files and repositories.
func offline(env commands.Env) []*cobra.Command {
	list := []*cobra.Command{
		commands.NewBackup(env),
		commands.NewRestore(env),
		commands.NewInspect(env),
		commands.NewKeygen(env),
		commands.NewPrune(env),
		commands.NewVerify(env),
		commands.NewRepair(env),
		commands.NewDump(env),
		commands.NewImport(env),
	}
	for _, cmd := range list {
		cmd.SetUsageTemplate(new(cobra.Command).UsageTemplate())
	}
	return list
}

// isTerminal tells whether what is written there is seen on a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
