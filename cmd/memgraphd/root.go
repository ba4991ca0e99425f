package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"memgraphd/cmd/memgraphd/internal/exit"
	commands "memgraphd/internal/command"
	"memgraphd/internal/config"
	"memgraphd/internal/spelling"
)

const systemConfig = "/etc/memgraph/memgraph.conf"

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
		ValidArgsFunction:  completeFlags,
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
			return serve(cmd.Context(), args, stderr)
		},
	}
	root.SetOut(stdout)
	root.SetErr(stderr)
	addFlags(root.Flags())
	root.AddCommand(newVersion(stdout), newShell(stdout, stderr), newHealth(stdout), newConfig(stdout, stderr), newMan())
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		cmd.SetUsageTemplate(new(cobra.Command).UsageTemplate())
		cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return exit.With(exit.Usage, commands.FlagError(cmd, err)) })
	}
	root.AddCommand(offline(stdout, stderr)...)
	root.SetUsageTemplate(fmt.Sprintf(usage, flagUsages()))
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

// addFlags lists the supported flags for help and completion.
func addFlags(flags *pflag.FlagSet) {
	flags.SortFlags = false
	for _, f := range config.Flags() {
		if f.Unsupported == "" {
			added := flags.VarPF(&shownFlag{flag: f}, f.Name, "", f.Help)
			if f.Kind == config.Bool {
				added.NoOptDefVal = "true"
			}
		}
	}
	flags.BoolP("help", "h", false, "Print this text.")
	flags.Bool("version", false, "Print the version.")
}

// shownFlag is a flag that is only listed: internal/config reads it.
type shownFlag struct{ flag config.Flag }

// String is the default.
func (s *shownFlag) String() string { return s.flag.Default }

// Set does nothing.
func (s *shownFlag) Set(string) error { return nil }

// Type is the word for the value in the help.
func (s *shownFlag) Type() string {
	switch s.flag.Kind {
	case config.Bool:
		return "bool"
	case config.Int, config.Float:
		return "number"
	case config.Choice:
		return strings.Join(s.flag.Choices, "|")
	case config.Address:
		return "address"
	case config.Schedule:
		return "seconds|cron"
	case config.Pattern:
		return "regex"
	case config.Zone:
		return "zone"
	case config.Text:
	}
	return "text"
}

// completeFlags completes names of flags and the values of those that have few.
func completeFlags(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
	var found []string
	for _, f := range config.Flags() {
		if f.Unsupported != "" {
			continue
		}
		name := "--" + f.Name
		switch {
		case strings.HasPrefix(name, word):
			found = append(found, name+"="+"\t"+f.Help)
		case strings.HasPrefix(word, name+"="):
			for _, choice := range f.Choices {
				found = append(found, name+"="+choice)
			}
			if f.Choices == nil {
				return nil, cobra.ShellCompDirectiveDefault
			}
		}
	}
	return found, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

// loadConfig reads all sources of the configuration.
func loadConfig(args []string) (*config.Config, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "" // a service without a home has no file there
	}
	var names []string
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		names = append(names, name)
	}
	c, err := config.Load(config.Sources{
		System: systemConfig, Home: home, Lookup: os.LookupEnv, Environ: names, ReadFile: os.ReadFile, Args: args,
	})
	if err == nil {
		return c, nil
	}
	code := exit.Config
	if problem := new(config.ProblemError); errors.As(err, &problem) && problem.Origin.Source == config.FromCommandLine {
		code = exit.Usage
	}
	return nil, exit.With(code, err)
}
