package serverflags

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"memgraphd/internal/config"
)

// Add lists the supported flags for help and completion.
func Add(flags *pflag.FlagSet) {
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

// Complete completes names of flags and the values of those that have few.
func Complete(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
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
