package compat

import (
	"fmt"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/constraint"
	"memgraphd/internal/storage/graph"
)

// fixture says what a directory holds. Each sample is there twice: as a property of a node
// in the snapshot, and of one in the log after it.
type fixture struct {
	format  int
	ending  ending
	schema  []string          // statements before everything else
	samples map[string]string // name: the expression that it equals
	entries func(s *storage.Store) error
	links   int64 // relationships in the snapshot
}

// ending is how the server that wrote a directory came to its end.
type ending int

const (
	stopped ending = iota
	killed
	locked // and killed
)

func fixtures() map[string]fixture {
	return map[string]fixture{
		"format1": {
			format: 1, ending: stopped, schema: []string{"CREATE INDEX ON :Sample", "CREATE INDEX ON :Sample(name)"},
			samples: map[string]string{
				"true": "true", "false": "false", "zero": "0", "negative": "-7", "large": "9223372036854775807",
				"small": "-9223372036854775807 - 1", "float": "0.1", "tiny": "5e-324", "infinite": "1.0 / 0.0",
				"text": "'Grüße, 世界'", "empty": "''", "list": "[1, 'two', [3.5, null], true]", "floats": "[1.5, 2.5, -0.5]",
				"map": "{b: 1, a: {c: ['x']}, ``: null}", "long": "reduce(t = '', i IN range(1, 400) | t + 'lorem ipsum ')",
			},
		},
		"format2": {
			format: 2, ending: killed,
			samples: map[string]string{
				"date": "date('2024-02-29')", "ancient": "date('-0044-03-15')", "time": "time('12:34:56.789012345-01:30')",
				"local time": "localtime('23:59:59.999999999')", "local datetime": "localdatetime('1969-12-31T23:59:59.5')",
				"datetime": "datetime('2024-03-31T01:30:00Z')", "offset": "datetime('2024-03-31T03:30:00+02:00')",
				"zone": "datetime('2024-10-27T02:30:00[Europe/Berlin]')", "duration": "duration('P1Y2M3DT4H5M6.7S')",
				"negative": "duration('P-1M2DT-3S')", "cartesian": "point({x: 1.5, y: -2})", "solid": "point({x: 1, y: 2, z: 3})",
				"place": "point({longitude: 13.4, latitude: 52.5})", "peak": "point({longitude: 6.86, latitude: 45.83, height: 4808})",
				"list": "[date('2024-02-29'), [point({x: 0, y: 0})]]", "map": "{at: localdatetime('2024-01-01T00:00')}",
			},
		},
		"format3": {
			format: 3, ending: locked,
			schema: []string{
				"CREATE ENUM Status VALUES { Open, Closed }", "CREATE ENUM Other VALUES { Only }", "ALTER ENUM Status ADD VALUE Lost",
				"ALTER ENUM Status UPDATE VALUE Closed TO Done",
			},
			samples: map[string]string{
				"enum": "Status::Open", "renamed": "Status::Done", "added": "Status::Lost", "other": "Other::Only",
				"list": "[Status::Open, date('2024-02-29')]", "map": "{s: Other::Only}",
			},
			entries: declareEntries,
		},
		"format4": { // of the snapshot: relationships by their nodes
			format: 4, ending: stopped,
			samples: map[string]string{"enum": "Kind::A", "text": "'text'", "list": "[1, 2]", "date": "date('2024-02-29')"},
			schema: []string{
				"CREATE ENUM Kind VALUES { A, B }",
				"CREATE (a:Linked)-[:LINKS {since: date('2024-02-29')}]->(b:Linked)-[:LINKS]->(a), (b)-[:OTHER {kind: Kind::B}]->(b)",
			},
			links: 3,
		},
	}
}

// commits returns the format of the commits of a fixture.
func (f fixture) commits() int { return min(f.format, codec.Version) }

// declareEntries puts an entry of each kind that has no statement in every version.
func declareEntries(s *storage.Store) error {
	label, err := s.InternLabel("Sample")
	if err != nil {
		return err
	}
	key, err := s.InternKey("name")
	if err != nil {
		return err
	}
	place, err := s.InternKey("place")
	if err != nil {
		return err
	}
	for _, d := range []constraint.Definition{
		{Rule: constraint.Exists, Label: label, Keys: []graph.KeyID{key}},
		{Rule: constraint.Unique, Label: label, Keys: []graph.KeyID{key, place}},
		{Rule: constraint.Typed, Label: label, Keys: []graph.KeyID{key}, Type: constraint.String},
	} {
		if _, err = s.CreateConstraint(background, d); err != nil {
			return fmt.Errorf("constraint: %w", err)
		}
	}
	_, err = s.PutEntry(background, change.Entry{Kind: "setting", Name: "query.timeout", Data: []byte("\x0142")})
	return err
}
