package main

import (
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	commands "memgraphd/internal/command"
	"memgraphd/internal/durability/vfs"
)

// offline returns the commands that work on files and repositories.
func offline(stdout, stderr io.Writer) []*cobra.Command {
	env := commands.Env{
		Stdin: os.Stdin, Stdout: stdout, Stderr: stderr, Terminal: isTerminal(stderr), Now: time.Now, FS: vfs.OS(), Version: versionName(),
	}
	list := []*cobra.Command{
		commands.NewBackup(env),
		commands.NewRestore(env),
		commands.NewInspect(env),
		commands.NewKeygen(env),
		commands.NewPrune(env),
		commands.NewVerify(env),
		commands.NewRepair(env),
		commands.NewDump(env),
		commands.NewImport(env),
	}
	for _, cmd := range list {
		cmd.SetUsageTemplate(new(cobra.Command).UsageTemplate())
	}
	return list
}

// isTerminal tells whether what is written there is seen on a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
