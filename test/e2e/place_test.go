package e2e

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// place is where the commands of a page run: a directory that stands for /, and servers.
type place struct {
	page    string
	root    string
	home    string // where each block begins
	dir     string // where the commands are
	env     []string
	ports   *strings.Replacer
	bolt    string
	flags   []string // of the server that is there unless the page starts one
	held    string   // statements that make what the database holds before
	login   string   // flags of who has made the first user
	servers []*pageServer
}

// pageServer is a server that runs.
type pageServer struct {
	cmd  *exec.Cmd
	line string
	done chan struct{}
	err  error

	mu  sync.Mutex
	log bytes.Buffer
}

func (s *pageServer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(b)
}

func (s *pageServer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// newPlace makes a place with what a page expects to be there.
func newPlace(t *testing.T, name string) *place {
	t.Helper()
	root := t.TempDir()
	p := &place{page: name, root: root, home: filepath.Join(root, "home"), bolt: freePort(t, "0")}
	metrics := freePort(t, "0")
	p.ports = strings.NewReplacer("7687", p.bolt, "9091", metrics, "7688", freePort(t, "0"))
	for _, dir := range []string{
		"bin", "home/bin", "backups", "etc/memgraph/ssl", "etc/prometheus", "var/lib/memgraph", "var/log/memgraph", "var/backups",
	} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	path, err := filepath.Abs(binary)
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range []string{"bin/memgraphd", "home/bin/memgraphd"} {
		if err := os.Symlink(path, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	for from, to := range map[string]string{
		"configs/memgraph.conf": "etc/memgraph", "deploy/prometheus": "usr/share/doc/memgraphd/examples/prometheus",
	} {
		p.copy(t, from, to)
	}
	if prepare := preparations()[name]; prepare != nil {
		prepare(t, p)
	}
	p.env = append(os.Environ(), "HOME="+p.home, "PATH="+filepath.Join(root, "bin")+":"+os.Getenv("PATH"),
		"MEMGRAPH_CONFIG="+filepath.Join(root, "etc/memgraph/memgraph.conf"), "MEMGRAPH_DATA_DIRECTORY="+filepath.Join(root, "var/lib/memgraph"),
		"MEMGRAPH_BOLT_ADDRESS=127.0.0.1", "MEMGRAPH_BOLT_PORT="+p.bolt, "MEMGRAPH_METRICS_PORT="+metrics)
	p.dir = p.home
	t.Cleanup(func() {
		for _, s := range p.servers {
			_ = s.cmd.Process.Kill()
			<-s.done
			if t.Failed() {
				t.Logf("%s:\n%s", s.line, s)
			}
		}
	})
	return p
}

// copy copies a file of the sources, or the files of a folder, into a directory of the place.
func (p *place) copy(t *testing.T, from, to string) {
	t.Helper()
	names := []string{from}
	if entries, err := os.ReadDir("../../" + from); err == nil {
		names = nil
		for _, e := range entries {
			names = append(names, from+"/"+e.Name())
		}
	}
	for _, name := range names {
		text, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		p.write(t, filepath.Join(to, filepath.Base(name)), string(text))
	}
}

// write makes a file of the place; one of the name *.gz is compressed.
func (p *place) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(p.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	b.WriteString(text)
	if strings.HasSuffix(name, ".gz") {
		b.Reset()
		z := gzip.NewWriter(&b)
		_, failed := io.WriteString(z, text)
		if err := errors.Join(failed, z.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// preparations are what the readers of a page have before they read it.
func preparations() map[string]func(*testing.T, *place) {
	return map[string]func(*testing.T, *place){
		"README.md": func(_ *testing.T, p *place) { p.flags = []string{"--data-directory=mg_data"} },
		"docs/configure.md": func(t *testing.T, p *place) {
			t.Helper()
			p.write(t, "home/old.conf", "--log-level=INFO\n")
			p.write(t, "home/new.conf", "--log-level=INFO\n--bolt-port=7688\n")
		},
		"docs/durability.md": func(_ *testing.T, p *place) {
			p.held = strings.Repeat("CREATE (:Person {name: 'Ada'});", 7)
			p.flags = []string{"--storage-backup-roots=/backups"}
		},
		"docs/import.md":  prepareImport,
		"docs/install.md": prepareArchive,
		"docs/monitoring.md": func(_ *testing.T, p *place) {
			p.flags = []string{"--metrics-token-file=/etc/memgraph/metrics.token", "--metrics-pprof"}
		},
		"docs/network.md": func(t *testing.T, p *place) {
			t.Helper()
			newCertificate(t, filepath.Join(p.root, "etc/memgraph/ssl"))
		},
		"docs/upgrade.md": func(_ *testing.T, p *place) { p.held = "CREATE ();" },
		"docs/shell.md": func(t *testing.T, p *place) {
			t.Helper()
			p.write(t, "home/statements.cypher", "RETURN 1 AS one;\n")
			p.write(t, "home/migration.cypher", "CREATE INDEX ON :Person(name);\nCREATE (:Person {name: 'Ada'});\n")
		},
	}
}

func prepareImport(t *testing.T, p *place) {
	t.Helper()
	p.write(t, "home/people.csv", ":ID,name\n1,Ada\n2,Mary\n")
	p.write(t, "home/films-header.csv", ":ID,title,year:int\n")
	p.write(t, "home/films-1.csv.gz", "10,Metropolis,1927\n")
	p.write(t, "home/films-2.csv.gz", "11,M,1931\n")
	p.write(t, "home/roles.csv", ":START_ID,:END_ID,role\n1,10,Maria\n")
	p.write(t, "home/people.jsonl.gz", "{\"name\": \"Eve\", \"born\": 1980}\n{\"name\": \"Bob\"}\n")
	text, err := os.ReadFile("../../docs/import.md")
	if err != nil {
		t.Fatal(err)
	}
	files := pageFile.FindAllStringSubmatch(string(text), -1)
	if len(files) == 0 {
		t.Error("docs/import.md has no file of its own any more")
	}
	for _, f := range files {
		p.write(t, "home/"+f[1], f[2])
	}
}

// prepareArchive packs the binary as an archive has it.
func prepareArchive(t *testing.T, p *place) {
	t.Helper()
	const name = "memgraphd-1.0.0-linux-amd64"
	p.write(t, "packed/"+name+"/usr/bin/empty", "")
	packed := filepath.Join(p.root, "packed")
	if err := os.Symlink(filepath.Join(p.root, "bin/memgraphd"), filepath.Join(packed, name, "usr/bin/memgraphd")); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("tar", "-C", packed, "-czf", filepath.Join(p.home, name+".tar.gz"), name).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

var (
	// absolute are the names of files and directories of the machine.
	absolute = regexp.MustCompile(`(^|[\s='",])/(etc|var|usr|srv|backups)\b`)
	// connects are the commands that connect to a server, at port 7687 unless they are told another one.
	connects = regexp.MustCompile(`\bmemgraphd (shell|import csv|import json|import|backup|dump)\b`)
	// serves are those that start one.
	serves = regexp.MustCompile(`^(usr/)?(bin/)?memgraphd( --| *$|  *#)`)
	// firstUser is the statement that does; who has sent it goes on as this user.
	firstUser = regexp.MustCompile(`CREATE USER (\w+) IDENTIFIED BY '([^']*)'`)
	// seconds is for how long a profile is taken.
	seconds = regexp.MustCompile(`seconds=\d+`)
	// moment is a time that a command tells.
	moment = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z`)
)

// local puts the directory of the place in front of absolute names, and replaces what is not as on the reader's
// machine: ports, the user memgraph, and half a minute of waiting.
func (p *place) local(text string) string {
	text = absolute.ReplaceAllString(p.ports.Replace(text), "${1}"+p.root+"/$2")
	text = strings.ReplaceAll(text, "chown memgraph ", "chown $(id -u) ")
	text = strings.ReplaceAll(text, "curl ", "curl --fail --silent --show-error ")
	return seconds.ReplaceAllString(text, "seconds=1")
}

// step runs a command or a block of statements.
func (p *place) step(t *testing.T, s step) {
	t.Helper()
	if s.begins {
		p.dir = p.home
	}
	text := p.local(s.text)
	dir, isCD := strings.CutPrefix(text, "cd ")
	switch {
	case s.lang == "cypher":
		p.statements(t, s, text)
	case isCD:
		p.dir = filepath.Join(p.dir, dir)
		if _, err := os.Stat(p.dir); err != nil {
			t.Errorf("%s:%d: %v", p.page, s.line, err)
		}
	case serves.MatchString(text):
		if !strings.Contains(text, "--bolt-port=") {
			p.stop(t)
		}
		p.serve(t, text)
	default:
		p.command(t, s, text)
	}
}

// statements runs a block of statements in the shell.
func (p *place) statements(t *testing.T, s step, text string) {
	t.Helper()
	p.ensure(t)
	if out, err := p.do(t, text, "memgraphd shell --port="+p.bolt+p.login); err != nil {
		t.Errorf("%s:%d: %v\n%s\n%s", p.page, s.line, err, s.text, out)
	}
	if m := firstUser.FindStringSubmatch(text); m != nil && p.login == "" {
		p.login = " --username=" + m[1] + " --password='" + m[2] + "'"
	}
}

// command runs a command, and compares what it prints with what the page shows.
func (p *place) command(t *testing.T, s step, text string) {
	t.Helper()
	if connects.MatchString(text) || strings.Contains(text, "curl ") {
		p.ensure(t)
	}
	out, err := p.do(t, "", connects.ReplaceAllString(text, "memgraphd $1 --port="+p.bolt+p.login))
	if err != nil {
		t.Errorf("%s:%d: %s: %v\n%s", p.page, s.line, s.text, err, out)
		return
	}
	if s.lang == "console" && !asShown(s.output).MatchString(plain(out)) {
		t.Errorf("%s:%d: %s prints\n%s\nand the page says\n%s", p.page, s.line, s.text, out, s.output)
	}
}

// asShown is what matches an output of which a page shows this.
func asShown(text string) *regexp.Regexp {
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(plain(text)), "…", "(?s:.*)") + "$")
}

// plain is an output without its times and durations.
func plain(text string) string { return strings.TrimSpace(moment.ReplaceAllString(told(text), "TIME")) }

// do runs a command to its end.
func (p *place) do(t *testing.T, stdin, line string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", line)
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.WaitDelay = p.dir, p.env, strings.NewReader(stdin), time.Second
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// ensure has a server run.
func (p *place) ensure(t *testing.T) {
	t.Helper()
	if len(p.servers) == 0 {
		p.serve(t, p.local(strings.Join(append([]string{"memgraphd"}, p.flags...), " ")))
		if out, err := p.do(t, p.held, "memgraphd shell --port="+p.bolt); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
}

// ownPort is the port that a command line of a server has.
var ownPort = regexp.MustCompile(`--bolt-port=(\d+)`)

// serve starts a server by a command line, and waits until it listens.
func (p *place) serve(t *testing.T, line string) {
	t.Helper()
	s := &pageServer{line: line, done: make(chan struct{}), cmd: exec.Command("sh", "-c", "exec "+line)}
	s.cmd.Dir, s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = p.dir, p.env, s, s
	port := p.bolt
	if m := ownPort.FindStringSubmatch(line); m != nil { // it runs beside the first one
		port = m[1]
		s.cmd.Env = append(slices.Clone(p.env), "MEMGRAPH_METRICS_PORT=0")
	}
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		s.err = s.cmd.Wait()
		close(s.done)
	}()
	p.servers = append(p.servers, s)
	eventually(t, "the start of "+line, func() bool {
		select {
		case <-s.done:
			t.Fatalf("%s: %s ends: %v", p.page, line, s.err)
		default:
		}
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		return err == nil && c.Close() == nil
	})
}

// stop ends all servers as systemd does; each has to end in order.
func (p *place) stop(t *testing.T) {
	t.Helper()
	for _, s := range p.servers {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
	}
	for _, s := range p.servers {
		select {
		case <-s.done:
		case <-time.After(patience):
			t.Fatalf("%s: %s does not stop", p.page, s.line)
		}
		if s.err != nil {
			t.Errorf("%s: %s ends with %v\n%s", p.page, s.line, s.err, s)
		}
	}
	p.servers = nil
}
