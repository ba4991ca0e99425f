package deploy

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long a machine has for what it should do.
const patience = 2 * time.Minute

// machine is a Linux with systemd in namespaces of its own.
type machine struct {
	t    *testing.T
	init int // the process id of its systemd, out here
}

// boot starts a machine with the files of tree; it ends with the test.
func boot(t *testing.T, tree string) *machine {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("namespaces and mounts need root")
	}
	if _, err := os.Stat(filepath.Join(tree, "lib/systemd/systemd")); err != nil {
		t.Skipf("there is no systemd to boot: %v", err)
	}
	group := controlGroup(t)
	cmd := exec.Command("bash", "testdata/boot.sh", tree, t.TempDir(), group)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // it is killed
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // with it goes its child, the first process of the machine, and so all of them
		<-ended
	})
	m := &machine{t: t}
	m.await("systemd to be up", func() error {
		select {
		case <-ended:
			t.Fatalf("the machine did not boot:\n%s", out.String())
		default:
		}
		if m.init == 0 {
			children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", cmd.Process.Pid, cmd.Process.Pid))
			if err != nil {
				return err
			}
			if m.init, err = strconv.Atoi(strings.TrimSpace(string(children))); err != nil {
				return err
			}
		}
		if name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", m.init)); err != nil || string(name) != "systemd\n" {
			return fmt.Errorf("its first process is %q: %w", name, errors.Join(err, errNotYet))
		}
		state, _ := m.run("", "systemctl", "is-system-running") // degraded is an error, and up
		if state = strings.TrimSpace(state); state != "running" && state != "degraded" {
			return fmt.Errorf("it is %s", state)
		}
		return nil
	})
	return m
}

var errNotYet = errors.New("not yet")

// controlGroup makes a control group for a machine.
func controlGroup(t *testing.T) string {
	t.Helper()
	mounts, err := os.ReadFile("/proc/mounts")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mounts)) {
		fields := strings.Fields(line)
		if len(fields) < 3 || fields[2] != "cgroup2" {
			continue
		}
		dir := filepath.Join(fields[1], fmt.Sprintf("memgraphd-test-%d-%s", os.Getpid(), t.Name()))
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Skipf("no control group can be made: %v", err)
		}
		t.Cleanup(func() { removeGroups(t, dir) })
		return dir
	}
	t.Skip("there are no control groups of version 2")
	return ""
}

// removeGroups removes a group and those below it, as soon as their processes have gone.
func removeGroups(t *testing.T, dir string) {
	t.Helper()
	var err error
	for limit := time.Now().Add(10 * time.Second); time.Now().Before(limit); time.Sleep(10 * time.Millisecond) {
		out, failure := exec.Command("find", dir, "-depth", "-type", "d", "-delete").CombinedOutput()
		if err = failure; err == nil {
			return
		}
		err = fmt.Errorf("%w: %s", err, out)
	}
	t.Logf("a control group is left behind: %v", err)
}

// run runs a program on the machine and returns what it wrote.
func (m *machine) run(input string, args ...string) (string, error) {
	args = append([]string{
		"--target", strconv.Itoa(m.init), "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wd", "--",
		"env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive", "SYSTEMD_PAGER=cat",
	}, args...)
	cmd := exec.Command("nsenter", args...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// sh runs a shell command, which has to succeed, and returns what it wrote without white space around it.
func (m *machine) sh(command string) string {
	m.t.Helper()
	out, err := m.run("", "sh", "-c", command)
	if err != nil {
		m.t.Fatalf("%s: %v\n%s\n%s", command, err, out, m.journal())
	}
	return strings.TrimSpace(out)
}

// expect runs a shell command and compares what it wrote.
func (m *machine) expect(command, want string) {
	m.t.Helper()
	if got := m.sh(command); got != want {
		m.t.Errorf("%s\n%s\nand not\n%s", command, got, want)
	}
}

// contains runs a shell command and looks for a text in what it wrote.
func (m *machine) contains(command, want string) {
	m.t.Helper()
	if got := m.sh(command); !strings.Contains(got, want) {
		m.t.Errorf("%s does not write %q:\n%s", command, want, got)
	}
}

// fails runs a shell command that has to fail, and looks for a text in what it wrote.
func (m *machine) fails(command, want string) {
	m.t.Helper()
	out, err := m.run("", "sh", "-c", command)
	if err == nil || !strings.Contains(out, want) {
		m.t.Errorf("%s does not fail with %q: %v\n%s", command, want, err, out)
	}
}

// write writes a file on the machine.
func (m *machine) write(name, text string) {
	m.t.Helper()
	if out, err := m.run(text, "sh", "-c", `mkdir -p "$(dirname "$0")" && cat >"$0"`, name); err != nil {
		m.t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// copy copies a file of this machine to it.
func (m *machine) copy(from, to string) {
	m.t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		m.t.Fatal(err)
	}
	m.write(to, string(data))
}

// await tries until there is no error.
func (m *machine) await(what string, try func() error) {
	m.t.Helper()
	var err error
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(50 * time.Millisecond) {
		if err = try(); err == nil {
			return
		}
	}
	m.t.Fatalf("waited %v for %s: %v\n%s", patience, what, err, m.journal())
}

// eventually waits until a shell command writes a text.
func (m *machine) eventually(command, want string) {
	m.t.Helper()
	m.await(command, func() error {
		out, err := m.run("", "sh", "-c", command)
		if !strings.Contains(out, want) {
			return fmt.Errorf("%q does not have %q: %w", out, want, errors.Join(err, errNotYet))
		}
		return nil
	})
}

// journal is what the service has said.
func (m *machine) journal() string {
	if m.init == 0 {
		return ""
	}
	out, _ := m.run("", "journalctl", "--no-pager", "--output=cat", "--lines=60", "--unit=memgraphd.service")
	return out
}

// property is a property of the service.
func (m *machine) property(name string) string {
	m.t.Helper()
	return m.sh("systemctl show --value --property=" + name + " memgraphd.service")
}
