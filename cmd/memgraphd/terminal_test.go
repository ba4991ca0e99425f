package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// keys are the names of keys in the tests of terminals.
var keys = strings.NewReplacer("<tab>", "\t", "<enter>", "\r", "<up>", "\x1b[A", "<ctrl-c>", "\x03", "<ctrl-d>", "\x04",
	"<ctrl-r>", "\x12", "<ctrl-u>", "\x15", "<esc>", "\x1b", "<paste>", "\x1b[200~", "</paste>", "\x1b[201~", "<nl>", "\n")

// terminal is a program in a pseudo-terminal, and what it shows.
type terminal struct {
	cmd    *exec.Cmd
	file   *os.File
	screen vt10x.Terminal
	read   sync.WaitGroup

	mu       sync.Mutex
	changed  time.Time
	asked    int    // how often the program asked where the cursor is
	tail     string // the end of what it wrote, where a question may have begun
	answered int    // asked when the last line was ended
}

// whereIsCursor is the question of an editor that begins a line. It takes what comes for the answer, so nothing may be typed before it.
const whereIsCursor = "\x1b[6n"

func openTerminal(t *testing.T, cmd *exec.Cmd, columns, rows uint16) *terminal {
	t.Helper()
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: columns, Rows: rows})
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	m := &terminal{cmd: cmd, file: file, changed: time.Now()}
	// The emulator answers questions about the cursor.
	m.screen = vt10x.New(vt10x.WithWriter(file), vt10x.WithSize(int(columns), int(rows)))
	m.read.Go(func() {
		buffer := make([]byte, 4096)
		for {
			n, err := file.Read(buffer)
			if err != nil {
				return // the program has ended
			}
			m.mu.Lock()
			_, _ = m.screen.Write(buffer[:n])
			text := m.tail + string(buffer[:n])
			m.asked += strings.Count(text, whereIsCursor)
			m.tail = text[max(len(text)-len(whereIsCursor)+1, 0):]
			m.changed = time.Now()
			m.mu.Unlock()
		}
	})
	return m
}

// enter types text, and waits until the screen shows what is expected and rests.
func (m *terminal) enter(t *testing.T, text string, until *regexp.Regexp) {
	t.Helper()
	var typed time.Time
	for text != "" {
		m.settle()
		n := strings.IndexAny(text, "\r\x03") + 1
		if n == 0 {
			n = len(text)
		}
		m.mu.Lock()
		if strings.ContainsAny(text[:n], "\r\x03") {
			m.answered = m.asked
		}
		m.mu.Unlock()
		typed = time.Now()
		if _, err := m.file.WriteString(text[:n]); err != nil {
			t.Fatal(err)
		}
		text = text[n:]
	}
	for limit := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		m.mu.Lock()
		shown, quiet := m.text(), m.changed.After(typed) && time.Since(m.changed) > restsFor
		m.mu.Unlock()
		if quiet && until.MatchString(shown) {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("the screen never showed %v:\n%s", until, shown)
		}
	}
}

// restsFor is how long a screen does not change when it rests.
const restsFor = 300 * time.Millisecond

// settle waits until a line has begun and the screen rests, for a few seconds at most: a pager asks nothing.
func (m *terminal) settle() {
	for limit := time.Now().Add(3 * time.Second); time.Now().Before(limit); time.Sleep(10 * time.Millisecond) {
		m.mu.Lock()
		ready := m.asked > m.answered && time.Since(m.changed) > restsFor/2
		m.mu.Unlock()
		if ready {
			return
		}
	}
}

// text is what the screen shows, without empty lines at the end; the caller holds mu.
func (m *terminal) text() string {
	var lines []string
	columns, rows := m.screen.Size()
	for y := range rows {
		var line []rune
		for x := range columns {
			c := m.screen.Cell(x, y).Char
			if c == 0 {
				c = ' '
			}
			line = append(line, c)
		}
		lines = append(lines, strings.TrimRight(string(line), " "))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

// colors shows the colour of each character of the lines that have any: a letter, or "." for none.
func (m *terminal) colors() string {
	var b strings.Builder
	columns, rows := m.screen.Size()
	for y := range rows {
		line, colored := make([]byte, columns), false
		for x := range columns {
			line[x] = '.'
			if fg := m.screen.Cell(x, y).FG; fg < 16 {
				line[x], colored = 'a'+byte(fg), true
			}
		}
		if colored {
			fmt.Fprintf(&b, "%s\n", strings.TrimRight(string(line), "."))
		}
	}
	return b.String()
}

// TestTerminal reads testdata/terminal: "open [columns=] [rows=] [flags...]" starts a shell in a pseudo-terminal, "type"
// types its input below the first line, the names of keys in angle brackets, and shows the screen when it has what the first line says, "quiet" does so without
// showing it, "colors" shows its colours, "file" writes one, and "end" waits for the end of the shell.
func TestTerminal(t *testing.T) {
	if os.Getenv("MEMGRAPHD_SCREENS") == "" {
		t.Skip("half a minute of typing and waiting: make screens runs it")
	}
	t.Parallel()
	home := t.TempDir()
	s := start(t, filepath.Join(t.TempDir(), "data"))
	var m *terminal
	times := regexp.MustCompile(`[0-9.]+ (µs|ms|s)\b`)
	datadriven.RunTest(t, "testdata/terminal", func(t *testing.T, d *datadriven.TestData) string {
		t.Helper()
		switch d.Cmd {
		case "file":
			if err := os.WriteFile(filepath.Join(home, d.CmdArgs[0].Key), []byte(d.Input), 0o600); err != nil {
				t.Fatal(err)
			}
			return ""
		case "shell":
			out, errs, _ := s.statements(t, d.Input, "--output-format=csv")
			return out + errs
		case "open":
			columns, rows := uint16(80), uint16(24)
			args := []string{"shell", "--port=" + s.port}
			for _, a := range d.CmdArgs {
				switch a.Key {
				case "columns":
					d.ScanArgs(t, "columns", &columns)
				case "rows":
					d.ScanArgs(t, "rows", &rows)
				default:
					args = append(args, "--"+strings.TrimSuffix(a.Key+"="+strings.Join(a.Vals, ","), "="))
				}
			}
			cmd := command(t, home, args...)
			cmd.Dir = home
			cmd.Env = append(cmd.Env, "TERM=xterm-256color", "LESSCHARSET=utf-8")
			m = openTerminal(t, cmd, columns, rows)
			m.enter(t, "", regexp.MustCompile(`(?m)> *$`))
			return ""
		case "end":
			if err := m.cmd.Wait(); err != nil {
				t.Errorf("the shell ended with %v", err)
			}
			_ = m.file.Close()
			m.read.Wait()
			return ""
		case "colors":
			m.mu.Lock()
			defer m.mu.Unlock()
			return m.colors()
		case "type", "quiet":
			until, text, _ := strings.Cut(d.Input, "\n")
			m.enter(t, keys.Replace(strings.ReplaceAll(text, "\n", "")), regexp.MustCompile("(?s)"+until))
			if d.Cmd == "quiet" {
				return ""
			}
			m.mu.Lock()
			defer m.mu.Unlock()
			return strings.ReplaceAll(strings.ReplaceAll(times.ReplaceAllString(m.text(), "…"), s.port, "PORT"), versionName(), "VERSION")
		}
		t.Fatalf("unknown command %s", d.Cmd)
		return ""
	})
}
