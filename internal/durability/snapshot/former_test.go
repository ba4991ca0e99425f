package snapshot

import (
	"context"
	"encoding/binary"
	"errors"
	"path/filepath"

	"memgraphd/internal/storage/graph"
)

// CreateFormer writes an image as versions before format 4 did, with one worker, and returns
// its path.
func CreateFormer(ctx context.Context, o Options) (path string, err error) {
	o = o.withDefaults()
	tx, entries, err := view(ctx, o.Store)
	if err != nil {
		return "", err
	}
	defer tx.Release()
	path = filepath.Join(o.Dir, FileName(tx.ReadIndex(), o.Now()))
	f, err := o.FS.Create(path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := &writer{o: o, f: f, pieces: newPieces(f, o.PieceBytes)}
	if err = w.append(make([]byte, headerBytes)); err != nil {
		return "", err
	}
	w.head = Header{Format: 1, Database: o.Database, Index: tx.ReadIndex(), Timeline: o.Timeline, Wall: o.Now().UnixMicro()}
	e := &encoder{w: w, tx: tx, hold: tx.MeasureHold(), b: newBuilder()}
	if err = errors.Join(e.nodes(ctx, 0), e.formerEdges(ctx)); err != nil {
		return "", err
	}
	w.head.Format = e.b.format
	w.footer.counts.NodeGenerationMax, w.footer.counts.EdgeGenerationMax = o.Store.MaxGenerations()
	if err = errors.Join(w.entries(entries), w.names(e.b.used), w.contents(), w.pieces.end()); err != nil {
		return "", err
	}
	_, err = w.finish()
	return path, errors.Join(err, o.FS.SyncDir(o.Dir))
}

// formerEdges writes the relationships by their ids.
func (e *encoder) formerEdges(ctx context.Context) error {
	var starts, ends []byte
	before := int64(0)
	flush := func(least int) error {
		if e.b.count == 0 || e.b.size() < least {
			return nil
		}
		e.buf = append(e.buf[:0], make([]byte, blockBytes)...)
		e.buf = e.b.appendWith(e.buf, starts, ends)
		e.w.footer.counts.Edges += uint64(e.b.count)
		err := e.write(ctx, kindEdges, e.b.count, e.b.first)
		e.b.reset(kindEdges)
		starts, ends, before = nil, nil, 0
		return err
	}
	e.b.reset(kindEdges)
	var edges [64]graph.Edge
	scan := e.tx.ScanEdges(nil)
	for n := scan.Next(edges[:]); n > 0; n = scan.Next(edges[:]) {
		for _, x := range edges[:n] {
			src, t := int64(e.tx.EdgeSource(x)), e.tx.EdgeType(x)
			e.b.used.types.add(uint32(t))
			e.b.thing(uint64(x.ID), e.tx.EdgeGeneration(x.ID))
			starts = binary.AppendVarint(starts, src-before)
			ends = binary.AppendVarint(ends, int64(x.Dst)-src)
			before = src
			_, err := e.b.values(e.tx.AppendEdgeProperties(nil, x))
			e.b.scratch = binary.AppendUvarint(append(e.b.scratch[:0], 1), uint64(t))
			e.b.takeShape()
			e.b.shape = appendShort(e.b.shape, uint64(e.b.shapeLast))
			if err = errors.Join(err, flush(e.w.o.BlockBytes)); err != nil {
				return err
			}
		}
	}
	return flush(0)
}
