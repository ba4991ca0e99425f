package recovery

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
)

// Entries returns the entries of a kind that the catalogue of a data directory has, in the order of their
// names: those of the newest snapshot that can be read, and what the log after it made of them. The graph is
// not loaded, no file is changed, and a server may run on the directory meanwhile; of what it commits just
// then, some may be missed.
//
// o needs a file system and a directory. Without a database there, the error is a *NoDatabaseError.
func Entries(ctx context.Context, o Options, kind string) ([]change.Entry, error) {
	there, err := Exists(o.FS, o.Dir)
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, &NoDatabaseError{Dir: o.Dir}
	}
	if o.Now == nil {
		o.Now = func() time.Time { return time.Time{} }
	}
	r := newRun(o)
	found, err := inspect(o.FS, o.Dir)
	if err != nil {
		return nil, err
	}
	if r.out.Identity, err = readIdentity(o.FS, o.Dir); err != nil {
		return nil, err
	}
	e := &entriesOf{kind: kind, at: map[string]change.Entry{}}
	good, err := e.snapshots(ctx, r, found)
	if err != nil {
		return nil, err
	}
	d := codec.NewDecoder(new(anyNames))
	_, err = wal.Scan(r.logOptions(), uint64(good)+1, func(rec wal.Record) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return e.commit(d, rec)
	})
	if err != nil {
		return nil, err
	}
	list := make([]change.Entry, 0, len(e.at))
	for _, name := range slices.Sorted(maps.Keys(e.at)) {
		list = append(list, e.at[name])
	}
	return list, nil
}

// entriesOf gathers the entries of one kind.
type entriesOf struct {
	kind string
	at   map[string]change.Entry // by name
}

// snapshots reads the newest snapshot that can be read, and returns its commit; 0 where there is none.
func (e *entriesOf) snapshots(ctx context.Context, r *run, found contents) (change.Index, error) {
	for _, name := range found.snapshots {
		index, _, _ := snapshot.ParseName(name)
		err := e.snapshot(ctx, r, filepath.Join(r.o.Dir, SnapshotsName, name))
		if _, damaged := errors.AsType[*snapshot.DamagedError](err); damaged {
			continue
		}
		return index, err
	}
	return 0, nil
}

func (e *entriesOf) snapshot(ctx context.Context, r *run, path string) (err error) {
	f, err := snapshot.Open(r.o.FS, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	clear(e.at)
	return f.Entries(ctx, func(entry change.Entry) error {
		e.put(entry)
		return nil
	})
}

func (e *entriesOf) put(entry change.Entry) {
	if entry.Kind == e.kind {
		e.at[strings.Clone(entry.Name)] = change.Entry{Kind: e.kind, Name: strings.Clone(entry.Name), Data: bytes.Clone(entry.Data)}
	}
}

// commit takes over what a record of the log does to entries of the kind. Most have none: the kind would be
// in them as it is written.
func (e *entriesOf) commit(d *codec.Decoder, rec wal.Record) error {
	if rec.Kind != KindCommit || !bytes.Contains(rec.Payload, []byte(e.kind)) {
		return nil
	}
	var c change.Commit
	if err := d.Decode(rec.Payload, &c); err != nil {
		return &CommitError{Index: change.Index(rec.Index), What: "decoded", Err: err}
	}
	for _, op := range c.Ops {
		if op.Kind == change.PutEntry {
			e.put(c.Entries[op.Ref])
		}
		if op.Kind == change.DeleteEntry && c.Entries[op.Ref].Kind == e.kind {
			delete(e.at, c.Entries[op.Ref].Name)
		}
	}
	return nil
}

// anyNames takes every name, and is asked for none.
type anyNames struct{ last uint32 }

// InternLabel numbers a label.
func (n *anyNames) InternLabel(string) (graph.LabelID, error) { return graph.LabelID(n.next()), nil }

// InternType numbers a type.
func (n *anyNames) InternType(string) (graph.TypeID, error) { return graph.TypeID(n.next()), nil }

// InternKey numbers a key.
func (n *anyNames) InternKey(string) (graph.KeyID, error) { return graph.KeyID(n.next()), nil }

func (n *anyNames) next() uint32 {
	n.last++
	return n.last
}
