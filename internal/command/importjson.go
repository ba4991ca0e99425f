package command

import (
	"strings"

	"github.com/spf13/cobra"

	"memgraphd/internal/bulk"
)

// newImportJSON returns the command that imports JSON.
func newImportJSON(env Env) *cobra.Command {
	var f fileFlags
	var labels string
	cmd := newCommand(env, &cobra.Command{
		Use:   "json FILE...",
		Short: "Import nodes and relationships from JSON files",
		Long: "Imports nodes and relationships from JSON files into a running server: objects with type, id, labels and properties, or\n" +
			"with type, label, start, end and properties, as apoc.export.json and Memgraph's export_util write them. They may be lines,\n" +
			"a list, or lists named nodes and relationships in one object. With --label any objects become nodes with these labels,\n" +
			"and what is in them becomes properties. Files may be compressed by gzip; each is read twice, nodes first.",
		Args: cobra.MinimumNArgs(1),
	}, func(cmd *cobra.Command, out *output, args []string) error {
		ctx, stop := untilEnded(cmd.Context())
		defer stop()
		names, err := matching(env, args)
		if err != nil {
			return err
		}
		o := bulk.Options{JSON: names}
		if labels != "" {
			o.JSONLabels = strings.Split(labels, ":")
		}
		return runBulk(ctx, out, &f, o, append(names, names...))
	})
	f.add(cmd)
	cmd.Flags().StringVar(&labels, "label", "", "make nodes of all objects, with these labels: Person:Actor")
	return cmd
}
