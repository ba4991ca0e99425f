// Package configure has the commands that look at the configuration of a server that need not run.
package configure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"memgraphd/cmd/memgraphd/internal/exit"
	"memgraphd/cmd/memgraphd/internal/server"
	"memgraphd/cmd/memgraphd/internal/serverflags"
	"memgraphd/cmd/memgraphd/internal/settings"
	"memgraphd/internal/config"
	"memgraphd/internal/durability/recovery"
)

// New returns the commands that look at the configuration.
func New(stdout, stderr io.Writer) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Check the configuration, or show what counts and where it comes from",
		Long: "Look at the configuration: the files, the environment and, after --, the flags that a server would be given.\n" +
			"The server need not run; the data directory is only read.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newCheck(stdout), newShow(stdout, stderr), newDiff(stdout, stderr))
	for _, sub := range append(cmd.Commands(), cmd) {
		sub.SilenceErrors, sub.SilenceUsage = true, true
		sub.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
			return exit.With(exit.Usage, fmt.Errorf("%w; flags of the server stand after --", err))
		})
		if args := sub.Args; args != nil {
			sub.Args = func(cmd *cobra.Command, given []string) error { return exit.With(exit.Usage, args(cmd, given)) }
		}
	}
	return cmd
}

// flagsAfterDash splits what stands before and after -- on the command line.
func flagsAfterDash(cmd *cobra.Command, args []string) (own, flags []string) {
	if at := cmd.ArgsLenAtDash(); at >= 0 {
		return args[:at], args[at:]
	}
	return args, nil
}

// ownArgs counts only what stands before --.
func ownArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		own, _ := flagsAfterDash(cmd, args)
		return check(cmd, own)
	}
}

func newCheck(stdout io.Writer) *cobra.Command {
	return &cobra.Command{
		Use:   "check [FILE...] [-- FLAG...]",
		Short: "Say everything that is wrong in a file, or in all that a start would read",
		Long: "Read flag files, each as if it were all that there is, and say everything that is wrong in them, and what is worth a warning.\n" +
			"The certificates, keys and statements that they name are looked at too.\n" +
			"Without a file, all that a start would read is checked. The exit code is 0 where a server would start with it, and 78 where not.",
		Args: ownArgs(cobra.ArbitraryArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			files, flags := flagsAfterDash(cmd, args)
			if len(files) == 0 {
				c, err := serverflags.Load(flags)
				if err == nil {
					err = server.Probe(c)
				}
				if err != nil {
					return err
				}
				return sayGood(stdout, "the configuration", c)
			}
			var wrong []error
			for _, name := range files {
				c, err := loadFile(name)
				if err == nil {
					err = server.Probe(c)
				}
				if err == nil {
					err = sayGood(stdout, name, c)
				}
				if err != nil {
					wrong = append(wrong, err)
				}
			}
			return errors.Join(wrong...)
		},
	}
}

// loadFile reads one flag file, and nothing else.
func loadFile(name string) (*config.Config, error) {
	c, err := config.LoadFile(name, os.ReadFile)
	return c, exit.With(exit.Config, err)
}

// sayGood says how much is set, and the warnings that a start would log.
func sayGood(w io.Writer, what string, c *config.Config) error {
	given := len(c.Ignored)
	for i := range c.Settings {
		if c.Settings[i].Origin.Source != config.FromDefault {
			given++
		}
	}
	for _, warning := range c.Warnings {
		if _, err := fmt.Fprintf(w, "warning: %v\n", warning); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%s is good; flags set: %d, warnings: %d\n", what, given, len(c.Warnings))
	return err
}

func newShow(stdout, stderr io.Writer) *cobra.Command {
	var changed, asJSON bool
	cmd := &cobra.Command{
		Use:   "show [NAME...] [-- FLAG...]",
		Short: "Show each flag with its value and where that comes from",
		Long: "Show what a start would use, flag by flag: the value, and its source, which is the default, a line of a file, a variable of the\n" +
			"environment, the command line (what follows -- counts as that), or a setting that SET DATABASE SETTING has stored in the data\n" +
			"directory. Secrets are masked. With names, only those flags.",
		Args: ownArgs(cobra.ArbitraryArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			names, flags := flagsAfterDash(cmd, args)
			rows, err := rowsInForce(cmd.Context(), flags, stderr)
			if err != nil {
				return err
			}
			if len(names) > 0 {
				if rows, err = chosen(rows, names); err != nil {
					return exit.With(exit.Usage, err)
				}
			}
			if changed {
				rows = slices.DeleteFunc(rows, func(r config.Row) bool { return !r.Given() })
			}
			if asJSON {
				return writeJSON(stdout, rows)
			}
			return writeRows(stdout, rows)
		},
	}
	cmd.Flags().BoolVar(&changed, "changed", false, "only flags that something sets")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return cmd
}

func newDiff(stdout, stderr io.Writer) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "diff [FILE [FILE]] [-- FLAG...]",
		Short: "Show what differs from the defaults, or between two files",
		Long: "Show what differs: without a file, what a start would use from the defaults; with one, the file from the defaults; with two, the\n" +
			"second from the first. Files are read as if each were all that there is.",
		Args: ownArgs(cobra.MaximumNArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			files, flags := flagsAfterDash(cmd, args)
			left, right := config.Defaults().Rows(nil), []config.Row(nil)
			var err error
			switch len(files) {
			case 0:
				right, err = rowsInForce(cmd.Context(), flags, stderr)
			case 1:
				right, err = rowsOfFile(files[0])
			case 2:
				if left, err = rowsOfFile(files[0]); err == nil {
					right, err = rowsOfFile(files[1])
				}
			}
			if err != nil {
				return err
			}
			found := config.Differences(left, right)
			if asJSON {
				return writeJSON(stdout, found)
			}
			return writeDifferences(stdout, found)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return cmd
}

func rowsOfFile(name string) ([]config.Row, error) {
	c, err := loadFile(name)
	if err != nil {
		return nil, err
	}
	return c.Rows(nil), nil
}

// rowsInForce lists what a start with flags would use. Where the stored settings cannot be read, a note says why.
func rowsInForce(ctx context.Context, flags []string, stderr io.Writer) ([]config.Row, error) {
	c, err := serverflags.Load(flags)
	if err != nil {
		return nil, err
	}
	stored, err := settings.Stored(ctx, c)
	if err != nil && !errors.As(err, new(*recovery.NoDatabaseError)) {
		if _, failed := fmt.Fprintf(stderr, "memgraphd: the settings that the data directory may have stored are not shown: %v\n", err); failed != nil {
			return nil, failed
		}
	}
	return c.Rows(stored), nil
}

// chosen are the rows with the names.
func chosen(rows []config.Row, names []string) ([]config.Row, error) {
	kept := []config.Row{}
	for _, name := range names {
		flag := config.Lookup(name)
		if flag == nil {
			return nil, config.Unknown(name)
		}
		for i := range rows {
			if rows[i].Name == flag.Name {
				kept = append(kept, rows[i])
			}
		}
	}
	return kept, nil
}
