package deploy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// image is what the last stage of the Dockerfile says.
type image struct {
	environment []string
	uid, gid    int
	entrypoint  []string
	health      []string
	copies      [][]string // the words after COPY
}

// readImage reads the last stage of the Dockerfile.
func readImage(t *testing.T) image {
	t.Helper()
	text, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	_, last, ok := strings.Cut(string(text), "\nFROM scratch\n")
	if !ok {
		t.Fatal("the image is not from scratch")
	}
	var i image
	list := func(words string) (list []string) {
		if wrong := json.Unmarshal([]byte(words), &list); wrong != nil {
			t.Fatalf("%s: %v", words, wrong)
		}
		return list
	}
	for line := range strings.Lines(last) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "ENV":
			i.environment = strings.Fields(rest)
		case "USER":
			uid, gid, _ := strings.Cut(rest, ":")
			if i.uid, err = strconv.Atoi(uid); err != nil {
				t.Fatal(err)
			}
			if i.gid, err = strconv.Atoi(gid); err != nil {
				t.Fatal(err)
			}
		case "ENTRYPOINT":
			i.entrypoint = list(rest)
		case "HEALTHCHECK":
			_, command, _ := strings.Cut(rest, "CMD ")
			i.health = list(command)
		case "COPY":
			i.copies = append(i.copies, strings.Fields(rest))
		}
	}
	return i
}

// assemble does what the COPY lines do.
func (i image) assemble(t *testing.T, built, root string) {
	t.Helper()
	for _, words := range i.copies {
		from := filepath.Join(built, strings.TrimPrefix(words[len(words)-2], "/image"))
		to := filepath.Join(root, words[len(words)-1])
		owner := "0:0"
		for _, word := range words {
			if after, ok := strings.CutPrefix(word, "--chown="); ok {
				owner = after
			}
		}
		script := `cp -a "$0/." "$1/" && chown -R "$2" "$1"`
		if out, err := exec.Command("sh", "-c", script, from, to, owner).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
}

// command is a program in the container.
func (i image) command(ctx context.Context, root string, words, environment []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Path, cmd.Dir = words[0], "/"
	cmd.Env = append(append([]string{"PATH=/usr/bin:/bin"}, i.environment...), environment...)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Chroot: root, Pdeathsig: syscall.SIGKILL,
		Credential: &syscall.Credential{Uid: uint32(i.uid), Gid: uint32(i.gid)},
	}
	return cmd
}

// freePort is a port that nobody has.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err = errors.Join(err, l.Close()); err != nil {
		t.Fatal(err)
	}
	return port
}

// TestImage puts the root file system of the container together as the Dockerfile does, and runs what is in it as the
// user whom the Dockerfile names: the server, and the check of its health.
func TestImage(t *testing.T) {
	t.Parallel()
	binary := os.Getenv("MEMGRAPHD_BINARY")
	if binary == "" || os.Geteuid() != 0 {
		t.Skip("it needs MEMGRAPHD_BINARY and root")
	}
	out := t.TempDir()
	cmd := exec.Command("../../deploy/build", "image")
	cmd.Env = append(os.Environ(), "BINARY="+binary, "OUT="+out, "ARCHES="+runtime.GOARCH)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	root := t.TempDir()
	i := readImage(t)
	i.assemble(t, filepath.Join(out, "stage", "image-"+runtime.GOARCH), root)

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ports := []string{"MEMGRAPH_BOLT_PORT=" + freePort(t), "MEMGRAPH_METRICS_PORT=" + freePort(t)}
	server := i.command(ctx, root, i.entrypoint, ports)
	var log bytes.Buffer
	server.Stderr = &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	healthy := func() error { return i.command(ctx, root, i.health, ports).Run() }
	for healthy() != nil && ctx.Err() == nil {
		time.Sleep(20 * time.Millisecond)
	}
	_, port, _ := strings.Cut(ports[0], "=")
	shell := i.command(ctx, root, []string{"/memgraphd", "shell", "--port", port, "-c", "CREATE (n:Kept {i: 7}) RETURN n.i;"}, nil)
	if text, err := shell.CombinedOutput(); err != nil || !strings.Contains(string(text), "7") {
		t.Errorf("the shell: %v\n%s", err, text)
	}
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("%v\n%s", err, log.String())
	}
	if healthy() == nil {
		t.Error("a server that has stopped is healthy")
	}
	mayNotWrite(t, root, i)
}

// mayNotWrite expects files that the user may change in the places for data only.
func mayNotWrite(t *testing.T, root string, i image) {
	t.Helper()
	out, err := exec.Command("find", root, "-mindepth", "1", "-uid", strconv.Itoa(i.uid), "-printf", "%P\n").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name := range strings.Lines(string(out)) {
		if !strings.HasPrefix(name, "var/lib/memgraph") && !strings.HasPrefix(name, "var/log/memgraph") {
			t.Errorf("the server may change %s", name)
		}
	}
	if _, err := os.Stat(filepath.Join(root, "var/lib/memgraph/database.json")); err != nil {
		t.Error(err)
	}
}
