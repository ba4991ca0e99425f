package shellcommand

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/pflag"
)

// readProfile sets the flags of a profile file that the command line does not: those at its top, and those below the line
// [section]. A file that is not there says nothing, unless a section of it is asked for.
func readProfile(flags *pflag.FlagSet, name, section string, read func(string) ([]byte, error)) error {
	if name == "" {
		return nil
	}
	data, err := read(name)
	if errors.Is(err, fs.ErrNotExist) && section == "" && !flags.Changed("profile-file") {
		return nil
	}
	if err != nil {
		return fmt.Errorf("the profile file: %w", err)
	}
	given := make(map[string]bool)
	flags.Visit(func(f *pflag.Flag) { given[f.Name] = true })
	within, found, number := "", section == "", 0
	for line := range strings.Lines(string(data)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if inside, ok := strings.CutPrefix(line, "["); ok {
			within = strings.TrimSpace(strings.TrimSuffix(inside, "]"))
			found = found || within == section
			continue
		}
		if within != "" && within != section {
			continue
		}
		flag, value, err := profileLine(flags, line)
		if err == nil && !given[flag] {
			err = flags.Set(flag, value)
		}
		if err != nil {
			return fmt.Errorf("%s, line %d: %w", name, number, err)
		}
	}
	if !found {
		return fmt.Errorf("%s has no section [%s]", name, section)
	}
	return nil
}

// profileLine reads --flag=value, or --flag for one that is true or false.
func profileLine(flags *pflag.FlagSet, line string) (name, value string, err error) {
	name, value, valued := strings.Cut(strings.TrimLeft(line, "-"), "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	f := flags.Lookup(name)
	switch {
	case f == nil:
		return "", "", fmt.Errorf("--%s is not a flag of the shell; memgraphd shell --help lists them", name)
	case strings.HasPrefix(name, "profile"):
		return "", "", fmt.Errorf("--%s belongs on the command line", name)
	case !valued && f.NoOptDefVal == "":
		return "", "", fmt.Errorf("--%s needs a value", name)
	case !valued:
		value = f.NoOptDefVal
	}
	return name, value, nil
}
