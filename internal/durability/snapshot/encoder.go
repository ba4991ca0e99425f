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

	labels []graph.LabelID
	props  []storage.Property
	run    storage.EdgeRun
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
			e.labels = e.tx.AppendLabels(e.labels[:0], id)
			e.props = e.tx.AppendNodeProperties(e.props[:0], id)
			if err := e.b.node(id, e.tx.NodeGeneration(id), e.labels, e.props); err != nil {
				return fmt.Errorf("node %d: %w", id, err)
			}
			if err := e.flush(ctx, e.w.o.BlockBytes); err != nil {
				return err
			}
		}
	}
	return e.flush(ctx, 0)
}

// edges writes the relationships of the at-th range.
func (e *encoder) edges(ctx context.Context, at uint64) error {
	e.b.reset(kindEdges)
	from := at * rangeSlots
	scan := e.tx.ScanEdgeRuns(graph.EdgeID(from), graph.EdgeID(min(from+rangeSlots, uint64(graph.NoEdge))))
	for n, plain := scan.Next(&e.run, batchThings); n > 0; n, plain = scan.Next(&e.run, batchThings) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		runtime.Gosched()
		if plain {
			e.b.plainEdges(&e.run)
			if err := e.flush(ctx, e.w.o.BlockBytes); err != nil {
				return err
			}
			continue
		}
		for i, id := range e.run.IDs {
			x := graph.Edge{ID: id, Dst: e.run.Targets[i]}
			e.props = e.tx.AppendEdgeProperties(e.props[:0], x)
			if err := e.b.edge(x, e.tx.EdgeGeneration(id), e.run.Types[i], e.run.Sources[i], e.props); err != nil {
				return fmt.Errorf("relationship %d: %w", id, err)
			}
			if err := e.flush(ctx, e.w.o.BlockBytes); err != nil {
				return err
			}
		}
	}
	return e.flush(ctx, 0)
}

// flush writes the block that was collected if it has at least a number of bytes.
func (e *encoder) flush(ctx context.Context, bytesMin int) error {
	if e.b.count == 0 || e.b.size() < bytesMin {
		return nil
	}
	e.buf = e.b.append(append(e.buf[:0], make([]byte, blockBytes)...))
	err := e.w.block(e.b.kind, e.b.count, e.b.first, e.buf)
	e.b.reset(e.b.kind)
	if err == nil {
		err = e.w.writeBack()
	}
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
