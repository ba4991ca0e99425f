package serverflags

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"memgraphd/internal/config"
)

// usageWidth is the width of the help.
const usageWidth = 100

// Usages lists the flags of the server: each name in a line, and below it what it does.
func Usages() string {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	Add(flags)
	var b strings.Builder
	flags.VisitAll(func(f *pflag.Flag) {
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		text := f.Usage
		if kind := f.Value.Type(); kind != "bool" {
			name += " " + kind
		}
		if f.DefValue != "" && f.DefValue != "false" {
			text += fmt.Sprintf(" (default %s)", f.DefValue)
		}
		fmt.Fprintf(&b, "  %s\n", name)
		for _, line := range config.Wrap(text, usageWidth-6) {
			fmt.Fprintf(&b, "      %s\n", line)
		}
	})
	return strings.ReplaceAll(b.String(), "{{", "{{`{{`}}")
}
