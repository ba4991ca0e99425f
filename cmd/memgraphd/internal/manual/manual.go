// Package manual writes the manual pages of the commands and of the flag file.
package manual

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"memgraphd/internal/config"
)

// New returns the command that writes the manual pages; building packages is what it is for.
func New(version string) *cobra.Command {
	return &cobra.Command{
		Use:    "man DIRECTORY",
		Short:  "Write the manual pages to a directory",
		Args:   cobra.ExactArgs(1),
		Hidden: true,
		RunE:   func(cmd *cobra.Command, args []string) error { return writeManual(cmd.Root(), args[0], version) },
	}
}

// writeManual writes a page for each command and one for the flag file. The environment variable
// SOURCE_DATE_EPOCH gives their date.
func writeManual(root *cobra.Command, dir, version string) error {
	for _, cmd := range root.Commands() {
		if cmd.Name() == "completion" {
			root.RemoveCommand(cmd)
		}
	}
	root.DisableAutoGenTag = true
	header := doc.GenManHeader{Section: "1", Source: "memgraphd " + version, Manual: "memgraphd"}
	if err := doc.GenManTreeFromOpts(root, doc.GenManTreeOptions{Header: &header, Path: dir, CommandSeparator: "-"}); err != nil {
		return fmt.Errorf("manual pages: %w", err)
	}
	if err := appendPage(filepath.Join(dir, "memgraphd.1"), writeServerSections); err != nil {
		return err
	}
	return appendPage(filepath.Join(dir, "memgraph.conf.5"), func(w io.Writer) error { return writeFlagFilePage(w, version) })
}

// appendPage adds to a page, which need not exist.
func appendPage(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return f.Close()
}

// writeServerSections adds what the flags of the server do not tell.
func writeServerSections(w io.Writer) error {
	_, err := io.WriteString(w, `.SH SIGNALS
.TP
SIGTERM, SIGINT
Stop: running statements get five seconds, an exit snapshot is written, the log is closed. The second such signal ends the
process at once; the next start recovers from the log.
.TP
SIGHUP
Read the configuration and the certificate anew, open \-\-log\-file anew. The log tells what changed, and what needs a restart.
.SH EXIT STATUS
.TP
0
Stopped in order.
.TP
1
An error that a restart may mend.
.TP
2
A wrong command line.
.TP
12
The data directory cannot be used.
.TP
13
The log file cannot be used.
.TP
78
A wrong configuration, or damaged data: a restart does not mend it.
.TP
130
Ended by a second signal.
.SH FILES
.TP
.I /etc/memgraph/memgraph.conf
The configuration, see memgraph.conf(5).
.TP
.I /var/lib/memgraph
The data of the service.
.TP
.I /var/log/memgraph
For \-\-log\-file; without it, the lines are in the journal: journalctl \-u memgraphd.
.TP
.I /usr/share/doc/memgraphd
The operator's guides.
`)
	return err
}

// writeFlagFilePage writes the page of the flag file, from the flag table.
func writeFlagFilePage(w io.Writer, version string) error {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH \"MEMGRAPH.CONF\" \"5\" \"\" \"memgraphd %s\" \"memgraphd\"\n", version)
	b.WriteString(`.SH NAME
memgraph.conf \- configuration of memgraphd
.SH DESCRIPTION
One flag a line, as \-\-name=value. Lines that begin with # are comments. The environment (MEMGRAPH_NAME, in capitals and
with underscores) and the command line win over the file. SIGHUP reads it anew.
.PP
A wrong name or value stops the start with exit status 78, and all of it is said at once.
`)
	group := ""
	for _, f := range config.Flags() {
		if f.Unsupported != "" {
			continue
		}
		if f.Group != group {
			group = f.Group
			fmt.Fprintf(&b, ".SH %s\n", roff(strings.ToUpper(group)))
		}
		fmt.Fprintf(&b, ".TP\n\\fB\\-\\-%s\\fP=%s\n%s\nTakes %s.\n", roff(f.Name), roff(f.Default), roff(f.Help), roff(f.Wants()))
	}
	b.WriteString(".SH SEE ALSO\nmemgraphd(1)\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// roff protects what is special to the formatter.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return text
}
