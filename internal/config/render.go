package config

import (
	"fmt"
	"strings"
)

const renderWidth = 100

// RenderFile writes the sample flag file: every supported flag with its help, commented out at its default.
func RenderFile() string {
	var b strings.Builder
	b.WriteString("# The configuration of memgraphd, one flag a line. Every flag is here, at its default.\n" +
		"# The environment (MEMGRAPH_<FLAG>) and the command line win over this file.\n" +
		"# Rendered from the flag table by `make golden`.\n")
	group := ""
	for _, f := range Flags() {
		if f.Unsupported != "" || f.Name == flagFile {
			continue
		}
		if f.Group != group {
			group = f.Group
			fmt.Fprintf(&b, "\n## %s\n", group)
		}
		b.WriteString("\n")
		for _, line := range wrap(f.Help+" "+sentence(f.Wants()), renderWidth-2) {
			b.WriteString("# " + line + "\n")
		}
		fmt.Fprintf(&b, "# --%s=%s\n", f.Name, f.Default)
	}
	b.WriteString("\n## More files\n\n# --flag-file=/etc/memgraph/more.conf\n")
	return b.String()
}

// RenderTables writes the tables of flags for the documentation.
func RenderTables() string {
	var b strings.Builder
	group := ""
	for _, f := range Flags() {
		if f.Unsupported != "" {
			continue
		}
		if f.Group != group {
			group = f.Group
			fmt.Fprintf(&b, "\n### %s\n\n| Flag | Default | Values | Meaning |\n| --- | --- | --- | --- |\n", group)
		}
		fmt.Fprintf(&b, "| `--%s` | %s | %s | %s |\n", f.Name, code(f.Default), f.Wants(), f.Help)
	}
	b.WriteString("\n### Known and without effect\n\nFlags of Memgraph's that are accepted with a warning, so that its files can be used as they are. " +
		"No warning comes when the value is what holds here anyway.\n\n| Flag | Why | Holds here |\n| --- | --- | --- |\n")
	for _, f := range Flags() {
		if f.Unsupported != "" {
			fmt.Fprintf(&b, "| `--%s` | %s | %s |\n", f.Name, f.Unsupported, code(f.Fixed))
		}
	}
	return b.String()
}

func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

// sentence makes a sentence of what a flag wants.
func sentence(wants string) string {
	return strings.ToUpper(wants[:1]) + wants[1:] + "."
}

// wrap breaks text into lines of at most width bytes, where words allow.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) <= width:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	return append(lines, line)
}
