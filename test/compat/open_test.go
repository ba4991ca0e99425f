package compat

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/query"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/value"
)

var background = context.Background() //nolint:gochecknoglobals // the empty context

// moment is the clock of the fixtures.
var moment = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// database is an open data directory with a session.
type database struct {
	t       *testing.T
	store   *storage.Store
	disk    *durability.Manager
	engine  *query.Engine
	session *query.Session
}

// tryOpen opens a data directory.
func tryOpen(t *testing.T, dir string) (*database, error) {
	t.Helper()
	d := &database{t: t, store: storage.New(storage.Options{})}
	var err error
	d.disk, err = durability.Open(t.Context(), durability.Options{
		FS: vfs.OS(), Dir: dir, Store: d.store, WALEnabled: true, SegmentBytes: 4096, RecoveryOnStartup: true,
		Now: func() time.Time { return moment },
	})
	if err != nil {
		check(t, d.store.Close())
		return nil, err
	}
	d.engine, err = query.New(query.Options{Store: d.store, Now: time.Now, Version: "compat"})
	check(t, err)
	d.session = d.engine.NewSession(query.SessionOptions{ID: "compat", Address: "127.0.0.1:1"})
	return d, nil
}

func open(t *testing.T, dir string) *database {
	t.Helper()
	d, err := tryOpen(t, dir)
	check(t, err)
	return d
}

// run runs a statement and returns its rows.
func (d *database) run(text string, params ...value.Entry) [][]value.Value {
	d.t.Helper()
	r, err := d.session.Run(background, text, value.Map(params), query.TxOptions{})
	if err != nil {
		d.t.Fatalf("%s: %v", text, err)
	}
	var rows [][]value.Value
	if _, err := r.Pull(background, -1, func(b *batch.Batch, _ batch.Entities) error {
		for i := range b.Rows() {
			row := make([]value.Value, len(b.Columns))
			for c := range b.Columns {
				row[c] = b.Columns[c].Value(b.Row(i))
			}
			rows = append(rows, row)
		}
		return nil
	}); err != nil {
		d.t.Fatalf("%s: %v", text, err)
	}
	return rows
}

// close ends the server in good order.
func (d *database) close() {
	d.t.Helper()
	d.session.Close()
	d.engine.Close()
	check(d.t, d.store.Check())
	check(d.t, d.disk.Close(background))
	check(d.t, d.store.Close())
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		check(t, err)
		return v
	}
}

// only returns the one file that matches.
func only(t *testing.T, pattern string) string {
	t.Helper()
	found := must[[]string](t)(filepath.Glob(pattern))
	if len(found) != 1 {
		t.Fatalf("%s: %v", pattern, found)
	}
	return found[0]
}

// copyOf returns a copy of a fixture that a server may write to.
func copyOf(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	check(t, os.CopyFS(dir, os.DirFS(filepath.Join("testdata", name))))
	return dir
}

// kept tells whether a file of a data directory belongs into a fixture.
func kept(name string) bool {
	return name != ".lock" && !strings.HasPrefix(name, "wal/spare") && !strings.HasPrefix(name, ".ballast")
}
