package durability_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/vfs"
)

// trouble is what a store makes of a call.
type trouble int

const (
	noTrouble  trouble = iota
	fails              // nothing is done
	loses              // it is done, and reported as failed
	hangs              // nothing is done, and nothing is said until the caller gives up
	hangsAfter         // it is done, and nothing is said
	breaksOff          // fails after some bytes were read
)

var errStore = errors.New("the store is in trouble")

// remote is a store in memory that can be in trouble.
type remote struct {
	mu      sync.Mutex
	objects map[string][]byte
	calls   int
	trouble func(call int, kind, name string) trouble
}

var _ object.Store = (*remote)(nil)

func newRemote() *remote { return &remote{objects: make(map[string][]byte)} }

func (r *remote) String() string { return "memory" }

func (r *remote) Close() error { return nil }

// begin counts a call and says what becomes of it.
func (r *remote) begin(ctx context.Context, kind, name string) (trouble, error) {
	r.mu.Lock()
	r.calls++
	what := noTrouble
	if r.trouble != nil {
		what = r.trouble(r.calls, kind, name)
	}
	r.mu.Unlock()
	switch {
	case what == fails:
		return what, errStore
	case what == hangs, what == hangsAfter && kind != "put" && kind != "delete":
		<-ctx.Done()
		return what, context.Cause(ctx)
	case what != noTrouble && kind != "put" && kind != "delete":
		return what, errStore
	}
	return what, ctx.Err()
}

// end says what the caller hears of what was done.
func (r *remote) end(ctx context.Context, what trouble) error {
	if what == hangsAfter {
		<-ctx.Done()
		return context.Cause(ctx)
	}
	if what == loses {
		return errStore
	}
	return nil
}

func (r *remote) set(fn func(call int, kind, name string) trouble) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trouble = fn
}

func (r *remote) Put(ctx context.Context, name string, size int64, src io.Reader) error {
	what, err := r.begin(ctx, "put", name)
	if err != nil {
		return err
	}
	if what == breaksOff {
		_, err = src.Read(make([]byte, 7))
		return errors.Join(err, errStore)
	}
	data, err := io.ReadAll(src)
	switch {
	case err != nil:
		return err
	case size >= 0 && int64(len(data)) != size:
		return fmt.Errorf("%d bytes of %d", len(data), size)
	case object.CheckName(name) != nil:
		return object.CheckName(name)
	}
	r.mu.Lock()
	_, taken := r.objects[name]
	if !taken {
		r.objects[name] = data
	}
	r.mu.Unlock()
	if taken {
		return object.ErrExists
	}
	return r.end(ctx, what)
}

func (r *remote) Get(ctx context.Context, name string, offset int64) (io.ReadCloser, error) {
	if _, err := r.begin(ctx, "get", name); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	data, ok := r.objects[name]
	if !ok {
		return nil, object.ErrNotFound
	}
	return io.NopCloser(bytes.NewReader(data[offset:])), nil
}

func (r *remote) Stat(ctx context.Context, name string) (object.Info, error) {
	if _, err := r.begin(ctx, "stat", name); err != nil {
		return object.Info{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	data, ok := r.objects[name]
	if !ok {
		return object.Info{}, object.ErrNotFound
	}
	return object.Info{Name: name, Bytes: int64(len(data))}, nil
}

func (r *remote) List(ctx context.Context, prefix string, fn func(object.Info) error) error {
	if _, err := r.begin(ctx, "list", prefix); err != nil {
		return err
	}
	for _, name := range r.names(prefix) {
		if err := fn(object.Info{Name: name}); err != nil {
			return err
		}
	}
	return nil
}

func (r *remote) Delete(ctx context.Context, name string) error {
	what, err := r.begin(ctx, "delete", name)
	if err != nil || what == breaksOff {
		return cmp.Or(err, errStore)
	}
	r.mu.Lock()
	delete(r.objects, name)
	r.mu.Unlock()
	return r.end(ctx, what)
}

func (r *remote) names(prefix string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	for name := range r.objects {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// clone returns what is there, without the trouble.
func (r *remote) clone() *remote {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := newRemote()
	maps.Copy(c.objects, r.objects)
	return c
}

// rebuilt makes a data directory of what a repository has of a timeline: its newest
// snapshot, and the log put together.
func rebuilt(tb testing.TB, r *remote, timeline uint32) *vfs.Mem {
	tb.Helper()
	r = r.clone()
	fsys := vfs.NewMem(1)
	check(tb, errors.Join(fsys.MkdirAll(dataDir+"/wal"), fsys.MkdirAll(dataDir+"/snapshots")))
	var repository backup.Repository
	check(tb, object.GetJSON(noContext, r, backup.RepositoryName, &repository))
	files := make(map[uint64][]byte)
	reached := make(map[uint64]int64)
	for _, name := range r.names(backup.TimelineLog(timeline)) {
		p, ok := backup.ParsePieceName(name)
		if !ok {
			tb.Fatalf("%s is no piece", name)
		}
		data := unsealed(tb, r, name)
		if int64(len(data)) != p.To-p.From {
			tb.Fatalf("%s has %d bytes", name, len(data))
		}
		if file := files[p.Segment]; p.From <= int64(len(file)) && p.To > int64(len(file)) {
			files[p.Segment] = append(file[:p.From], data...)
		}
		reached[p.Segment] = max(reached[p.Segment], p.To)
	}
	for first, data := range files {
		if int64(len(data)) != reached[first] {
			tb.Fatalf("the pieces of segment %d have a gap at %d, and reach to %d", first, len(data), reached[first])
		}
		write(tb, fsys, fmt.Sprintf("%s/wal/%020d.wal", dataDir, first), data)
	}
	newest := ""
	for _, name := range r.names(backup.SnapshotsFolder) {
		var in uint32
		_, err := fmt.Sscanf(name, backup.SnapshotsFolder+"%010d/", &in)
		check(tb, err)
		if in == timeline || newest == "" && in < timeline {
			newest = name
		}
	}
	if newest != "" {
		h, err := object.ReadHeader(noContext, r, newest)
		check(tb, err)
		name := fmt.Sprintf("%020d-%s.snap", h.Index, h.Created.UTC().Format("20060102T150405.000000Z"))
		write(tb, fsys, dataDir+"/snapshots/"+name, unsealed(tb, r, newest))
	}
	check(tb, recovery.WriteIdentity(fsys, dataDir, recovery.Identity{
		Database: repository.Database, Created: time.Unix(1, 0), Timeline: timeline, Log: len(files) > 0,
	}))
	return fsys
}

func unsealed(tb testing.TB, r *remote, name string) []byte {
	tb.Helper()
	src, err := object.Unseal(noContext, r, name, object.Keys{})
	check(tb, err)
	data, err := io.ReadAll(src)
	check(tb, errors.Join(err, src.Close()))
	return data
}
