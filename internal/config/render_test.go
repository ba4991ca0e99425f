package config

import (
	"fmt"
	"strings"
)

const renderWidth = 100

// renderFile writes the sample flag file: every supported flag with its help, commented out at its default, then those
// without effect with the reason, commented out at what is their default in Memgraph.
func renderFile() string {
	var b strings.Builder
	b.WriteString("# The configuration of memgraphd, one flag a line. Every flag is here, at its default.\n" +
		"# The environment (MEMGRAPH_<FLAG>) and the command line win over this file.\n" +
		"# `memgraphd config check` finds what is wrong in it; `memgraphd config show` tells what counts, and why.\n" +
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
		renderFlag(&b, &f, f.Help)
	}
	b.WriteString("\n## More files\n\n# --flag-file=/etc/memgraph/more.conf\n")
	b.WriteString("\n## Without effect\n\n" +
		"# These flags of Memgraph's are accepted, so that its files can be used as they are; the server warns\n" +
		"# of each one that is set, unless it is set to what holds here anyway. They are at their defaults there.\n")
	for _, f := range Flags() {
		if f.Unsupported != "" && fromEnvironment(&f) {
			renderFlag(&b, &f, "No effect: "+f.Unsupported+".")
		}
	}
	return b.String()
}

// renderFlag writes one flag of the sample file with what is said about it.
func renderFlag(b *strings.Builder, f *Flag, about string) {
	b.WriteString("\n")
	for _, line := range Wrap(about+" "+sentence(f.Wants()), renderWidth-2) {
		b.WriteString("# " + line + "\n")
	}
	fmt.Fprintf(b, "# --%s=%s\n", f.Name, f.Default)
}

// renderTables writes the tables of flags for the documentation.
func renderTables() string {
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
		"No warning comes when the value is what holds here anyway.\n\n| Flag | Values | Why | Holds here |\n| --- | --- | --- | --- |\n")
	for _, f := range Flags() {
		if f.Unsupported != "" {
			fmt.Fprintf(&b, "| `--%s` | %s | %s | %s |\n", f.Name, f.Wants(), f.Unsupported, code(f.Fixed))
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
