package inspect

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
	"time"

	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/retention"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage/change"
)

// Repair is what is wrong with a data directory that a start refuses, and what going on
// at its last good commit would cost.
type Repair struct {
	Dir      string `json:"directory"`
	Database string `json:"database,omitempty"`
	// Needed is false where a start goes on by itself and loses nothing.
	Needed bool   `json:"needed"`
	Reason string `json:"reason,omitempty"` // why a start refuses it
	// LastGood is the newest commit up to which nothing is missing.
	LastGood uint64 `json:"last_good_commit"`
	// Lost are the runs of commits behind it, with the file and the reason.
	Lost []Lapse `json:"lost,omitempty"`
	// Readable are the commits among them that can still be read one by one: the first
	// readableMax of them, of which there are ReadableCount.
	Readable      []Dropped `json:"readable,omitempty"`
	ReadableCount int       `json:"readable_count"`
	Unreadable    []string  `json:"unreadable,omitempty"` // files that the disk does not give back

	Done   bool   `json:"done"`              // it was repaired
	KeptIn string `json:"kept_in,omitempty"` // folder with the files as they were

	loss *recovery.Loss
}

const readableMax = 10_000

// Dropped is a commit behind the last good one that can still be read.
type Dropped struct {
	Commit  uint64    `json:"commit"`
	Time    time.Time `json:"time"`
	Changes int       `json:"changes"`
	File    string    `json:"file"`
	// Proven means that its checksum is good. Even then it may build on changes of
	// commits that cannot be read.
	Proven bool `json:"proven"`
}

// PlanRepair finds the last good commit of a directory, and what stands behind it, and
// changes nothing. dropped hears of each commit behind it that can still be read; nil is
// allowed. The caller holds the directory.
func PlanRepair(ctx context.Context, o Options, dropped func(Dropped, Commit) error) (*Repair, error) {
	p := &Repair{Dir: o.Dir}
	files, err := Directory(o.FS, o.Dir)
	if err != nil {
		return nil, err
	}
	err = o.trial(ctx, p)
	if err == nil {
		return p, nil
	}
	refused, ok := errors.AsType[*recovery.RefusedError](err)
	if !ok || !isLoss(refused.Err) {
		return nil, err
	}
	p.Needed, p.Reason = true, refused.Err.Error()
	if refused.Loss == nil {
		return nil, fmt.Errorf("%w; what can be had of it could not be found out, so that it cannot be repaired: restore a backup", refused.Err)
	}
	p.loss, p.LastGood = refused.Loss, uint64(refused.Loss.After)
	for _, d := range p.loss.Dropped {
		p.Lost = append(p.Lost, Lapse{First: uint64(d.First), Last: uint64(d.Last), File: d.File, Reason: d.Reason})
	}
	for _, name := range files {
		if filepath.Ext(name) != segmentSuffix {
			continue
		}
		if err := p.readable(ctx, &o, name, dropped); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// trial tries a start.
func (o *Options) trial(ctx context.Context, p *Repair) (err error) {
	store := o.NewStore()
	defer func() { _ = store.Close() }() // nothing of it is kept
	options := o.recovery()
	options.Store = store
	result, err := recovery.Trial(ctx, options)
	if err == nil {
		p.LastGood, p.Database = uint64(result.Report.Last), hex.EncodeToString(result.Identity.Database[:])
	}
	return err
}

func (o *Options) recovery() recovery.Options {
	return recovery.Options{
		FS: o.FS, Dir: o.Dir, Workers: o.Workers, Now: o.Now, Progress: func(p recovery.Progress) {
			o.progress(Progress{What: step(p.Phase), Done: p.Bytes, Total: p.Total})
		},
	}
}

// readable reads what can be read of a segment behind the last good commit.
func (p *Repair) readable(ctx context.Context, o *Options, name string, dropped func(Dropped, Commit) error) error {
	o.progress(Progress{What: "reading " + filepath.Base(name)})
	decoder := NewDecoder()
	err := wal.Leftovers(o.FS, name, p.LastGood, func(r wal.Record, proven bool) error {
		c, err := decoder.Decode(r)
		if err != nil {
			return ctx.Err() // it cannot be read, whatever its checksum says
		}
		d := Dropped{Commit: c.Commit, Time: c.Time, Changes: len(c.Changes), File: name, Proven: proven}
		if p.ReadableCount++; p.ReadableCount <= readableMax {
			p.Readable = append(p.Readable, d)
		}
		if dropped == nil {
			return ctx.Err()
		}
		return errors.Join(dropped(d, c), ctx.Err())
	})
	if errors.Is(err, syscall.EIO) {
		p.Unreadable = append(p.Unreadable, fmt.Sprintf("%s: %v", name, err))
		return nil
	}
	return err
}

// Apply goes on with the last good commit and gives up what stands behind it: every file
// that is given up moves to a folder in .backup/ and stays there. after has to be the last
// good commit, so that nobody gives up more than they have seen. The caller holds the
// directory, and has done so since PlanRepair.
func (p *Repair) Apply(ctx context.Context, o Options, after uint64) error {
	switch {
	case !p.Needed:
		return errors.New("nothing has to be repaired: a start goes on by itself and loses nothing")
	case after != p.LastGood:
		return fmt.Errorf("the last good commit is %d, not %d: nothing was changed", p.LastGood, after)
	}
	held, err := retention.ReadLock(o.FS, o.Dir)
	if err != nil {
		return err
	}
	store := o.NewStore()
	defer func() { _ = store.Close() }() // the next start makes its own
	options := o.recovery()
	options.Store, options.Locked = store, held.Locked
	result, err := recovery.Accept(ctx, options, p.loss)
	if err != nil {
		return err
	}
	if last := result.Report.Last; last != change.Index(after) {
		return fmt.Errorf("the directory was taken to commit %d in place of %d", last, after)
	}
	p.Done, p.KeptIn, p.Database = true, result.Report.KeptIn, hex.EncodeToString(result.Identity.Database[:])
	return nil
}
