package compat

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/codec"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage/value"
)

// TestEveryFormatHasAFixture fails where a format was added without one.
func TestEveryFormatHasAFixture(t *testing.T) {
	var want []string
	for n := range max(codec.Version, snapshot.Format) {
		want = append(want, fmt.Sprintf("format%d", n+1))
	}
	if got := slices.Sorted(maps.Keys(fixtures())); !slices.Equal(got, want) {
		t.Errorf("fixtures %v, formats %v", got, want)
	}
	for n := range object.Format {
		want = append(want, fmt.Sprintf("objects%d", n+1))
	}
	want = append(want, usersFixture)
	var there []string
	for _, e := range must[[]os.DirEntry](t)(os.ReadDir("testdata")) {
		there = append(there, e.Name())
	}
	if !slices.Equal(there, want) {
		t.Errorf("testdata has %v, want %v", there, want)
	}
}

// TestFixtureIsOfItsFormat looks into the files: the fixture is what its name says.
func TestFixtureIsOfItsFormat(t *testing.T) {
	for name, f := range fixtures() {
		dir := filepath.Join("testdata", name)
		header := must[[]byte](t)(os.ReadFile(only(t, filepath.Join(dir, "snapshots", "*.snap"))))
		if got := binary.LittleEndian.Uint32(header[8:]); int(got) != f.format {
			t.Errorf("%s: the snapshot has format %d", name, got)
		}
		highest := 0
		end, err := wal.Scan(wal.Options{FS: vfs.OS(), Dir: filepath.Join(dir, "wal")}, 1, func(r wal.Record) error {
			highest = max(highest, int(r.Payload[0]))
			return nil
		})
		check(t, err)
		if highest != f.commits() || end.Clean != (f.ending == stopped) {
			t.Errorf("%s: commits up to format %d, closed in good order: %v", name, highest, end.Clean)
		}
		_, err = os.Stat(filepath.Join(dir, "LOCK-DATA-DIRECTORY"))
		if (err == nil) != (f.ending == locked) {
			t.Errorf("%s: lock file: %v", name, err)
		}
	}
}

// TestEveryFormatStaysReadable opens each fixture three ways: as it is, by the log alone,
// and a second time after this version has written to it.
func TestEveryFormatStaysReadable(t *testing.T) {
	for name, f := range fixtures() {
		t.Run(name, func(t *testing.T) {
			dir := copyOf(t, name)
			d := open(t, dir)
			d.holds(f)
			if r := d.disk.Report(); r.Snapshot.Path == "" || r.Replayed == 0 || r.Clean != (f.ending == stopped) {
				t.Errorf("report %+v", r)
			}
			d.run("CREATE (:Later {value: 1})")
			d.close()

			d = open(t, dir)
			d.holds(f)
			must[durability.SnapshotInfo](t)(d.disk.CreateSnapshot(background))
			d.close()
			d = open(t, dir)
			d.holds(f)
			d.close()

			dir = copyOf(t, name)
			check(t, os.RemoveAll(filepath.Join(dir, "snapshots")))
			d = open(t, dir)
			d.holds(f)
			if r := d.disk.Report(); r.Snapshot.Path != "" {
				t.Errorf("report %+v", r)
			}
			d.close()
		})
	}
}

// holds compares a database with what its fixture says.
func (d *database) holds(f fixture) {
	d.t.Helper()
	for name, expression := range f.samples {
		for _, place := range []string{"snapshot", "log"} {
			// DISTINCT takes null for null, also inside of lists and maps.
			rows := d.run("MATCH (n:Sample {name: $name, place: $place}) UNWIND [n.value, "+expression+"] AS x "+
				"RETURN count(*) = 2 AND count(DISTINCT x) = 1 AND count(DISTINCT valueType(x)) = 1",
				value.Entry{Key: "name", Value: value.String(name)}, value.Entry{Key: "place", Value: value.String(place)})
			if len(rows) != 1 || !isTrue(rows[0][0]) {
				d.t.Errorf("%s in the %s is not %s: %v", name, place, expression, rows)
			}
		}
	}
	d.counts("MATCH (n:Sample) RETURN count(n)", int64(2*len(f.samples)+1))
	d.counts("MATCH (:Sample)-[r:NEXT]->(b) WHERE r.place = b.name RETURN count(r)", int64(len(f.samples)-1))
	d.counts("MATCH (n:Gone) RETURN count(n)", 0)
	d.counts("MATCH (a:Linked)-[r]->(b:Linked) WHERE a <> b AND type(r) = 'LINKS' OR a = b AND type(r) = 'OTHER' RETURN count(r)", f.links)
	d.counts("MATCH (n:More:Sample {name: 'changed'}) WHERE NOT n:Extra RETURN count(n)", 1)
	entries := map[string]int{}
	for _, e := range d.store.Entries("") {
		entries[e.Kind]++
	}
	if want := f.declared(); !maps.Equal(entries, want) {
		d.t.Errorf("entries %v, want %v", entries, want)
	}
}

// declared counts what a fixture declares beside the graph.
func (f fixture) declared() map[string]int {
	switch f.format {
	case 1:
		return map[string]int{"index": 2}
	case 3:
		return map[string]int{"enum": 2, "constraint": 3, "description": 1, "setting": 1}
	case 4:
		return map[string]int{"enum": 1}
	}
	return map[string]int{}
}

func isTrue(v value.Value) bool { return v.Kind() == value.KindBool && v.AsBool() }

func (d *database) counts(text string, want int64) {
	d.t.Helper()
	if rows := d.run(text); len(rows) != 1 || rows[0][0].AsInt() != want {
		d.t.Errorf("%s: %v, want %d", text, rows, want)
	}
}

// TestLockFileStaysReadable makes the lock of the fixture that of its copy, and finds it in
// force.
func TestLockFileStaysReadable(t *testing.T) {
	dir := copyOf(t, "format3")
	name := filepath.Join(dir, "LOCK-DATA-DIRECTORY")
	var lock map[string]any
	check(t, json.Unmarshal(must[[]byte](t)(os.ReadFile(name)), &lock))
	lock["directory"] = must[vfs.Info](t)(vfs.OS().Stat(dir)).ID
	lock["file"] = must[vfs.Info](t)(vfs.OS().Stat(name)).ID
	check(t, os.WriteFile(name, must[[]byte](t)(json.Marshal(lock)), 0o600))
	d := open(t, dir)
	held := must[durability.LockInfo](t)(d.disk.DirectoryLock())
	if !held.Locked || held.Owner != "ann from 127.0.0.1" || !held.Since.Equal(moment) {
		t.Errorf("got %+v", held)
	}
	must[bool](t)(d.disk.UnlockDirectory())
	d.close()
}

// TestIdentityWithoutNote reads a database.json without the field that came later.
func TestIdentityWithoutNote(t *testing.T) {
	dir := copyOf(t, "format1")
	editIdentity(t, dir, func(id map[string]any) { delete(id, "reached") })
	d := open(t, dir)
	d.holds(fixtures()["format1"])
	d.close()
}

// editIdentity changes database.json and makes its checksum fit.
func editIdentity(t *testing.T, dir string, change func(map[string]any)) {
	t.Helper()
	name := filepath.Join(dir, "database.json")
	line, _, _ := strings.Cut(string(must[[]byte](t)(os.ReadFile(name))), "\n")
	var id map[string]any
	check(t, json.Unmarshal([]byte(line), &id))
	change(id)
	text := must[[]byte](t)(json.Marshal(id))
	check(t, os.WriteFile(name, fmt.Appendf(text, "\n%016x\n", xxhash.Sum64(text)), 0o600))
}

// TestNewerFormatIsRefusedByName raises the format of each kind of file, with checksums that
// fit: the start names the file and both formats, and changes nothing.
func TestNewerFormatIsRefusedByName(t *testing.T) {
	le := binary.LittleEndian
	edit := func(t *testing.T, name string, change func([]byte)) {
		t.Helper()
		data := must[[]byte](t)(os.ReadFile(name))
		change(data)
		check(t, os.WriteFile(name, data, 0o600))
	}
	for file, raise := range map[string]func(t *testing.T, dir string) string{
		"identity": func(t *testing.T, dir string) string {
			t.Helper()
			editIdentity(t, dir, func(id map[string]any) { id["format"] = 9 })
			return filepath.Join(dir, "database.json")
		},
		"snapshot": func(t *testing.T, dir string) string {
			t.Helper()
			name := only(t, filepath.Join(dir, "snapshots", "*.snap"))
			edit(t, name, func(b []byte) {
				le.PutUint32(b[8:], 9)
				le.PutUint64(b[64:], xxhash.Sum64(b[:64]))
			})
			return name
		},
		"log": func(t *testing.T, dir string) string {
			t.Helper()
			list := must[[]string](t)(filepath.Glob(filepath.Join(dir, "wal", "*.wal")))
			edit(t, list[len(list)-1], func(b []byte) {
				le.PutUint32(b[8:], 9)
				le.PutUint32(b[60:], crc32.Checksum(b[:60], crc32.MakeTable(crc32.Castagnoli)))
			})
			return list[len(list)-1]
		},
	} {
		for name := range fixtures() {
			dir := copyOf(t, name)
			changed := raise(t, dir)
			before := contents(t, dir)
			_, err := tryOpen(t, dir)
			if _, newer := errors.AsType[*durability.NewerFormatError](err); !newer ||
				!strings.HasPrefix(err.Error(), changed+" was written by a newer version: format 9, this server reads up to ") {
				t.Errorf("%s, %s: %v", name, file, err)
			}
			if !maps.Equal(before, contents(t, dir)) {
				t.Errorf("%s, %s: the directory was changed", name, file)
			}
		}
	}
}

// contents maps the files of a directory to what is in them.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	check(t, filepath.WalkDir(dir, func(name string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == ".lock" || strings.HasPrefix(e.Name(), ".") {
			return err
		}
		data, err := os.ReadFile(name)
		out[name] = string(data)
		return err
	}))
	return out
}
