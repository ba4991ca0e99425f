package config

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// reference reads testdata/reference: name, value and wrong value of each flag of Memgraph's.
func reference(t *testing.T) [][3]string {
	t.Helper()
	text, err := os.ReadFile("testdata/reference")
	if err != nil {
		t.Fatal(err)
	}
	var rows [][3]string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		cells := strings.Split(line, "|")
		if len(cells) != 3 {
			t.Fatalf("%s has no three columns", line)
		}
		rows = append(rows, [3]string{strings.TrimSpace(cells[0]), strings.TrimSpace(cells[1]), strings.TrimSpace(cells[2])})
	}
	return rows
}

// TestReference changes every flag of Memgraph's in the sample file: each shows with the line that has it, each
// without effect is warned of once, and each wrong value is refused by name.
func TestReference(t *testing.T) {
	t.Parallel()
	sample := strings.Split(renderFile(), "\n")
	rows := reference(t)
	places := map[string]int{}
	for _, row := range rows {
		name := normal(row[0])
		at := slices.IndexFunc(sample, func(line string) bool { return strings.HasPrefix(line, "# --"+name+"=") })
		if at < 0 {
			t.Errorf("--%s is not in the sample file", name)
			continue
		}
		if sample[at-1] == "" || !strings.HasPrefix(sample[at-1], "# ") {
			t.Errorf("nothing is said of --%s in the sample file", name)
		}
		sample[at] = "--" + row[0] + "=" + row[1]
		places[name] = at + 1
	}
	load := func(text string) (*Config, error) {
		return LoadFile("/etc/memgraph/memgraph.conf", func(string) ([]byte, error) { return []byte(text), nil })
	}
	c, err := load(strings.Join(sample, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	inForce := c.Rows(nil)
	for _, row := range rows {
		name := normal(row[0])
		at := slices.IndexFunc(inForce, func(r Row) bool { return r.Name == name })
		if at < 0 {
			t.Errorf("--%s is not shown", name)
			continue
		}
		want := Origin{Source: FromFile, Name: "/etc/memgraph/memgraph.conf", Line: places[name]}
		if shown := inForce[at]; shown.plain != row[1] || shown.Source != want.String() {
			t.Errorf("--%s is %q from %s, not %q from %v", name, shown.plain, shown.Source, row[1], want)
		}
		warned := 0
		for _, w := range c.Warnings {
			if strings.HasPrefix(w.Text, "--"+name+" has no effect: ") && w.Origin == want {
				warned++
			}
		}
		if f := Lookup(name); f.Unsupported != "" && (warned == 1) != (f.Fixed != row[1]) || warned > 1 {
			t.Errorf("--%s is warned of %d times", name, warned)
		}
		if row[2] == "" {
			continue
		}
		bad := strings.TrimSuffix(row[2], "EMPTY")
		_, err := load("# first\n--" + row[0] + "=" + bad + "\n")
		if err == nil || !regexp.MustCompile(`^--`+name+`: .*\(/etc/memgraph/memgraph\.conf:2\)$`).MatchString(err.Error()) {
			t.Errorf("--%s=%s: %v", name, bad, err)
		}
	}
}

// TestDifferences compares files, the defaults, and what is stored.
func TestDifferences(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"/a": "--bolt-port=1\n--storage-gc-aggressive\n--aws-secret-key=one\n--timezone=UTC\n",
		"/b": "--bolt-port=2\n--aws-secret-key=two\n",
	}
	read := func(name string) ([]byte, error) {
		if text, ok := files[name]; ok {
			return []byte(text), nil
		}
		return nil, fs.ErrNotExist
	}
	rows := func(name string, stored ...Stored) []Row {
		c, err := LoadFile(name, read)
		if err != nil {
			t.Fatal(err)
		}
		return c.Rows(stored)
	}
	expect := func(got []Difference, want ...Difference) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("got %v\nnot %v", got, want)
		}
	}
	expect(Differences(rows("/a"), rows("/b")),
		Difference{"bolt-port", "1", "/a:1", "2", "/b:1"},
		Difference{"aws-secret-key", Masked, "/a:3", Masked, "/b:2"},
		Difference{"storage-gc-aggressive", "true", "/a:2", "false", "default"})
	expect(Differences(Defaults().Rows(nil), rows("/b",
		Stored{"timezone", "timezone", "Asia/Tokyo"}, Stored{"aws-secret-key", "aws.secret_key", "three"}, Stored{"aws-access-key", "aws.access_key", "four"})),
		Difference{"bolt-port", "7687", "default", "2", "/b:1"},
		Difference{"aws-access-key", "", "default", Masked, "stored setting aws.access_key"},
		Difference{"aws-secret-key", "", "default", Masked, "/b:2"},
		Difference{"timezone", "UTC", "default", "Asia/Tokyo", "stored setting timezone"})
	expect(Differences(rows("/b"), rows("/b")))
	if _, err := LoadFile("/none", read); err == nil {
		t.Error("a file that is not there is good")
	}
}
