package shellcommand

import (
	"io/fs"
	"testing"

	commands "memgraphd/internal/command"
)

// TestProfile reads profile files: what the command line says wins, then the section, then the top.
func TestProfile(t *testing.T) {
	t.Parallel()
	const file = "# mine\n--output-format=csv\nno-history\n\n[prod]\n--host=db\n--output-format = json\n[other]\n--host=x\n"
	read := func(text string, err error) func(string) ([]byte, error) {
		return func(string) ([]byte, error) { return []byte(text), err }
	}
	for _, c := range []struct {
		text         string
		missing      error
		section      string
		args         []string
		host, format string
		err          string
	}{
		{text: file, host: "127.0.0.1", format: "csv"},
		{text: file, section: "prod", host: "db", format: "json"},
		{text: file, section: "prod", args: []string{"--host=mine"}, host: "mine", format: "json"},
		{text: file, section: "none", err: "conf has no section [none]"},
		{missing: fs.ErrNotExist, host: "127.0.0.1", format: "table"},
		{missing: fs.ErrNotExist, section: "prod", err: "the profile file: file does not exist"},
		{text: "--nope=1", err: "conf, line 1: --nope is not a flag of the shell; memgraphd shell --help lists them"},
		{text: "\n--host", err: "conf, line 2: --host needs a value"},
		{text: "--port=x", err: `conf, line 1: invalid argument "x" for "--port" flag: strconv.ParseInt: parsing "x": invalid syntax`},
		{text: "--profile=x", err: "conf, line 1: --profile belongs on the command line"},
	} {
		flags := New(commands.Env{}).Flags()
		if err := flags.Parse(c.args); err != nil {
			t.Fatal(err)
		}
		err := readProfile(flags, "conf", c.section, read(c.text, c.missing))
		if c.err != "" {
			if err == nil || err.Error() != c.err {
				t.Errorf("%q: %v, want %s", c.text, err, c.err)
			}
			continue
		}
		host, format := flags.Lookup("host").Value.String(), flags.Lookup("output-format").Value.String()
		if err != nil || host != c.host || format != c.format {
			t.Errorf("%q [%s]: %v, host %s, format %s", c.text, c.section, err, host, format)
		}
	}
}
