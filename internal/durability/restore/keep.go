package restore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
	"memgraphd/internal/storage/change"
)

// keeping finds out what of a repository has to stay.
type keeping struct {
	o       PruneOptions
	v       *inventory
	objects []object.Info
	pieces  map[segmentID]backup.Pieces
	there   map[string]int64 // bytes of each object
	backups []backup.Listed
	newest  time.Time // when the newest object was put

	kept     map[string]bool // IDs of backups
	names    map[string]bool // of objects that stay
	segments map[segmentID]bool
	out      *PruneReport
}

// segmentID tells a segment of the log apart from all others.
type segmentID struct {
	timeline uint32
	first    uint64
}

// look lists what there is.
func (k *keeping) look(ctx context.Context) (err error) {
	k.pieces, k.there = map[segmentID]backup.Pieces{}, map[string]int64{}
	k.kept, k.names, k.segments = map[string]bool{}, map[string]bool{}, map[segmentID]bool{}
	if k.v, err = survey(ctx, k.o.From); err != nil {
		return err
	}
	if k.backups, err = backup.List(ctx, k.o.From); err != nil {
		return err
	}
	for i := range k.backups {
		if err := k.backups[i].Err; err != nil {
			return fmt.Errorf("nobody can tell what a backup needs whose manifest cannot be read, so that nothing is deleted: %w", err)
		}
	}
	return k.o.From.List(ctx, "", func(o object.Info) error {
		k.objects = append(k.objects, o)
		k.there[o.Name] = o.Bytes
		if o.Modified.After(k.newest) {
			k.newest = o.Modified
		}
		if p, ok := backup.ParsePieceName(o.Name); ok {
			id := segmentID{p.Timeline, p.Segment}
			k.pieces[id] = append(k.pieces[id], p)
		}
		return nil
	})
}

// keepBackups chooses the backups that stay: the newest whole ones, and those that they go on
// from. One that lacks an object counts as none, and stays as long as it is among them.
func (k *keeping) keepBackups() {
	list := make([]*backup.Manifest, 0, len(k.backups))
	for i := range k.backups {
		list = append(list, &k.backups[i].Manifest)
	}
	slices.SortFunc(list, func(a, b *backup.Manifest) int {
		return cmp.Or(cmp.Compare(b.Timeline, a.Timeline), cmp.Compare(b.Last, a.Last), b.Made.Compare(a.Made))
	})
	whole := 0
	for _, m := range list {
		if k.o.Keep > 0 && whole == k.o.Keep {
			break
		}
		good := true
		chain, missing := backup.Chain(k.backups, m.ID)
		for _, one := range chain {
			k.kept[one.ID] = true
			good = k.whole(one) && good
		}
		if good && missing == "" {
			whole++
		} else {
			k.out.Broken = append(k.out.Broken, m.ID)
		}
	}
	for _, m := range list {
		if !k.kept[m.ID] {
			k.out.Deleted = append(k.out.Deleted, *m)
			continue
		}
		k.out.Kept = append(k.out.Kept, *m)
		k.names[m.Name()], k.names[m.Snapshot] = true, true
		for i := range m.Objects {
			o := &m.Objects[i]
			k.names[o.Name] = true
			if p, ok := backup.ParsePieceName(o.Name); ok {
				k.segments[segmentID{p.Timeline, p.Segment}] = true
			}
		}
	}
}

// whole tells by names and sizes whether everything is there that a backup lists.
func (k *keeping) whole(m *backup.Manifest) bool {
	for i := range m.Objects {
		o := &m.Objects[i]
		if bytes, ok := k.there[o.Name]; ok && bytes == o.Bytes {
			continue
		}
		p, ok := backup.ParsePieceName(o.Name)
		if !ok {
			return false
		}
		others := slices.DeleteFunc(slices.Clone(k.pieces[segmentID{p.Timeline, p.Segment}]), func(x backup.PieceRange) bool { return x == p })
		if _, end := others.Cover(p.From, p.To); end != p.To {
			return false
		}
	}
	return true
}

// keepMoments keeps what the moments need that an archive is to be restored to: of each
// timeline the newest snapshot that is not later than the first of them, and everything from
// there on.
func (k *keeping) keepMoments(ctx context.Context) error {
	since := k.since()
	for _, timeline := range k.timelines() {
		if err := k.keepFrom(ctx, timeline, since); err != nil {
			return err
		}
	}
	return nil
}

// since is the first moment that has to stay: by the clock, but never later than what the
// repository itself knows of, so that a clock that is wrong, or a server that has been idle,
// takes nothing away.
func (k *keeping) since() time.Time {
	end := k.o.Now()
	if k.newest.Before(end) {
		end = k.newest
	}
	var image time.Time
	for i := range k.v.images {
		if at := k.v.images[i].before; at.After(image) {
			image = at
		}
	}
	if !image.IsZero() && image.Before(end) {
		end = image
	}
	return end.Add(-k.o.Window).UTC()
}

// timelines lists those of which there is anything, or which somebody has claimed.
func (k *keeping) timelines() []uint32 {
	var list []uint32
	for t := range k.v.branches {
		list = append(list, t)
	}
	for t := range k.v.logs {
		list = append(list, t)
	}
	for i := range k.v.images {
		list = append(list, k.v.images[i].timeline)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// keepFrom keeps what every moment of a timeline from a time on needs.
func (k *keeping) keepFrom(ctx context.Context, timeline uint32, since time.Time) error {
	legs, err := k.v.lineage(timeline)
	if err != nil {
		return err
	}
	target := Target{Time: since, Timeline: timeline}
	j := newJob(Options{From: k.o.From, Mode: ModePlan, Target: target, Now: k.o.Now, Log: k.o.Log}, k.v)
	ways, err := k.v.ways(target)
	if err != nil {
		ways = nil // nothing is as old as that: all stays
	}
	base := way{legs: k.v.after(legs, 0)}
	for _, w := range ways {
		good, err := k.leads(ctx, j, w)
		if err != nil {
			return err
		}
		if good {
			base = w
			k.out.Since = append(k.out.Since, Since{Timeline: timeline, Commit: uint64(w.image.index), Time: w.image.before})
			break
		}
	}
	for _, l := range base.legs {
		for i := range l.segments {
			k.segments[segmentID{l.timeline, l.segments[i].first}] = true
		}
	}
	for i := range k.v.images {
		img := &k.v.images[i]
		if img.index >= base.image.index && slices.ContainsFunc(legs, func(l leg) bool { return l.timeline == img.timeline }) {
			k.names[img.name] = true
		}
	}
	return nil
}

// leads tells whether a way leads to its moment and on from there: its snapshot is whole and
// not later, and no name of the log is missing.
func (k *keeping) leads(ctx context.Context, j *job, w way) (bool, error) {
	if !w.whole(k.v.where) {
		return false, nil
	}
	if w.image.name == "" {
		return true, nil
	}
	said, err := j.lateness(ctx, w.image)
	if err != nil || said == later || said == perhaps {
		return false, err
	}
	h, _, err := object.Verify(ctx, k.o.From, w.image.name, object.Keys{})
	if err != nil {
		k.out.Notes = append(k.out.Notes, fmt.Sprintf("%s cannot be used, so that what is older stays: %v", w.image.name, err))
		return false, context.Cause(ctx)
	}
	return h.Database == k.v.database && change.Index(h.Index) == w.image.index, nil
}

// whole tells by the names whether nothing is missing on a way.
func (w *way) whole(where string) bool { return w.gaps(where) == nil && w.holes(where) == nil }

// superfluous lists what nobody needs. Objects that no backup lists may be of one that is
// being taken, or that goes on tomorrow, and stay for a while.
func (k *keeping) superfluous() []Piece {
	listed := map[string]bool{}
	for i := range k.out.Deleted {
		for _, o := range k.out.Deleted[i].Objects {
			listed[o.Name] = true
		}
	}
	var list []Piece
	for _, o := range k.objects {
		timeline, ok := k.prunable(o.Name)
		if !ok || k.names[o.Name] {
			continue
		}
		_, claimed := k.v.branches[timeline]
		switch {
		case claimed && k.o.Window == 0:
			continue // of an archive, of which all moments stay
		case !claimed && !listed[o.Name] && (o.Modified.Add(orphanTime).After(k.newest) || o.Modified.Add(orphanTime).After(k.o.Now())):
			continue
		}
		list = append(list, Piece{Name: o.Name, Bytes: o.Bytes})
	}
	return list
}

// prunable tells of which timeline a snapshot or a piece of the log is that may go.
func (k *keeping) prunable(name string) (timeline uint32, ok bool) {
	if p, piece := backup.ParsePieceName(name); piece {
		return p.Timeline, !k.segments[segmentID{p.Timeline, p.Segment}]
	}
	img, ok := parseSnapshot(name)
	return img.timeline, ok
}
