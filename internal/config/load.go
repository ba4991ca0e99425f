package config

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/spf13/viper"

	"memgraphd/internal/spelling"
)

const flagFile = "flag-file"

// Sources are the places that Load reads.
type Sources struct {
	System   string                            // the system's flag file, read if it exists; "" for none
	Home     string                            // the user's home directory; "" for none
	Lookup   func(name string) (string, bool)  // an environment variable
	ReadFile func(name string) ([]byte, error) // a flag file; an error that is fs.ErrNotExist says that there is none
	Environ  []string                          // the names of all environment variables, to find misspelt ones
	Args     []string                          // the command line, without the program's name
}

// Warning is something that does not stop the start.
type Warning struct {
	Origin Origin
	Text   string
}

// String is the warning and its place.
func (w Warning) String() string {
	if w.Origin.Source == FromDefault {
		return w.Text
	}
	return fmt.Sprintf("%s (%v)", w.Text, w.Origin)
}

// Load reads all sources in their order and returns the settings, or every mistake at once.
func Load(src Sources) (*Config, error) {
	flags := Flags()
	r := newReader(flags, src.ReadFile)
	r.stateDirectory(src.Lookup)
	r.optionalFile(src.System)
	if src.Home != "" {
		r.optionalFile(filepath.Join(src.Home, ".memgraph", "config"))
	}
	if name, ok := src.Lookup("MEMGRAPH_CONFIG"); ok && name != "" {
		r.file(name, Origin{Source: FromEnvironment, Name: "MEMGRAPH_CONFIG"}, nil)
	}
	r.environment(src.Lookup)
	r.arguments(src.Args)

	v, settings := r.layers(flags)
	c := &Config{Settings: settings}
	c.fill(v)
	first, warnings := firstUser(src.Lookup)
	c.Auth.First, c.Warnings = first, append(c.Warnings, warnings...)
	r.strays(v.GetBool("strict-flag-check"), c)
	c.Warnings = append(c.Warnings, r.misspelt(src.Environ)...)
	c.Warnings = append(c.Warnings, r.withoutEffect()...)
	c.Warnings = append(c.Warnings, c.risks()...)
	if err := c.Bolt.TLS.problem(); err != nil {
		r.problems = append(r.problems, err)
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	return c, nil
}

// stateDirectory takes the directory that systemd has made for the service instead of the default.
func (r *reader) stateDirectory(lookup func(string) (string, bool)) {
	const name = "STATE_DIRECTORY"
	if dirs, ok := lookup(name); ok && dirs != "" {
		dir, _, _ := strings.Cut(dirs, ":")
		r.assign(r.flags["data-directory"], dir, Origin{Source: FromEnvironment, Name: name}, nil)
	}
}

// optionalFile reads a file that need not exist; one that exists has to be readable.
func (r *reader) optionalFile(name string) {
	if name == "" {
		return
	}
	if _, err := r.readFile(name); errors.Is(err, fs.ErrNotExist) {
		return
	}
	r.file(name, Origin{}, nil)
}

// Setting is one supported flag with the value that it has.
type Setting struct {
	Flag   Flag
	Value  string
	Origin Origin
}

// layers hands the assignments to viper, the earlier ones below the later ones, and lists all settings.
func (r *reader) layers(flags []Flag) (*viper.Viper, []Setting) {
	v := viper.New()
	origins := make(map[string]Origin)
	for i := range flags {
		if flags[i].Unsupported == "" {
			v.SetDefault(flags[i].Name, flags[i].Default)
		}
	}
	for _, a := range r.assigned {
		if a.flag.Unsupported == "" {
			v.Set(a.flag.Name, a.value)
			origins[a.flag.Name] = a.origin
		}
	}
	var settings []Setting
	for i := range flags {
		if name := flags[i].Name; flags[i].Unsupported == "" && name != flagFile {
			settings = append(settings, Setting{Flag: flags[i], Value: v.GetString(name), Origin: origins[name]})
		}
	}
	return v, settings
}

// strays judges the arguments that are no flags.
func (r *reader) strays(strict bool, c *Config) {
	for _, arg := range r.stray {
		text := fmt.Sprintf("%q is neither a flag nor a command", clip(arg))
		if _, ok := canonicalBool(arg); ok {
			text += "; the value of a switch follows an equals sign, as in --storage-wal-enabled=" + strings.ToLower(arg)
		}
		if strict {
			r.problem(Origin{Source: FromCommandLine}, errors.New(text))
		} else {
			c.Warnings = append(c.Warnings, Warning{Origin: Origin{Source: FromCommandLine}, Text: text})
		}
	}
}

// withoutEffect warns of the flags of Memgraph's that were given and do nothing here.
func (r *reader) withoutEffect() []Warning {
	last := make(map[string]assignment)
	var order []string
	for _, a := range r.assigned {
		if a.flag.Unsupported == "" {
			continue
		}
		if _, ok := last[a.flag.Name]; !ok {
			order = append(order, a.flag.Name)
		}
		last[a.flag.Name] = a
	}
	var warnings []Warning
	for _, name := range order {
		a := last[name]
		value := a.value
		if a.flag.Kind == Bool {
			value, _ = canonicalBool(value)
		}
		if a.flag.Fixed != "" && strings.EqualFold(value, a.flag.Fixed) {
			continue
		}
		warnings = append(warnings, Warning{Origin: a.origin, Text: fmt.Sprintf("--%s has no effect: %s", name, a.flag.Unsupported)})
	}
	return warnings
}

// misspelt warns of environment variables that nearly have a flag's name; they may as well be another program's.
func (r *reader) misspelt(environ []string) []Warning {
	var warnings []Warning
	for _, name := range environ {
		rest, ok := strings.CutPrefix(name, "MEMGRAPH_")
		if !ok || len(rest) > nameBytesMax {
			continue
		}
		origin := Origin{Source: FromEnvironment, Name: name}
		switch rest {
		case "CONFIG", "USER", "PASSWORD", "PASSFILE":
			continue
		}
		flag := normal(rest)
		if r.flags[flag] != nil {
			continue
		}
		if near := spelling.Nearest(flag, r.names); near != "" && spelling.Edits(flag, near) <= 2 {
			warnings = append(warnings, Warning{
				Origin: origin,
				Text:   fmt.Sprintf("no flag is set by this variable; did you mean %s?", r.flags[near].EnvName()),
			})
		}
	}
	return warnings
}
