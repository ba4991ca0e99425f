package shellcommand

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"memgraphd/internal/shell"
)

// dress gives the shell what a terminal has: its size, a pager and a history.
func (f *shellFlags) dress(o *shell.Options, stderr io.Writer) {
	if f.wrap {
		o.Size = func() (columns, rows int) {
			columns, rows, err := term.GetSize(int(os.Stdout.Fd()))
			if err != nil {
				return 0, 0
			}
			return columns, rows
		}
	}
	if program := f.pagerProgram(); program != nil {
		o.Paged, o.Pager = true, func() (io.WriteCloser, error) { return openPager(program) }
	}
	if f.noHist {
		return
	}
	var err error
	if o.HistoryFile, err = prepareHistory(f.history); err != nil {
		o.HistoryFile = ""
		_, _ = fmt.Fprintf(stderr, "no history: %v\n", err) // the shell goes on without
	}
}

// colored says whether there are colours.
func (f *shellFlags) colored(interactive bool) (bool, error) {
	switch f.color {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
		return interactive && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb", nil
	}
	return false, fmt.Errorf("--color is auto, always or never, and not %s", f.color)
}

// pagerProgram is the pager with its arguments, nil for none.
func (f *shellFlags) pagerProgram() []string {
	given := f.pager
	if given == "" {
		given = os.Getenv("PAGER")
	}
	switch words := strings.Fields(given); {
	case given == "none":
		return nil
	case len(words) > 0:
		return words
	}
	return []string{"less", "-SRX"}
}

// pager is a program that shows what is written to it.
type pager struct {
	io.WriteCloser
	cmd *exec.Cmd
}

func openPager(program []string) (io.WriteCloser, error) {
	cmd := exec.Command(program[0], program[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &pager{WriteCloser: in, cmd: cmd}, nil
}

// Close ends the text and waits until the user leaves the pager; how that ends is its own affair.
func (p *pager) Close() error {
	err := p.WriteCloser.Close()
	if waited := p.cmd.Wait(); waited != nil {
		if _, ended := errors.AsType[*exec.ExitError](waited); !ended {
			err = errors.Join(err, waited)
		}
	}
	return err
}

// input is what statements are read from where there is no terminal, with its size if it is a file.
func (f *shellFlags) input() (in io.ReadCloser, size int64, err error) {
	if f.file != "" && f.file != "-" {
		return openSource(f.file)
	}
	info, err := os.Stdin.Stat()
	if err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	return io.NopCloser(os.Stdin), size, nil
}

// openSource opens a file of statements.
func openSource(name string) (file io.ReadCloser, size int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	if info.Mode().IsRegular() {
		size = info.Size()
	}
	return f, size, nil
}

// listFiles lists the files whose names begin with prefix, directories with a slash behind.
func listFiles(prefix string) ([]string, error) {
	dir, _ := filepath.Split(prefix)
	entries, err := os.ReadDir(filepath.Join(".", dir))
	if filepath.IsAbs(dir) {
		entries, err = os.ReadDir(dir)
	}
	if err != nil {
		return nil, err
	}
	var found []string
	for _, e := range entries {
		name := dir + e.Name()
		if e.IsDir() {
			name += "/"
		}
		found = append(found, name)
	}
	return found, nil
}
