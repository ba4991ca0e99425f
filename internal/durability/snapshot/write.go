package snapshot

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cespare/xxhash/v2"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/durability/pace"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
)

// Options say what to write, and where.
type Options struct {
	FS         vfs.FS
	Dir        string // of the finished snapshots
	Store      *storage.Store
	Database   [16]byte
	Timeline   uint32
	Now        func() time.Time
	Workers    int // that encode blocks; default 2
	BlockBytes int // after which a block is closed; default 1 MiB

	// PieceBytes is how much is written to the disk at once; default 4 MiB, or 1 MiB where
	// BytesPerSecond leaves the disk to others.
	PieceBytes int64
	// BytesPerSecond bounds what is written, and read back; 0: as fast as possible.
	BytesPerSecond int64
	// HeldMax bounds the bytes of old versions that the image keeps from being collected.
	// At half of it the throttle is lifted, beyond it Create fails with a *HeldBackError.
	// 0: no bound.
	HeldMax int64
	Tracker *Tracker // tells how far it is; nil: nobody asks

	// Publish runs before a verified image gets its final name, with the image's index;
	// an error keeps it from getting it. nil: nothing to ask.
	Publish func(index change.Index) error
}

func (o Options) withDefaults() Options {
	if o.Workers <= 0 {
		o.Workers = 2
	}
	if o.BlockBytes <= 0 {
		o.BlockBytes = 1 << 20
	}
	if o.PieceBytes <= 0 {
		o.PieceBytes = 4 << 20
		if o.BytesPerSecond > 0 {
			o.PieceBytes = 1 << 20
		}
	}
	if o.Tracker == nil {
		o.Tracker = &Tracker{}
	}
	o.Tracker.unthrottled.Store(o.BytesPerSecond == 0)
	return o
}

// Info describes a snapshot file.
type Info struct {
	Path    string
	Index   change.Index
	Created time.Time
	Bytes   int64
}

// rangeSlots is how many slots a worker takes at a time.
const rangeSlots = 1 << 16

// Create writes an image of the newest commit, reads it back from the disk to verify it and
// gives it its name; when it returns, the file is durable. Until then there is only a file
// with TempPrefix, which is removed on failure. Transactions go on meanwhile; the view of
// the image ends as soon as the graph is written.
func Create(ctx context.Context, o Options) (info Info, err error) {
	o = o.withDefaults()
	tx, entries, err := view(ctx, o.Store)
	if err != nil {
		return Info{}, err
	}
	defer tx.Release()
	created := o.Now().UTC().Truncate(time.Microsecond)
	if wall := time.UnixMicro(o.Store.Wall()).UTC(); created.Before(wall) {
		created = wall // the clock went back: what is in the snapshot was committed later than that
	}
	index := tx.ReadIndex()
	name, created, err := freeName(o.FS, o.Dir, index, created)
	if err != nil {
		return Info{}, err
	}
	temp := filepath.Join(o.Dir, TempPrefix+name)
	defer func() {
		if err != nil {
			err = errors.Join(err, removeTemp(o.FS, temp))
		}
	}()
	h := Header{Format: 1, Database: o.Database, Index: index, Timeline: o.Timeline, Wall: created.UnixMicro()}
	limit := pace.New(o.BytesPerSecond, o.Now)
	size, err := writeFile(ctx, o, temp, h, tx, entries, limit)
	if err != nil {
		return Info{}, err
	}
	if err := readBack(ctx, o, temp, limit); err != nil {
		return Info{}, fmt.Errorf("the snapshot just written: %w", err)
	}
	if o.Publish != nil {
		if err := o.Publish(index); err != nil {
			return Info{}, err
		}
	}
	path := filepath.Join(o.Dir, name)
	if err := o.FS.Rename(temp, path); err != nil {
		return Info{}, fmt.Errorf("snapshot %s: %w", path, err)
	}
	temp = path // a name that may not be durable must not be taken for a snapshot
	if err := o.FS.SyncDir(o.Dir); err != nil {
		return Info{}, fmt.Errorf("snapshot %s: sync of the directory: %w", path, err)
	}
	return Info{Path: path, Index: index, Created: created, Bytes: size}, nil
}

// view begins the read view of an image, together with the catalogue as of that view.
//
// A change of the catalogue raises the epoch, and then becomes visible, under the lock
// that WaitVisible takes: behind that lock every change that the epoch counts is in the
// view. While the epoch stays the same there is no other one.
func view(ctx context.Context, s *storage.Store) (*storage.Tx, []change.Entry, error) {
	for ctx.Err() == nil {
		before := s.SchemaEpoch()
		if err := s.WaitVisible(ctx, 0); err != nil {
			return nil, nil, err
		}
		tx := s.Begin(storage.TxOptions{ReadOnly: true})
		entries := s.Entries("")
		if s.SchemaEpoch() == before {
			return tx, entries, nil
		}
		tx.Release()
	}
	return nil, nil, context.Cause(ctx)
}

// freeName returns a name that no snapshot has, and the time in it.
func freeName(fsys vfs.FS, dir string, index change.Index, created time.Time) (string, time.Time, error) {
	for {
		name := FileName(index, created)
		taken, err := vfs.Exists(fsys, filepath.Join(dir, name))
		if err != nil {
			return "", created, fmt.Errorf("snapshot %s: %w", name, err)
		}
		if !taken {
			return name, created, nil
		}
		created = created.Add(time.Microsecond)
	}
}

func removeTemp(fsys vfs.FS, name string) error {
	there, err := vfs.Exists(fsys, name)
	if err != nil || !there {
		return err
	}
	return fsys.Remove(name)
}

// writeFile writes and syncs the whole file and returns its size.
func writeFile(
	ctx context.Context, o Options, name string, h Header, tx *storage.Tx, entries []change.Entry, limit *pace.Limiter,
) (size int64, err error) {
	f, err := o.FS.Create(name)
	if err != nil {
		return 0, fmt.Errorf("snapshot %s: %w", name, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := &writer{o: o, f: f, limit: limit, head: h, pieces: newPieces(f, o.PieceBytes)}
	err = w.all(ctx, tx, entries)
	if failed := w.pieces.end(); err == nil { // what ends on the way has failed already
		err = failed
	}
	if err == nil {
		size, err = w.finish()
	}
	if err != nil {
		return 0, fmt.Errorf("snapshot %s: %w", name, err)
	}
	// So that what verifies it next reads the disk and not this memory.
	if err = vfs.Forget(f, 0, size); err != nil {
		return 0, fmt.Errorf("snapshot %s: %w", name, err)
	}
	return size, nil
}

// readBack verifies what was written.
func readBack(ctx context.Context, o Options, name string, limit *pace.Limiter) (err error) {
	s, err := Open(o.FS, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	s.calm = o.BytesPerSecond > 0
	o.Tracker.enter(PhaseVerify, s.footer.end()-headerBytes)
	err = s.verify(ctx, o.Workers, func(ctx context.Context, n int64) error {
		o.Tracker.done.Add(n)
		return limit.Wait(ctx, n)
	})
	if err != nil {
		return err
	}
	return vfs.Forget(s.f, 0, s.size) // nobody will read it soon
}

// writer is a file that is being written.
type writer struct {
	o     Options
	f     vfs.File
	limit *pace.Limiter
	head  Header

	header []byte // encoded, once all else is known

	mu     sync.Mutex // one block is added at a time, and waits for the disk if need be
	pieces *pieces
	end    int64
	footer footer
}

// all writes the parts of the file one after the other, up to the header, which comes last.
func (w *writer) all(ctx context.Context, tx *storage.Tx, entries []change.Entry) error {
	if err := w.append(make([]byte, headerBytes)); err != nil {
		return err
	}
	used, err := w.graph(ctx, tx)
	if err != nil {
		return err
	}
	tx.Release()
	w.o.Tracker.held.Store(0)
	if err = errors.Join(w.entries(entries), w.names(used)); err != nil {
		return err
	}
	return w.contents()
}

// contents appends footer and tail.
func (w *writer) contents() error {
	w.header = w.head.append(nil)
	end := w.footer.append(nil, w.header)
	return w.append(appendTail(end, w.end, len(end)))
}

// append adds bytes to the end of the file.
func (w *writer) append(data []byte) error {
	w.end += int64(len(data))
	w.o.Tracker.bytes.Store(w.end)
	return w.pieces.add(data)
}

// graph writes nodes and relationships with several workers and returns the names used.
func (w *writer) graph(ctx context.Context, tx *storage.Tx) (usedNames, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	nodes := (uint64(w.o.Store.NodeSlots()) + rangeSlots - 1) / rangeSlots
	edges := (uint64(w.o.Store.EdgeSlots()) + rangeSlots - 1) / rangeSlots
	jobs := 3*nodes + edges
	w.o.Tracker.enter(PhaseWrite, int64(jobs)*rangeSlots)
	hold := tx.MeasureHold()
	var next atomic.Uint64
	workers := make([]*encoder, min(uint64(w.o.Workers), max(1, jobs)))
	var group sync.WaitGroup
	for i := range workers {
		workers[i] = &encoder{w: w, tx: tx, hold: hold, b: newBuilder()}
		group.Go(func() {
			for at := next.Add(1) - 1; at < jobs && ctx.Err() == nil; at = next.Add(1) - 1 {
				err := workers[i].job(ctx, at, nodes)
				if err == nil {
					err = watchHeld(hold, w.o, w.limit)
				}
				if err != nil {
					cancel(err)
				}
				w.o.Tracker.done.Add(rangeSlots)
			}
		})
	}
	group.Wait()
	var used usedNames
	for _, e := range workers {
		e.b.used.types = e.sides.used
		used.merge(e.b.used)
		w.head.Format = max(w.head.Format, e.b.format)
	}
	w.footer.counts.NodeGenerationMax, w.footer.counts.EdgeGenerationMax = w.o.Store.MaxGenerations()
	return used, context.Cause(ctx)
}

// block writes one block. buf holds room for the header, then the payload.
func (w *writer) block(kind blockKind, count uint32, first uint64, buf []byte) error {
	payload := buf[blockBytes:]
	if len(payload) > payloadMax {
		return fmt.Errorf("a block of %d bytes is larger than the %d that the format allows", len(payload), payloadMax)
	}
	h := blockHeader{kind: kind, count: count, length: uint32(len(payload)), first: first, payload: xxhash.Sum64(payload)}
	w.mu.Lock()
	defer w.mu.Unlock()
	h.offset, h.sequence = w.end, uint32(len(w.footer.blocks))
	h.append(buf[:0])
	if err := w.append(buf); err != nil {
		return err
	}
	w.footer.blocks = append(w.footer.blocks, h)
	switch kind {
	case kindNames:
		w.footer.counts.Names += uint64(count)
	case kindNodes:
		w.footer.counts.Nodes += uint64(count)
	case kindOut:
		w.head.Format = max(w.head.Format, formatEnds)
		w.footer.counts.Edges += uint64(count)
	case kindEntries:
		w.footer.counts.Entries += uint64(count)
	case kindEdges, kindIn, kindExtras:
	}
	return nil
}

// payloadMax bounds a block: one thing alone can be larger than BlockBytes.
const payloadMax = 1 << 30

func (w *writer) entries(entries []change.Entry) error {
	list := newListBlock(w, kindEntries)
	for _, e := range entries {
		list.buf = codec.AppendEntry(list.buf, e)
		if err := list.added(); err != nil {
			return err
		}
	}
	return list.flush()
}

func (w *writer) names(used usedNames) error {
	list := newListBlock(w, kindNames)
	for place, set := range []idSet{used.labels, used.types, used.keys} {
		for id, in := range set {
			if !in {
				continue
			}
			var name string
			switch place {
			case 0:
				name = w.o.Store.LabelName(graph.LabelID(id))
			case 1:
				name = w.o.Store.TypeName(graph.TypeID(id))
			default:
				name = w.o.Store.KeyName(graph.KeyID(id))
			}
			list.buf = appendName(list.buf, byte(place), uint64(id), name)
			if err := list.added(); err != nil {
				return err
			}
		}
	}
	return list.flush()
}

// finish writes the header, now that the format is known, and syncs the file.
func (w *writer) finish() (int64, error) {
	w.o.Tracker.enter(PhaseSync, 0)
	if _, err := w.f.WriteAt(w.header, 0); err != nil {
		return 0, err
	}
	if err := w.f.Sync(); err != nil {
		return 0, fmt.Errorf("sync: %w", err)
	}
	return w.end, nil
}

// listBlock collects names or entries into blocks.
type listBlock struct {
	w     *writer
	kind  blockKind
	count uint32
	buf   []byte // room for the header, then the payload
}

func newListBlock(w *writer, kind blockKind) *listBlock {
	return &listBlock{w: w, kind: kind, buf: make([]byte, blockBytes)}
}

func (l *listBlock) added() error {
	l.count++
	if len(l.buf) < l.w.o.BlockBytes {
		return nil
	}
	return l.flush()
}

func (l *listBlock) flush() error {
	if l.count == 0 {
		return nil
	}
	err := l.w.block(l.kind, l.count, 0, l.buf)
	l.count, l.buf = 0, l.buf[:blockBytes]
	return err
}
