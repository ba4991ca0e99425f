package config

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"
)

// FuzzLoad reads two flag files, of which the first may include the second and itself: it
// expects a configuration of which every value can be said again, or mistakes that each name
// their place, within a second.
func FuzzLoad(f *testing.F) {
	f.Add(renderFile(), "--bolt-port=1")
	f.Add("--flag-file=b\n--flag-file=b,b,b\n", "--flag-file=a\n--nolog-to-stderr\n# x\n\n")
	f.Add("--memory-limit=12\r\n-bolt_port = 7 \n--storage-snapshot-interval=0 0 * * * *", "--bolt-cert-file=x\n--bolt-port=70000\n--=\n-\n---\n--no\n--boltport=1")
	f.Fuzz(func(t *testing.T, a, b string) {
		read := func(name string) ([]byte, error) {
			switch name {
			case "a":
				return []byte(a), nil
			case "b":
				return []byte(b), nil
			}
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		nothing := func(string) (string, bool) { return "", false }
		load := func(args ...string) (*Config, error) {
			return Load(Sources{System: "a", Lookup: nothing, ReadFile: read, Args: args})
		}
		var c *Config
		var err error
		for try := range 4 { // a machine may stand still for a moment
			began := time.Now()
			if c, err = load(); time.Since(began) < time.Second {
				break
			}
			if try == 3 {
				t.Fatalf("%q and %q took more than a second", a, b)
			}
		}
		if err != nil {
			if joined, ok := err.(interface{ Unwrap() []error }); !ok || len(joined.Unwrap()) > problemsMax+1 {
				t.Fatalf("not a list of at most %d mistakes: %v", problemsMax+1, err)
			}
			return
		}
		var args []string
		for i := range c.Settings {
			if s := &c.Settings[i]; s.Origin.Source == FromFile {
				args = append(args, "--"+s.Flag.Name+"="+s.Value)
			}
		}
		a, b = "", ""
		again, err := load(args...)
		if err != nil {
			t.Fatalf("%q: %v", args, err)
		}
		for i := range c.Settings {
			if c.Settings[i].Value != again.Settings[i].Value {
				t.Fatalf("--%s was %q and is %q", c.Settings[i].Flag.Name, c.Settings[i].Value, again.Settings[i].Value)
			}
		}
	})
}

// TestManyIncludes refuses files that together include very many others, before they are read.
func TestManyIncludes(t *testing.T) {
	reads := 0
	read := func(name string) ([]byte, error) {
		if reads++; len(name) > 3 {
			return nil, nil
		}
		return []byte(strings.Repeat("--flag-file="+name+"x\n", 10)), nil
	}
	_, err := Load(Sources{System: "a", Lookup: func(string) (string, bool) { return "", false }, ReadFile: read})
	if err == nil || !strings.Contains(err.Error(), "more than 100 flag files") || reads > filesMax+2 {
		t.Errorf("%d reads: %v", reads, err)
	}
}

// TestManyProblems names the first mistakes of a file that is none.
func TestManyProblems(t *testing.T) {
	read := func(string) ([]byte, error) { return []byte(strings.Repeat("nonsense\n", 100_000)), nil }
	_, err := Load(Sources{System: "a", Lookup: func(string) (string, bool) { return "", false }, ReadFile: read})
	joined, ok := errors.AsType[interface {
		error
		Unwrap() []error
	}](err)
	if !ok || len(joined.Unwrap()) != problemsMax+1 || !strings.HasSuffix(err.Error(), "and 99950 mistakes more") {
		t.Errorf("%.200v", err)
	}
}
