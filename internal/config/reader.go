package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"memgraphd/internal/spelling"
)

const (
	includeDepthMax = 16
	filesMax        = 100 // flag files that are read, each as often as it is
	problemsMax     = 50  // mistakes that are told
	fileBytesMax    = 1 << 20
	nameBytesMax    = 100
)

// Source is the kind of place that a value came from.
type Source uint8

// The sources, in the order in which later ones win.
const (
	FromDefault Source = iota
	FromFile
	FromEnvironment
	FromCommandLine
)

// Origin is the place that a value came from.
type Origin struct {
	Source Source
	Name   string // of the file or the environment variable
	Line   int    // within the file
}

// String names the place as messages do.
func (o Origin) String() string {
	switch o.Source {
	case FromDefault:
		return "default"
	case FromFile:
		return fmt.Sprintf("%s:%d", o.Name, o.Line)
	case FromEnvironment:
		return "environment variable " + o.Name
	case FromCommandLine:
		return "command line"
	}
	return "unknown"
}

// assignment gives a flag a value.
type assignment struct {
	flag   *Flag
	value  string // canonical, for a supported flag
	origin Origin
}

// reader collects the assignments of files, environment and command line, and everything that is wrong with them.
type reader struct {
	readFile func(string) ([]byte, error)
	flags    map[string]*Flag
	names    []string // of the table, for suggestions

	assigned []assignment
	stray    []string // arguments that are no flags
	files    int      // that were read
	problems []error
	further  int // problems that are not told
}

func newReader(flags []Flag, readFile func(string) ([]byte, error)) *reader {
	r := &reader{readFile: readFile, flags: make(map[string]*Flag, len(flags))}
	for i := range flags {
		r.flags[flags[i].Name] = &flags[i]
		r.names = append(r.names, flags[i].Name)
	}
	return r
}

// file reads a flag file; within holds the files that are being read, the outermost first.
func (r *reader) file(name string, from Origin, within []string) {
	if len(within) >= includeDepthMax {
		r.problem(from, fmt.Errorf("flag files are nested more than %d deep: %s", includeDepthMax, strings.Join(append(within, name), " → ")))
		return
	}
	if slices.Contains(within, name) {
		r.problem(from, fmt.Errorf("flag file %s includes itself", name))
		return
	}
	if r.files++; r.files > filesMax {
		if r.files == filesMax+1 {
			r.problem(from, fmt.Errorf("more than %d flag files are read; do they include each other?", filesMax))
		}
		return
	}
	text, err := r.readFile(name)
	if err == nil && len(text) > fileBytesMax {
		err = fmt.Errorf("%s has more than %d bytes", name, fileBytesMax)
	}
	if err != nil {
		r.problem(from, fmt.Errorf("flag file: %w", err))
		return
	}
	within = append(slices.Clip(within), name)
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		if line == "" || line[0] == '#' {
			continue
		}
		origin := Origin{Source: FromFile, Name: name, Line: number}
		flag, value, hasValue, err := r.split(line)
		if err == nil && !hasValue {
			err = fmt.Errorf("--%s needs a value: --%s=…, %s", flag.Name, flag.Name, flag.Wants())
		}
		if err != nil {
			r.problem(origin, commented(line, err))
			continue
		}
		r.assign(flag, value, origin, within)
	}
}

// comment is how what may be meant for a comment begins behind a value, where there are none.
const comment = " #"

// commented adds to a mistake in a line of a file that it may be a comment.
func commented(line string, err error) error {
	if strings.Contains(line, comment) {
		return fmt.Errorf("%w; a comment needs a line of its own", err)
	}
	return err
}

// arguments reads the command line.
func (r *reader) arguments(args []string) {
	origin := Origin{Source: FromCommandLine}
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			r.stray = append(r.stray, args[i+1:]...)
			return
		}
		if !strings.HasPrefix(args[i], "-") || args[i] == "-" {
			r.stray = append(r.stray, args[i])
			continue
		}
		flag, value, hasValue, err := r.split(args[i])
		if err == nil && !hasValue {
			if i+1 < len(args) {
				i++
				value = args[i]
			} else {
				err = fmt.Errorf("--%s needs a value: %s", flag.Name, flag.Wants())
			}
		}
		if err != nil {
			r.problem(origin, err)
			continue
		}
		r.assign(flag, value, origin, nil)
	}
}

// environment reads MEMGRAPH_<FLAG> for every flag of the table.
func (r *reader) environment(lookup func(string) (string, bool)) {
	for _, name := range r.names {
		flag := r.flags[name]
		if !fromEnvironment(flag) {
			continue // MEMGRAPH_CONFIG names a file, and nothing is printed
		}
		if value, ok := lookup(flag.EnvName()); ok && value != "" {
			r.assign(flag, value, Origin{Source: FromEnvironment, Name: flag.EnvName()}, nil)
		}
	}
}

// split takes --name=value, --switch or --noswitch apart; a name without a value has hasValue false.
func (r *reader) split(text string) (flag *Flag, value string, hasValue bool, err error) {
	bare := strings.TrimPrefix(strings.TrimPrefix(text, "-"), "-")
	if bare == text || bare == "" {
		return nil, "", false, fmt.Errorf("%q is not of the form --name=value", clip(text))
	}
	name, value, hasValue := strings.Cut(bare, "=")
	name = normal(strings.TrimSpace(name))
	if name == "flagfile" {
		name = flagFile
	}
	if flag = r.flags[name]; flag != nil {
		if !hasValue && flag.Kind == Bool {
			return flag, "true", true, nil
		}
		return flag, value, hasValue, nil
	}
	if positive, ok := strings.CutPrefix(name, "no"); ok && !hasValue {
		flag = r.flags[strings.TrimPrefix(positive, "-")]
		if flag != nil && flag.Kind == Bool {
			return flag, "false", true, nil
		}
	}
	return nil, "", false, r.unknown(name)
}

// UnknownFlagError is a name that no flag has.
type UnknownFlagError struct {
	Name    string
	Nearest string // "" when no known name is near
}

// Error names the flag and the nearest known one.
func (e *UnknownFlagError) Error() string {
	if e.Nearest == "" {
		return fmt.Sprintf("--%s: no such flag; memgraphd --help lists them", e.Name)
	}
	return fmt.Sprintf("--%s: no such flag; did you mean --%s?", e.Name, e.Nearest)
}

func (r *reader) unknown(name string) error {
	name = clip(name)
	return &UnknownFlagError{Name: name, Nearest: spelling.Nearest(name, r.names)}
}

// clip keeps what a user wrote by mistake from filling the screen.
func clip(text string) string {
	if len(text) <= nameBytesMax {
		return text
	}
	return strings.ToValidUTF8(text[:nameBytesMax], "") + "…"
}

// assign checks a value and takes it down, or reads the file that it names.
func (r *reader) assign(flag *Flag, value string, origin Origin, within []string) {
	if flag.Name == flagFile {
		for name := range strings.SplitSeq(value, ",") {
			r.file(name, origin, within)
		}
		return
	}
	canonical, err := flag.Canonical(value)
	if err != nil {
		err = fmt.Errorf("--%s: %w", flag.Name, err)
		if origin.Source == FromFile {
			err = commented(value, err)
		}
		r.problem(origin, err)
		return
	}
	value = canonical
	r.assigned = append(r.assigned, assignment{flag: flag, value: value, origin: origin})
}

// ProblemError is one mistake in the configuration and the place of it.
type ProblemError struct {
	Origin Origin
	Err    error
}

// Error says what is wrong and where.
func (p *ProblemError) Error() string {
	if p.Origin.Source == FromDefault {
		return p.Err.Error()
	}
	return fmt.Sprintf("%v (%v)", p.Err, p.Origin)
}

// Unwrap returns what is wrong.
func (p *ProblemError) Unwrap() error { return p.Err }

func (r *reader) problem(origin Origin, err error) {
	if len(r.problems) >= problemsMax {
		r.further++
		return
	}
	r.problems = append(r.problems, &ProblemError{Origin: origin, Err: err})
}

// err joins the problems, in the order in which they were met.
func (r *reader) err() error {
	if r.further > 0 {
		r.problems = append(r.problems, fmt.Errorf("and %d mistakes more", r.further))
	}
	return errors.Join(r.problems...)
}
