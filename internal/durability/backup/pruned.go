package backup

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"memgraphd/internal/durability/object"
)

// PrunedFolder has the records of who deletes objects, and has deleted some.
const PrunedFolder = "pruned/"

const (
	// PruneTime bounds how long objects are deleted under one record.
	PruneTime = 2 * time.Minute
	// pruneOver is when a record without an end is one of a deletion that died. It leaves
	// time for a last request that is under way.
	pruneOver = 5 * time.Minute
	// pruneLook is the time between two looks whether a deletion has ended.
	pruneLook = time.Second

	prunedSuffix = ".json"
	endSuffix    = ".end.json"
	prunedFormat = 1
)

// pruneRecord is the object that says that objects are being deleted.
type pruneRecord struct {
	Format int       `json:"format"`
	Began  time.Time `json:"began"`
}

// BeginPrune puts a record that objects are going to be deleted; whoever takes a backup sees
// it. What is deleted has to be decided by what is there after it, and within PruneTime.
func BeginPrune(ctx context.Context, s object.Store, now time.Time) (record string, err error) {
	for range idTries {
		var id [4]byte
		if _, err = rand.Read(id[:]); err != nil {
			return "", fmt.Errorf("drawing the name of a record: %w", err)
		}
		record = PrunedFolder + now.UTC().Format(stamp) + "-" + hex.EncodeToString(id[:])
		err = object.PutJSON(ctx, s, record+prunedSuffix, pruneRecord{Format: prunedFormat, Began: now.UTC()})
		if !errors.Is(err, object.ErrExists) {
			return record, err
		}
	}
	return "", fmt.Errorf("%s: no free name for a record was found", s)
}

// EndPrune says that nothing is deleted any more under a record, and removes the records of
// those before it that have ended too, or died.
func EndPrune(ctx context.Context, s object.Store, record string) error {
	name := record + endSuffix
	if err := object.PutJSON(ctx, s, name, pruneRecord{Format: prunedFormat}); err != nil && !errors.Is(err, object.ErrExists) {
		return err
	}
	own, err := s.Stat(ctx, name)
	if err != nil {
		return err
	}
	records, err := pruneRecords(ctx, s)
	if err != nil {
		return err
	}
	for other, r := range records {
		if other == record || !r.ended && own.Modified.Sub(r.modified) < pruneOver {
			continue
		}
		for _, suffix := range []string{prunedSuffix, endSuffix} {
			if err := s.Delete(ctx, other+suffix); err != nil {
				return err
			}
		}
	}
	return nil
}

// prune is a record that is there.
type prune struct {
	ended    bool
	modified time.Time
}

// pruneRecords returns the records that are there.
func pruneRecords(ctx context.Context, s object.Store) (map[string]prune, error) {
	records := map[string]prune{}
	err := s.List(ctx, PrunedFolder, func(info object.Info) error {
		name := info.Name
		if record, ok := strings.CutSuffix(name, endSuffix); ok {
			r := records[record]
			r.ended = true
			records[record] = r
		} else if path.Ext(name) == prunedSuffix {
			record := strings.TrimSuffix(name, prunedSuffix)
			r := records[record]
			r.modified = info.Modified
			records[record] = r
		}
		return nil
	})
	return records, err
}

// outlast makes sure that nobody has deleted what the backup has found in the store and did
// not send again, while it was being taken. Its manifest is there: who begins to delete from
// now on sees it.
func (t *taker) outlast(ctx context.Context) error {
	name := t.m.Name()
	own, err := t.store.Stat(ctx, name)
	if err != nil {
		return t.pruned(err)
	}
	began, others := t.o.Now(), false
	for {
		var records map[string]prune
		if records, err = pruneRecords(ctx, t.store); err != nil {
			return err
		}
		running := false
		for record, r := range records {
			if t.prunes[record].ended {
				continue
			}
			others = true
			running = running || !r.ended && own.Modified.Sub(r.modified) < pruneOver
		}
		if !running || t.o.Now().Sub(began) > pruneOver {
			break
		}
		wait := time.NewTimer(pruneLook)
		select {
		case <-ctx.Done():
			wait.Stop()
			return context.Cause(ctx)
		case <-wait.C:
		}
	}
	if !others {
		return nil
	}
	missing, err := t.missing(ctx)
	if err != nil || missing == "" {
		return err
	}
	if err := t.store.Delete(ctx, name); err != nil {
		return err
	}
	return fmt.Errorf("%s in %s was deleted while the backup was taken: %w", missing, t.store, object.ErrNotFound)
}

// pruned explains that the manifest has gone.
func (t *taker) pruned(err error) error {
	if errors.Is(err, object.ErrNotFound) {
		return fmt.Errorf("backup %s was deleted as soon as it was completed: %s has newer ones, and keeps fewer", t.m.ID, t.store)
	}
	return err
}

// missing returns the name of an object of the backup that is not there any more, nor others
// with the same bytes.
func (t *taker) missing(ctx context.Context) (string, error) {
	there := map[string]bool{}
	logs := map[uint64]Pieces{}
	for _, prefix := range []string{SnapshotsFolder, TimelineLog(t.m.Timeline)} {
		err := t.store.List(ctx, prefix, func(info object.Info) error {
			there[info.Name] = true
			if p, ok := ParsePieceName(info.Name); ok {
				logs[p.Segment] = append(logs[p.Segment], p)
			}
			return nil
		})
		if err != nil {
			return "", err
		}
	}
	for i := range t.m.Objects {
		o := &t.m.Objects[i]
		if there[o.Name] {
			continue
		}
		if _, end := logs[o.Segment].Cover(o.From, o.To); o.Segment == 0 || end != o.To {
			return o.Name, nil
		}
	}
	if t.base != nil {
		if _, err := t.store.Stat(ctx, t.base.Name()); errors.Is(err, object.ErrNotFound) {
			return t.base.Name(), nil
		} else if err != nil {
			return "", err
		}
	}
	return "", nil
}
