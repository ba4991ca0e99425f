package configure

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"memgraphd/internal/config"
)

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func writeRows(w io.Writer, rows []config.Row) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if _, err := fmt.Fprintln(t, "NAME\tVALUE\tSOURCE"); err != nil {
		return err
	}
	for _, r := range rows {
		source := r.Source
		if r.Inert != "" {
			source += "; no effect: " + r.Inert
		}
		if _, err := fmt.Fprintf(t, "%s\t%s\t%s\n", r.Name, visible(r.Value, r.Unit), source); err != nil {
			return err
		}
	}
	return t.Flush()
}

func writeDifferences(w io.Writer, found []config.Difference) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, d := range found {
		_, err := fmt.Fprintf(t, "%s\t%s (%s)\t%s (%s)\n", d.Name, visible(d.Left, ""), d.LeftSource, visible(d.Right, ""), d.RightSource)
		if err != nil {
			return err
		}
	}
	return t.Flush()
}

// visible shows an empty value too, and the unit of one that has one.
func visible(value, unit string) string {
	switch {
	case value == "":
		return `""`
	case unit != "":
		return value + " " + unit
	}
	return value
}
