package model

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"

	"memgraphd/internal/storage/value"
	"memgraphd/test/model/reference"
)

// A case that has failed is kept as a file of two commands: the graph as one CREATE, and the
// query with what it has to give.

// Save writes a case that has failed to a file in dir and returns its name.
func Save(dir string, seed uint64, c Case, f Finding) (string, error) {
	text := fmt.Sprintf("# %s (%s), seed %d\ngraph\n%s\n----\n\nquery\n%s\n----\n%s",
		f.Kind, f.Config, seed, c.Graph.Text(), c.Text, answer(f))
	h := fnv.New64a()
	_, _ = h.Write([]byte(c.Text))
	name := filepath.Join(dir, fmt.Sprintf("%s-%08x", strings.ReplaceAll(f.Kind, " ", "-"), h.Sum64()>>32))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("keep a failure: %w", err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		return "", fmt.Errorf("keep a failure: %w", err)
	}
	return name, nil
}

// answer is what the reference gives, as far as it is certain.
func answer(f Finding) string {
	switch {
	case f.Want == nil:
		return "no answer\n"
	case f.Want.Err != nil:
		return "an error\n"
	case f.Level == Nothing:
		return "anything\n"
	case f.Level >= Loose:
		return fmt.Sprintf("%d rows\n", len(f.Want.Rows))
	case len(f.Want.Rows) == 0 && f.Want.Graph == "":
		return "no rows\n"
	}
	return f.Want.String()
}

// ParseGraph reads a graph written as one CREATE.
func ParseGraph(text string) (*reference.Graph, error) {
	g := &reference.Graph{}
	if strings.TrimSpace(text) == "" {
		return g, nil
	}
	q := parseQuery(text)
	if q == nil {
		return nil, fmt.Errorf("not a CREATE: %s", text)
	}
	if _, err := reference.Run(q, reference.Options{Graph: g, Params: map[string]value.Value{}}); err != nil {
		return nil, fmt.Errorf("make the graph: %w", err)
	}
	return g, nil
}
