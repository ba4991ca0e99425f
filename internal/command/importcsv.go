package command

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"memgraphd/internal/bulk"
)

// newImportCSV returns the command that imports files of comma-separated values.
func newImportCSV(env Env) *cobra.Command {
	var f fileFlags
	var csv bulk.CSV
	var nodes, relationships []string
	cmd := newCommand(env, &cobra.Command{
		Use:   "csv --nodes [LABELS=]FILE[,FILE...] ... [--relationships [TYPE=]FILE[,FILE...]] ...",
		Short: "Import nodes and relationships from CSV files",
		Long: "Imports nodes and relationships from CSV files into a running server. Their headers are those of neo4j-admin's importer:\n" +
			"name:type for a property; :ID, :START_ID and :END_ID, each with a group of ids in parentheses if need be, :LABEL, :TYPE and\n" +
			":IGNORE. The files of one --nodes or --relationships share the header that is the first line of the first of them. Files\n" +
			"may be compressed by gzip, and * and ? in their names stand for all that match.\n\n" +
			"  memgraphd import csv --nodes Person=people.csv --nodes Film=films-header.csv,films-*.csv.gz --relationships ACTED_IN=roles.csv",
		Args: cobra.NoArgs,
	}, func(cmd *cobra.Command, out *output, _ []string) error {
		ctx, stop := untilEnded(cmd.Context())
		defer stop()
		o := bulk.Options{CSV: csv}
		var names []string
		for _, list := range []struct {
			flag string
			from []string
			to   *[]bulk.Input
		}{{"--nodes", nodes, &o.Nodes}, {"--relationships", relationships, &o.Relationships}} {
			for _, text := range list.from {
				in, err := parseInput(env, list.flag, text)
				if err != nil {
					return err
				}
				*list.to = append(*list.to, in)
				names = append(names, in.Files...)
			}
		}
		if len(o.Nodes) == 0 {
			return Usage(errors.New("--nodes says what to import; relationships alone have no ends"))
		}
		if err := parseDelimiters(&o.CSV); err != nil {
			return err
		}
		return runBulk(ctx, out, &f, o, names)
	})
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringArrayVar(&nodes, "nodes", nil, "files of nodes, with labels for all of them in front: Person:Actor=a.csv,b.csv")
	flags.StringArrayVar(&relationships, "relationships", nil, "files of relationships, with their type in front if no column has it")
	flags.StringVar(&csv.Delimiter, "delimiter", ",", "between fields: a character, or tab, semicolon, pipe")
	flags.StringVar(&csv.ArrayDelimiter, "array-delimiter", ";", "between the items of lists")
	flags.StringVar(&csv.Quote, "quote", `"`, "around fields with delimiters or line breaks in them")
	flags.BoolVar(&csv.SkipHeaders, "skip-headers", false, "files after the first of a list begin with a header too, which is passed over")
	flags.BoolVar(&csv.IgnoreExtra, "ignore-extra-columns", false, "fields behind those of the header are no mistake")
	flags.BoolVar(&csv.IgnoreEmpty, "ignore-empty-strings", false, "quoted fields with nothing in them set no property, as unquoted ones")
	flags.BoolVar(&csv.Trim, "trim-strings", false, "take the spaces around texts away")
	return cmd
}

// parseInput reads LABEL:LABEL=FILE,FILE or TYPE=FILE,FILE.
func parseInput(env Env, flag, text string) (bulk.Input, error) {
	var in bulk.Input
	files := text
	if name, rest, named := strings.Cut(text, "="); named && !strings.ContainsRune(name, filepath.Separator) {
		files = rest
		if flag == "--nodes" {
			in.Labels = strings.Split(name, ":")
		} else {
			in.Type = name
		}
	}
	if slices.Contains(in.Labels, "") {
		return in, Usage(fmt.Errorf("%s=%s: a label is empty", flag, text))
	}
	var names []string
	for name := range strings.SplitSeq(files, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return in, Usage(fmt.Errorf("%s=%s names no file", flag, text))
	}
	var err error
	in.Files, err = matching(env, names)
	return in, err
}

// parseDelimiters reads the names of delimiters and checks that they can be told apart.
func parseDelimiters(c *bulk.CSV) error {
	for _, d := range []*string{&c.Delimiter, &c.ArrayDelimiter, &c.Quote} {
		switch strings.ToLower(*d) {
		case "tab", `\t`:
			*d = "\t"
		case "semicolon":
			*d = ";"
		case "pipe":
			*d = "|"
		}
		if utf8.RuneCountInString(*d) != 1 || *d == "\n" || *d == "\r" {
			return Usage(fmt.Errorf("%q is no delimiter: one character, or tab, semicolon, pipe", *d))
		}
	}
	if c.Delimiter == c.ArrayDelimiter || c.Delimiter == c.Quote || c.ArrayDelimiter == c.Quote {
		return Usage(errors.New("--delimiter, --array-delimiter and --quote have to differ"))
	}
	return nil
}
