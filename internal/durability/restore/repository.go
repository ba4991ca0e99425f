package restore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/storage/change"
)

// survey lists a repository.
func survey(ctx context.Context, from object.Store) (*inventory, error) {
	v := newInventory(from.String())
	var r backup.Repository
	if err := object.GetJSON(ctx, from, backup.RepositoryName, &r); err != nil {
		if errors.Is(err, object.ErrNotFound) {
			return nil, fmt.Errorf("%s is no repository of backups: it has no object %s", v.where, backup.RepositoryName)
		}
		return nil, fmt.Errorf("%s: %w", v.where, err)
	}
	if r.Format > backup.RepositoryFormat {
		return nil, fmt.Errorf("%s was written by a newer version: format %d, this version reads up to %d; use the version that wrote it, or a newer one",
			v.where, r.Format, backup.RepositoryFormat)
	}
	v.database = r.Database
	for prefix, add := range map[string]func(context.Context, object.Store, object.Info) error{
		backup.TimelinesFolder: v.addTimeline, backup.SnapshotsFolder: v.addSnapshot,
		backup.LogFolder: v.addPiece, backup.ManifestsFolder: v.addManifest,
	} {
		err := from.List(ctx, prefix, func(o object.Info) error { return add(ctx, from, o) })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", v.where, err)
		}
	}
	v.sort()
	return v, nil
}

// A name that is none of a repository's is passed over: it may be of a later version.

func (v *inventory) addTimeline(ctx context.Context, from object.Store, o object.Info) error {
	t, ok := backup.ParseTimelineName(o.Name)
	if !ok {
		return nil
	}
	var c backup.Claim
	if err := object.GetJSON(ctx, from, o.Name, &c); err != nil {
		return err
	}
	if c.Timeline != t || c.Database != backup.DatabaseID(v.database) {
		return fmt.Errorf("%s says that it is of timeline %d of database %s: it was put in the place of another object", o.Name, c.Timeline, c.Database)
	}
	v.branches[t] = branch{parent: c.Parent, forked: change.Index(c.Forked)}
	return nil
}

func (v *inventory) addSnapshot(_ context.Context, _ object.Store, o object.Info) error {
	if img, ok := parseSnapshot(o.Name); ok {
		img.bytes = o.Bytes
		v.images = append(v.images, img)
	}
	return nil
}

func (v *inventory) addPiece(_ context.Context, _ object.Store, o object.Info) error {
	r, ok := backup.ParsePieceName(o.Name)
	if !ok {
		return nil
	}
	p := piece{name: o.Name, from: r.From, to: r.To, bytes: o.Bytes}
	t, first := r.Timeline, r.Segment
	log := v.logs[t]
	// Names come in order, so that pieces of a segment follow each other.
	if len(log) == 0 || log[len(log)-1].first != first {
		log = append(log, segment{first: first})
	}
	last := &log[len(log)-1]
	last.pieces = append(last.pieces, p)
	v.logs[t] = log
	return nil
}

func (v *inventory) addManifest(ctx context.Context, from object.Store, o object.Info) error {
	if !strings.HasSuffix(o.Name, ".json") {
		return nil
	}
	var m backup.Manifest
	if err := object.GetJSON(ctx, from, o.Name, &m); err != nil {
		return err
	}
	e := ending{timeline: m.Timeline, last: change.Index(m.Last), what: m.String()}
	for i := range m.Objects {
		e.objects = append(e.objects, m.Objects[i].Name)
	}
	v.ends = append(v.ends, e)
	return nil
}
