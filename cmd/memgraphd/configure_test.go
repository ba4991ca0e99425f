package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"memgraphd/cmd/memgraphd/internal/exit"
	"memgraphd/internal/config"
	"memgraphd/test/selfsigned"
)

// referenceFlags reads the flags of Memgraph's page: name, value and wrong value.
func referenceFlags(t *testing.T, dir string) [][]string {
	t.Helper()
	text, err := os.ReadFile("../../internal/config/testdata/reference")
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(strings.ReplaceAll(string(text), "$DIR", dir)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			cells := strings.Split(line, "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			rows = append(rows, cells)
		}
	}
	return rows
}

// TestReferenceStarts starts a server with the packaged file in which every flag of Memgraph's has another value: it
// warns of each flag without effect once, and config show names the line of each. Each wrong value stops the start.
func TestReferenceStarts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := selfsigned.Write(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), 1, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"init.cypherl": "CREATE (:Init);", "data.cypherl": "CREATE (:Data);"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	packaged, err := os.ReadFile("../../configs/memgraph.conf")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(packaged), "\n")
	rows := referenceFlags(t, dir)
	places := map[string]int{}
	for _, row := range rows {
		for i, line := range lines {
			if strings.HasPrefix(line, "# --"+strings.ReplaceAll(row[0], "_", "-")+"=") {
				lines[i], places[row[0]] = "--"+row[0]+"="+row[1], i+1
			}
		}
	}
	conf := filepath.Join(dir, "memgraph.conf")
	if err = os.WriteFile(conf, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"MEMGRAPH_CONFIG=" + conf}
	s := startWith(t, env, filepath.Join(dir, "data"))
	s.await(t, regexp.MustCompile(`--init-data-file has run .*"statements": 1, "failed": 0`))
	if code := s.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d", code)
	}
	log, err := filepath.Glob(filepath.Join(dir, "memgraph*.log"))
	if err != nil || len(log) != 1 {
		t.Fatal(log, err)
	}
	logged, err := os.ReadFile(log[0])
	if err != nil {
		t.Fatal(err)
	}
	shown, errs, code := runCommand(t, env, "config", "show")
	if code != 0 || errs != "" {
		t.Fatal(code, errs)
	}
	for _, row := range rows {
		flag := config.Lookup(row[0])
		place := regexp.QuoteMeta(fmt.Sprintf("%s:%d", conf, places[row[0]]))
		if flag.Name == "metrics-port" {
			place = "environment variable MEMGRAPH_METRICS_PORT" // as all tests have it
		}
		value := regexp.QuoteMeta(row[1])
		if flag.Secret {
			value = regexp.QuoteMeta(config.Masked)
		}
		if !regexp.MustCompile(`(?m)^` + flag.Name + ` +` + value + `.*  ` + place + `($|;)`).MatchString(shown) {
			t.Errorf("--%s is not shown as %s from %s", flag.Name, value, place)
		}
		warned := strings.Count(string(logged), "--"+flag.Name+" has no effect: "+flag.Unsupported)
		if want := flag.Unsupported != "" && flag.Fixed != row[1]; flag.Unsupported != "" && warned != 1 && want {
			t.Errorf("the log warns of --%s %d times", flag.Name, warned)
		}
	}
	rows = slices.DeleteFunc(rows, func(row []string) bool { return row[2] == "" })
	for some := range slices.Chunk(rows, 40) { // fewer than are told at once
		refuseAll(t, filepath.Join(dir, "bad.conf"), some)
	}
}

// refuseAll starts the server with a file of wrong values, each of which it has to name.
func refuseAll(t *testing.T, file string, rows [][]string) {
	t.Helper()
	var wrong strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&wrong, "--%s=%s\n", row[0], strings.TrimSuffix(row[2], "EMPTY"))
	}
	if err := os.WriteFile(file, []byte(wrong.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	_, refused, code := runCommand(t, []string{"MEMGRAPH_CONFIG=" + file})
	if code != exit.Config {
		t.Errorf("exit code %d", code)
	}
	for at, row := range rows {
		name := strings.ReplaceAll(row[0], "_", "-")
		if !regexp.MustCompile(`(?m)^memgraphd: --` + name + `: .*\(` + regexp.QuoteMeta(fmt.Sprintf("%s:%d", file, at+1)) + `\)$`).MatchString(refused) {
			t.Errorf("the wrong value of --%s is not named", name)
		}
	}
}

// TestConfig reads testdata/config: the commands about the configuration.
//
//	file name=x         its text, in $DIR
//	serve               a server on $DIR/data, ended again; the input are statements for its shell
//	run [env=NAME=v]    arguments, one a line → what is printed, what goes to standard error, the exit code
func TestConfig(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	datadriven.RunTest(t, "testdata/config", func(t *testing.T, d *datadriven.TestData) string {
		t.Helper()
		input := strings.ReplaceAll(d.Input, "$DIR", dir)
		switch d.Cmd {
		case "file":
			var name string
			d.ScanArgs(t, "name", &name)
			if err := os.WriteFile(filepath.Join(dir, name), []byte(input), 0o600); err != nil {
				t.Fatal(err)
			}
			return ""
		case "serve":
			s := start(t, filepath.Join(dir, "data"))
			out, errs, code := s.statements(t, input, "--output-format=csv")
			if stopped := s.stop(t, syscall.SIGKILL); stopped == 0 {
				t.Error("killed, and ended well")
			}
			return fmt.Sprintf("%s%sexit %d\n", out, errs, code)
		case "run":
			var env []string
			for _, arg := range d.CmdArgs {
				if arg.Key == "env" {
					env = append(env, strings.ReplaceAll(strings.Join(arg.Vals, ","), "$DIR", dir))
				}
			}
			out, errs, code := runCommand(t, env, strings.Split(input, "\n")...)
			text := strings.ReplaceAll(fmt.Sprintf("%s%sexit %d\n", out, errs, code), dir, "$DIR")
			return regexp.MustCompile(` {2,}`).ReplaceAllString(text, "  ") // columns are as wide as the name of $DIR
		}
		d.Fatalf(t, "unknown command %s", d.Cmd)
		return ""
	})
}

// TestInitFiles runs files of statements before and after the server listens, over two starts; a statement that fails
// is named by its line, and its text is not shown.
func TestInitFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	before, after := filepath.Join(dir, "before.cypherl"), filepath.Join(dir, "after.cypherl")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(before, "CREATE USER ann IDENTIFIED BY 'hush;hush';\n// a comment\nMERGE (:City {name: 'Roma;'})\n;CREATE (n:N {since: 1});")
	write(after, "MATCH (n:N) SET n.seen = true;\nRETURN 1 / 0;\nCREATE (:Last)")
	data := filepath.Join(dir, "data")
	for start := 1; start <= 2; start++ {
		s := startWith(t, nil, data, "--init-file="+before, "--init-data-file="+after)
		ended := s.await(t, regexp.MustCompile(`--init-data-file has run .*"statements": (\d), "failed": (\d)`))
		if ended[1] != "3" || ended[2] != "1" {
			t.Errorf("start %d: %s", start, ended[0])
		}
		out, errs, code := s.statements(t, "MATCH (c:City) WITH count(c) AS cities MATCH (n:N {seen: true}) RETURN cities, count(n) AS n;",
			"--output-format=csv", "--username=ann", "--password=hush;hush")
		if want := fmt.Sprintf("cities,n\n1,%d\n", start); out != want || code != 0 {
			t.Errorf("start %d: %q, %q, exit %d; not %q", start, out, errs, code, want)
		}
		s.stop(t, syscall.SIGTERM)
	}
	_, errs, code := runCommand(t, nil, "--data-directory="+data, "--bolt-port=0", "--init-file="+dir+"/none", "--init-data-file="+dir)
	if code != exit.Config || !strings.Contains(errs, "--init-file: ") || !strings.Contains(errs, "--init-data-file: "+dir+" is a directory") {
		t.Error(code, errs)
	}
}
