package e2e

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
)

// TestSettings reads testdata/settings: settings and schedules on one directory, over ends and starts.
//
//	start                   flags, one a line
//	stop | kill             SIGTERM or SIGKILL
//	run                     one statement a line
//	await                   the same, and waits until there is a further snapshot
//	config                  current_value and source in SHOW CONFIG of the flags in the input, one a line
//	agent                   what a client is told whom it talks to
//	log                     the lines of the server's log that have the input
//	files                   how many snapshots there are
func TestSettings(t *testing.T) {
	t.Parallel()
	c := &conversation{t: t, dir: filepath.Join(t.TempDir(), "data")}
	defer func() { c.end(false) }()
	datadriven.RunTest(t, "testdata/settings", func(_ *testing.T, d *datadriven.TestData) string { return c.command(d) })
}

// conversation is one directory and the server that runs on it, if one does.
type conversation struct {
	t      *testing.T
	dir    string
	server *harness.Server
	driver neo4j.DriverWithContext
}

func (c *conversation) command(d *datadriven.TestData) string {
	switch d.Cmd {
	case "start":
		var flags []string
		if d.Input != "" {
			flags = strings.Split(d.Input, "\n")
		}
		c.server, c.driver = start(c.t, c.dir, flags...)
		return ""
	case "stop", "kill":
		c.end(d.Cmd == "kill")
		return ""
	case "config":
		var b strings.Builder
		for _, row := range query(c.t, c.driver, "SHOW CONFIG") {
			if name := fmt.Sprint(row.Values[0]); slices.Contains(strings.Split(d.Input, "\n"), name) {
				if name == "bolt_port" {
					row.Values[2] = "$PORT"
				}
				fmt.Fprintf(&b, "%s = %q, by default %q, from %s\n", name, row.Values[2], row.Values[1], row.Values[4])
			}
		}
		return b.String()
	case "agent":
		session := open(c.t, c.driver, neo4j.SessionConfig{})
		return consume(c.t, in(session), "RETURN 1", nil).Server().Agent() + "\n"
	case "log":
		var b strings.Builder
		for line := range strings.Lines(c.server.Log()) {
			if strings.Contains(line, d.Input) {
				b.WriteString(c.shown(line))
			}
		}
		return b.String()
	case "files":
		return fmt.Sprintln(len(files(c.t, c.dir, "snapshots/[0-9]*.snap")))
	case "run", "await":
		if before := c.newest(); d.Cmd == "await" {
			defer eventually(c.t, "a snapshot", func() bool { return c.newest() > before })
		}
		var b strings.Builder
		for text := range strings.SplitSeq(d.Input, "\n") {
			b.WriteString(c.shown(c.run(text)))
		}
		return b.String()
	}
	d.Fatalf(c.t, "unknown command %s", d.Cmd)
	return ""
}

// newest returns the newest snapshot, or "".
func (c *conversation) newest() string {
	names, err := filepath.Glob(filepath.Join(c.dir, "snapshots", "[0-9]*.snap"))
	if err != nil {
		c.t.Fatal(err)
	}
	return slices.MaxFunc(append(names, ""), strings.Compare)
}

func (c *conversation) end(killed bool) {
	if c.server == nil {
		return
	}
	if c.t.Failed() {
		c.t.Log(c.server.Log())
	}
	if killed {
		c.server.Kill()
	} else if err := c.server.Stop(); err != nil {
		c.t.Errorf("%v\n%s", err, c.server.Log())
	}
	c.server = nil
}

// run sends a statement and returns its rows, its notifications, or its error.
func (c *conversation) run(text string) string {
	session := open(c.t, c.driver, neo4j.SessionConfig{})
	r, err := session.Run(c.t.Context(), text, nil)
	if err != nil {
		code, message := failure(c.t, err)
		return fmt.Sprintf("%s\n    %s\n", code, message)
	}
	var b strings.Builder
	rows, err := r.Collect(c.t.Context())
	if err != nil {
		code, message := failure(c.t, err)
		return fmt.Sprintf("%s\n    %s\n", code, message)
	}
	for _, row := range rows {
		for i, v := range row.Values {
			if i > 0 {
				b.WriteString(" | ")
			}
			if v == "" {
				v = `""`
			}
			fmt.Fprint(&b, v)
		}
		b.WriteByte('\n')
	}
	summary, err := r.Consume(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	for _, n := range summary.Notifications() {
		fmt.Fprintf(&b, "notification %s: %s %s\n", n.Code(), n.Title(), n.Description())
	}
	if b.Len() == 0 {
		return "ok\n"
	}
	return b.String()
}

var (
	logTime      = regexp.MustCompile(`^\[[-0-9]+ [0-9:.]+\] `)
	rowTime      = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([-+]\d{4}|Z)`)
	snapshotName = regexp.MustCompile(`snapshots/\S+`)
)

// shown takes out what differs from run to run.
func (c *conversation) shown(text string) string {
	text = strings.ReplaceAll(text, c.dir, "$DIR")
	text = logTime.ReplaceAllString(text, "")
	text = rowTime.ReplaceAllString(text, "$$TIME")
	return snapshotName.ReplaceAllString(text, "snapshots/$$FILE")
}
