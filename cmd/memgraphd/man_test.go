package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"memgraphd/internal/config"
)

// TestManual writes the manual pages: each command has one, and each flag is in that of the flag file.
func TestManual(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	root := newRoot(io.Discard, io.Discard)
	root.SetArgs([]string{"man", dir})
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	page := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		}
		return string(text)
	}
	for _, cmd := range root.Commands() {
		if cmd.IsAvailableCommand() && cmd.Name() != "help" && !strings.Contains(page("memgraphd-"+cmd.Name()+".1"), ".SH SYNOPSIS") {
			t.Errorf("the page of %s has no synopsis", cmd.Name())
		}
	}
	if !strings.Contains(page("memgraphd.1"), ".SH EXIT STATUS") {
		t.Error("the page of the server does not tell the exit codes")
	}
	conf := page("memgraph.conf.5")
	for _, f := range config.Flags() {
		if f.Unsupported == "" && !strings.Contains(conf, "\\fB\\-\\-"+strings.ReplaceAll(f.Name, "-", `\-`)+"\\fP=") {
			t.Errorf("--%s is not in memgraph.conf(5)", f.Name)
		}
	}
}
