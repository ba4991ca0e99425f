package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"memgraphd/internal/spelling"
)

// Arguments has the check of a command's arguments say which of them is missing, unknown or too many.
func Arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		if check(cmd, given) == nil {
			return nil
		}
		help := "; " + cmd.CommandPath() + " --help says more"
		for n, last := range slices.Backward(given) {
			if check(cmd, given[:n]) != nil {
				continue
			}
			if known := cmd.ValidArgs; n < len(known) && !slices.Contains(known, last) {
				return Usage(fmt.Errorf("%q is not one of %s%s", last, strings.Join(known, ", "), help))
			}
			return Usage(fmt.Errorf("the argument %q is one too many: %s%s", last, cmd.UseLine(), help))
		}
		return Usage(fmt.Errorf("an argument is missing: %s%s", cmd.UseLine(), help))
	}
}

// FlagError says what is wrong with a flag of a command.
func FlagError(cmd *cobra.Command, err error) error {
	if unknown := new(pflag.NotExistError); errors.As(err, &unknown) {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if unknown.GetSpecifiedShortnames() != "" {
			return fmt.Errorf("there is no flag -%s; %s --help lists the flags", unknown.GetSpecifiedName(), cmd.CommandPath())
		}
		if near := spelling.Nearest(unknown.GetSpecifiedName(), names); near != "" {
			return fmt.Errorf("there is no flag --%s; did you mean --%s?", unknown.GetSpecifiedName(), near)
		}
		return fmt.Errorf("there is no flag --%s; %s --help lists the flags", unknown.GetSpecifiedName(), cmd.CommandPath())
	}
	if invalid := new(pflag.InvalidValueError); errors.As(err, &invalid) {
		f := invalid.GetFlag()
		wanted := f.Value.Type()
		switch wanted {
		case "int", "int64":
			wanted = "a whole number"
		case "uint", "uint32", "uint64":
			wanted = "a whole number that is not negative"
		case "bool":
			wanted = "true or false"
		default:
			wanted = "of type " + wanted
		}
		return fmt.Errorf("--%s: %q is not %s", f.Name, invalid.GetValue(), wanted)
	}
	return err
}

// counted writes a number of things; their name is in the singular.
func counted[N int | int64 | uint64](n N, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
