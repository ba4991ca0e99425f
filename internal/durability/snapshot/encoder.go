package snapshot

import (
	"context"
	"encoding/binary"
	"fmt"
	"runtime"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
)

// batchThings is how many nodes or relationships an encoder asks the store for at once.
//
// After each batch it lets others run: a writer that comes back from its sync would wait
// for up to 10 ms otherwise, when workers keep all processors busy.
const batchThings = 256

// encoder is one worker: it turns ranges of slots into blocks.
type encoder struct {
	w    *writer
	tx   *storage.Tx
	hold *storage.Hold
	b    *builder
	buf  []byte // room for the header of a block, then its payload

	sides endsBuilder

	node     storage.NodeImage
	props    []storage.Property
	segments []storage.Segment
	ids      []graph.EdgeID
}

// job does the at-th of all jobs, where there are so many ranges of nodes.
func (e *encoder) job(ctx context.Context, at, ranges uint64) error {
	switch {
	case at < ranges:
		return e.nodes(ctx, at)
	case at < 2*ranges:
		return e.ends(ctx, kindOut, at-ranges)
	case at < 3*ranges:
		return e.ends(ctx, kindIn, at-2*ranges)
	}
	return e.extras(ctx, at-3*ranges)
}

// nodes writes the nodes of the at-th range.
func (e *encoder) nodes(ctx context.Context, at uint64) error {
	e.b.reset(kindNodes)
	from := at * rangeSlots
	scan := e.tx.ScanNodeRange(graph.NodeID(from), graph.NodeID(min(from+rangeSlots, uint64(graph.NoNode))))
	var ids [batchThings]graph.NodeID
	for n := scan.Next(ids[:]); n > 0; n = scan.Next(ids[:]) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		runtime.Gosched()
		for _, id := range ids[:n] {
			e.tx.ReadNode(id, &e.node)
			if err := e.b.node(id, &e.node); err != nil {
				return fmt.Errorf("node %d: %w", id, err)
			}
			if err := e.flush(ctx, e.w.o.BlockBytes); err != nil {
				return err
			}
		}
	}
	return e.flush(ctx, 0)
}

// ends writes the relationships of the nodes of the at-th range, as they go out of them or
// come into them.
func (e *encoder) ends(ctx context.Context, kind blockKind, at uint64) error {
	b, dir := &e.sides, graph.Out
	if kind == kindIn {
		dir = graph.In
	}
	b.reset(kind)
	to := min((at+1)*rangeSlots, uint64(e.tx.NodeLimit()))
	var ids [batchThings]graph.NodeID
	for from := at * rangeSlots; from < to; from += batchThings {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		runtime.Gosched()
		some := ids[:min(batchThings, to-from)]
		for i := range some {
			some[i] = graph.NodeID(from + uint64(i))
		}
		e.tx.Warm(some, dir, nil)
		for _, id := range some {
			if err := e.endsOf(ctx, id, dir); err != nil {
				return err
			}
		}
	}
	return e.flushEnds(ctx, 0)
}

// partBlocks is how large a block may become before the relationships of one node go on in
// the next, in Options.BlockBytes.
const partBlocks = 4

// endsOf adds the relationships of one node.
func (e *encoder) endsOf(ctx context.Context, id graph.NodeID, dir graph.Direction) error {
	b, most := &e.sides, partBlocks*e.w.o.BlockBytes/endBytes
	e.segments = e.tx.Adjacent(e.segments[:0], id, dir, nil)
	for _, s := range e.segments {
		for len(s.Edges) > 0 {
			n := min(len(s.Edges), max(1, most-len(b.edges)))
			b.add(s.Type, s.Nodes[:n], s.Edges[:n])
			s.Nodes, s.Edges = s.Nodes[n:], s.Edges[n:]
			if len(b.edges) < most {
				continue
			}
			b.end(id)
			if err := e.flushEnds(ctx, 0); err != nil {
				return err
			}
		}
	}
	b.end(id)
	return e.flushEnds(ctx, e.w.o.BlockBytes)
}

// extras writes the properties and generations of the relationships of the at-th range that
// have any.
func (e *encoder) extras(ctx context.Context, at uint64) error {
	e.b.reset(kindExtras)
	from := at * rangeSlots
	e.ids = e.tx.AppendExtraEdges(e.ids[:0], graph.EdgeID(from), graph.EdgeID(min(from+rangeSlots, uint64(graph.NoEdge))))
	for i, id := range e.ids {
		if i%batchThings == 0 {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			runtime.Gosched()
		}
		e.props = e.tx.AppendEdgeProperties(e.props[:0], graph.Edge{ID: id})
		generation := e.tx.EdgeGeneration(id)
		if len(e.props) == 0 && generation == 0 {
			continue
		}
		if err := e.b.extra(id, generation, e.props); err != nil {
			return fmt.Errorf("relationship %d: %w", id, err)
		}
		if err := e.flush(ctx, e.w.o.BlockBytes); err != nil {
			return err
		}
	}
	return e.flush(ctx, 0)
}

// flushEnds is flush for relationships of nodes.
func (e *encoder) flushEnds(ctx context.Context, bytesMin int) error {
	b := &e.sides
	if len(b.edges) == 0 || b.size() < bytesMin {
		return nil
	}
	e.buf = b.append(append(e.buf[:0], make([]byte, blockBytes)...))
	err := e.write(ctx, b.kind, uint32(len(b.edges)), b.first)
	b.reset(b.kind)
	return err
}

// flush writes the block that was collected if it has at least a number of bytes.
func (e *encoder) flush(ctx context.Context, bytesMin int) error {
	if e.b.count == 0 || e.b.size() < bytesMin {
		return nil
	}
	e.buf = e.b.append(append(e.buf[:0], make([]byte, blockBytes)...))
	err := e.write(ctx, e.b.kind, e.b.count, e.b.first)
	e.b.reset(e.b.kind)
	return err
}

// write writes the block in e.buf.
func (e *encoder) write(ctx context.Context, kind blockKind, count uint32, first uint64) error {
	err := e.w.block(kind, count, first, e.buf)
	if err == nil {
		err = watchHeld(e.hold, e.w.o, e.w.limit)
	}
	if err != nil {
		return err
	}
	return e.w.limit.Wait(ctx, int64(len(e.buf)))
}

func appendName(dst []byte, list byte, ref uint64, name string) []byte {
	return codec.AppendString(binary.AppendUvarint(append(dst, list), ref), name)
}
