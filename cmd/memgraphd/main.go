// Command memgraphd is the server, and the clients of it that come in the same binary.
//
// Without a command it serves: it reads its configuration, recovers the graph from the data directory, listens
// for Bolt, and on SIGTERM stops in the opposite order. This package has the tree of commands and ends the process;
// what a server is, cmd/memgraphd/internal/server says.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"memgraphd/cmd/memgraphd/internal/exit"
	commands "memgraphd/internal/command"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// run carries out a command line and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot(stdout, stderr)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exit.OK
	}
	code, silent := exit.Failure, false
	if e := new(exit.Error); errors.As(err, &e) {
		code, silent = e.Code, e.Silent
	}
	if e := new(commands.StatusError); errors.As(err, &e) {
		code, silent = e.Status, e.Err == nil
	}
	if !silent {
		text := strings.ReplaceAll(err.Error(), "\n", "\nmemgraphd: ")
		if _, err := fmt.Fprintf(stderr, "memgraphd: %s\n", text); err != nil {
			return exit.Failure
		}
	}
	return code
}
