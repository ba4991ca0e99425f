package compat

import (
	"flag"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"memgraphd/internal/durability"
	"memgraphd/internal/storage/value"
)

var write = flag.String("write", "", "name of the fixture that TestWrite writes, which must not exist")

// TestWrite writes a fixture, which is done once for each format.
func TestWrite(t *testing.T) {
	if *write == "" {
		return
	}
	f, ok := fixtures()[*write]
	if !ok {
		t.Fatalf("no fixture is called %s", *write)
	}
	to := filepath.Join("testdata", *write)
	if _, err := os.Stat(to); err == nil {
		t.Fatalf("%s is there: a fixture is written once, and read for ever", to)
	}
	dir := filepath.Join(t.TempDir(), "data")
	d := open(t, dir)
	for _, text := range f.schema {
		d.run(text)
	}
	d.samples(f, "snapshot")
	if f.entries != nil {
		check(t, f.entries(d.store))
		d.run("SET DESCRIPTION ON LABEL :Sample 'one of each'")
	}
	d.run("CREATE (:Gone), (:Gone)")
	d.run("MATCH (n:Gone) DELETE n")
	must[durability.SnapshotInfo](t)(d.disk.CreateSnapshot(background))
	d.samples(f, "log")
	d.run("MATCH (n:Sample {place: 'log'}) WITH n ORDER BY n.name WITH collect(n) AS list UNWIND range(1, size(list) - 1) AS i " +
		"WITH list[i - 1] AS a, list[i] AS b CREATE (a)-[:NEXT {place: b.name}]->(b)")
	d.run("CREATE (a:Extra:Sample {name: 'extra', place: 'log'}) SET a.name = 'changed', a:More REMOVE a:Extra")
	switch f.ending {
	case stopped:
		d.close()
		copyTo(t, dir, to)
		return
	case locked:
		must[bool](t)(d.disk.LockDirectory("ann from 127.0.0.1"))
	case killed:
	}
	copyTo(t, dir, to)
	d.close()
}

// samples makes a node for each sample.
func (d *database) samples(f fixture, place string) {
	d.t.Helper()
	for _, name := range slices.Sorted(maps.Keys(f.samples)) {
		d.run("CREATE (:Sample {name: $name, place: $place, value: "+f.samples[name]+"})",
			value.Entry{Key: "name", Value: value.String(name)}, value.Entry{Key: "place", Value: value.String(place)})
	}
}

// copyTo copies what belongs into a fixture.
func copyTo(t *testing.T, from, to string) {
	t.Helper()
	check(t, fs.WalkDir(os.DirFS(from), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !kept(name) {
			return err
		}
		data, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, name)), 0o755); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), data, 0o600)
	}))
}
