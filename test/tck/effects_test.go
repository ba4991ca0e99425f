package tck

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// effectNames are the differences that a table of side effects may name.
func effectNames() []string {
	return []string{
		"+nodes", "-nodes", "+relationships", "-relationships",
		"+labels", "-labels", "+properties", "-properties",
	}
}

// state is what can be seen of a graph: how often each node and relationship (by its
// element id), each label that some node has, and each property (by entity, key and value)
// is there.
type state map[string]map[string]int

// The queries that see all of a graph.
const (
	allNodes         = "MATCH (n) RETURN elementId(n), labels(n), properties(n)"
	allRelationships = "MATCH ()-[r]->() RETURN elementId(r), properties(r)"
)

// look reads the state of a graph.
func look(ctx context.Context, db database) (state, error) {
	s := state{"nodes": {}, "relationships": {}, "labels": {}, "properties": {}}
	nodes, err := db.run(ctx, allNodes, nil)
	if err != nil {
		return nil, fmt.Errorf("looking at the nodes: %w", err)
	}
	for _, row := range nodes.rows {
		s["nodes"][row[0].(string)] = 1
		for _, label := range row[1].([]any) {
			s["labels"][label.(string)] = 1
		}
		s.properties("n"+row[0].(string), row[2])
	}
	rels, err := db.run(ctx, allRelationships, nil)
	if err != nil {
		return nil, fmt.Errorf("looking at the relationships: %w", err)
	}
	for _, row := range rels.rows {
		s["relationships"][row[0].(string)] = 1
		s.properties("r"+row[0].(string), row[1])
	}
	return s, nil
}

func (s state) properties(of string, props any) {
	for key, v := range props.(map[string]any) {
		s["properties"][of+" "+key+" "+(&result{}).text(v)]++
	}
}

// difference counts what came and what went between two states.
func difference(before, after state) map[string]int {
	out := map[string]int{}
	for kind := range before {
		if n := missing(after[kind], before[kind]); n > 0 {
			out["+"+kind] = n
		}
		if n := missing(before[kind], after[kind]); n > 0 {
			out["-"+kind] = n
		}
	}
	return out
}

// missing counts what is in a and not in b.
func missing(a, b map[string]int) int {
	n := 0
	for key, times := range a {
		n += max(0, times-b[key])
	}
	return n
}

// compareEffects tells how the differences that were seen differ from those expected.
func compareEffects(got, want map[string]int) error {
	if maps.Equal(got, want) {
		return nil
	}
	return fmt.Errorf("side effects %s, want %s", effectText(got), effectText(want))
}

func effectText(effects map[string]int) string {
	text := "none"
	for i, name := range slices.Sorted(maps.Keys(effects)) {
		if i == 0 {
			text = ""
		} else {
			text += ", "
		}
		text += fmt.Sprintf("%s %d", name, effects[name])
	}
	return text
}
