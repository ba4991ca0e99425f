package restore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/backup"
	"memgraphd/internal/durability/object"
)

// orphanTime is how long an object stays that no backup lists: an interrupted backup goes on
// with it.
const orphanTime = 24 * time.Hour

// PruneMode says whether something is deleted.
type PruneMode uint8

const (
	// PrunePlan only says what would be deleted.
	PrunePlan PruneMode = iota
	// PruneDelete deletes it.
	PruneDelete
)

// PruneOptions say what of a repository is to stay.
type PruneOptions struct {
	From object.Store // Prune does not close it
	// Keep is how many of the newest backups stay, together with those that they go on from;
	// 0: all.
	Keep int
	// Window is how far back every moment stays that an archive can be restored to; 0: all.
	Window time.Duration
	Mode   PruneMode

	Now      func() time.Time
	Log      *zap.Logger
	Progress func(done, all int) // hears after each object; nil: nobody asks
}

// Since is the first moment of a timeline from which on all stay.
type Since struct {
	Timeline uint32
	Commit   uint64
	Time     time.Time
}

// PruneReport says what a repository needs, and what was deleted of the rest.
type PruneReport struct {
	Kept    []backup.Manifest // newest first
	Deleted []backup.Manifest
	Broken  []string // IDs of backups that lack an object, and count as none
	Since   []Since  // of an archive
	Objects []Piece  // snapshots and pieces of the log that are not needed
	Bytes   int64    // of them
	Stays   int      // objects
	Notes   []string // why more stays than was asked for
	Done    int      // of the backups and objects that go: how many are gone
}

// Prune deletes what neither the newest backups nor the moments of an archive need that are
// to stay. It may be interrupted, and run beside backups, archives, and itself; package backup
// says why nothing is lost. What goes is decided before anything is deleted.
func Prune(ctx context.Context, o PruneOptions) (PruneReport, error) {
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	switch {
	case o.From == nil || o.Now == nil:
		return PruneReport{}, errors.New("prune: From and Now are required")
	case o.Keep < 0 || o.Window < 0 || o.Keep == 0 && o.Window == 0:
		return PruneReport{}, errors.New("prune: say how many backups, or how much time, is to stay")
	case strings.HasSuffix(o.From.String(), object.ArchiveSuffix):
		return PruneReport{}, fmt.Errorf("%s is one file, of which nothing can be removed: begin another one, and delete this one as a whole", o.From)
	}
	r, again, err := pruneRound(ctx, o)
	for again && err == nil {
		var more PruneReport
		more, again, err = pruneRound(ctx, o)
		r.Done += more.Done
	}
	return r, err
}

// pruneRound decides, and deletes for as long as the record allows.
func pruneRound(ctx context.Context, o PruneOptions) (r PruneReport, again bool, err error) {
	k := &keeping{o: o, out: &r}
	if o.Mode == PrunePlan {
		return r, false, k.decide(ctx)
	}
	// Whose it is, first: nothing is written to a place that is no repository.
	if _, err = backup.ReadRepository(ctx, o.From); err != nil {
		return r, false, err
	}
	began := o.Now()
	record, err := backup.BeginPrune(ctx, o.From, began)
	if err != nil {
		return r, false, err
	}
	if err = k.decide(ctx); err == nil {
		again, err = k.delete(ctx, began)
	}
	// Also after an interruption: or those who take backups would wait.
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	return r, again, errors.Join(err, backup.EndPrune(ending, o.From, record))
}

// decide fills the report with what goes and what stays.
func (k *keeping) decide(ctx context.Context) error {
	if err := k.look(ctx); err != nil {
		return err
	}
	k.keepBackups()
	if k.o.Window > 0 {
		if err := k.keepMoments(ctx); err != nil {
			return err
		}
	}
	r := k.out
	r.Objects = k.superfluous()
	for _, p := range r.Objects {
		r.Bytes += p.Bytes
	}
	r.Stays = len(k.objects) - len(r.Objects) - len(r.Deleted)
	return nil
}

// endTime bounds the last word of a deletion that was interrupted.
const endTime = 30 * time.Second

// delete deletes the manifests first, so that none lists what has gone, then the rest. It
// reports true where its time is over before it is done.
func (k *keeping) delete(ctx context.Context, began time.Time) (again bool, err error) {
	names := make([]string, 0, len(k.out.Deleted)+len(k.out.Objects))
	for i := range k.out.Deleted {
		names = append(names, k.out.Deleted[i].Name())
	}
	for _, p := range k.out.Objects {
		names = append(names, p.Name)
	}
	for i, name := range names {
		if k.o.Now().Sub(began) > backup.PruneTime {
			return true, nil
		}
		if err := k.o.From.Delete(ctx, name); err != nil {
			return false, fmt.Errorf("%d of %d objects were deleted; the same command goes on: %w", i, len(names), err)
		}
		k.out.Done++
		if k.o.Progress != nil {
			k.o.Progress(i+1, len(names))
		}
	}
	return false, nil
}
