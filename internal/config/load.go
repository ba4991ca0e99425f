package config

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
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
	c.Ignored = r.ignored()
	c.Warnings = append(c.Warnings, inertWarnings(c.Ignored)...)
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

// Shown is the value as anybody may see it.
func (s *Setting) Shown() string {
	if s.Flag.Secret && s.Value != "" {
		return Masked
	}
	return s.Value
}

// Masked is shown for a secret.
const Masked = "******"

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
		switch _, ok := canonicalBool(arg); {
		case arg == "serve" || arg == "start" || arg == "server":
			text += "; memgraphd without a command serves"
		case !ok:
			text += "; memgraphd --help lists both"
		default:
			text += "; the value of a switch follows an equals sign, as in --storage-wal-enabled=" + strings.ToLower(arg)
		}
		if strict {
			r.problem(Origin{Source: FromCommandLine}, errors.New(text))
		} else {
			c.Warnings = append(c.Warnings, Warning{Origin: Origin{Source: FromCommandLine}, Text: text})
		}
	}
}

// ignored lists the flags of Memgraph's that were given and do nothing here, each once and with its last value.
func (r *reader) ignored() []Setting {
	var given []Setting
	for _, a := range r.assigned {
		if a.flag.Unsupported == "" {
			continue
		}
		s := Setting{Flag: *a.flag, Value: a.value, Origin: a.origin}
		if at := slices.IndexFunc(given, func(g Setting) bool { return g.Flag.Name == a.flag.Name }); at >= 0 {
			given[at] = s
		} else {
			given = append(given, s)
		}
	}
	return given
}

// inertWarnings warns of each flag that was given and does nothing here, unless its value is what holds anyway.
func inertWarnings(ignored []Setting) []Warning {
	var warnings []Warning
	for i := range ignored {
		s := &ignored[i]
		if s.Flag.Fixed == "" || !strings.EqualFold(s.Value, s.Flag.Fixed) {
			warnings = append(warnings, Warning{Origin: s.Origin, Text: fmt.Sprintf("--%s has no effect: %s", s.Flag.Name, s.Flag.Unsupported)})
		}
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
