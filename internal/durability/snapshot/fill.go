package snapshot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
)

// lanesPerWorker is how many parts each worker's share of the relationships has, so that
// workers end at about the same time.
const lanesPerWorker = 4

// Fill loads the image into an empty store with several workers: names and entries first, then
// nodes, then relationships while the entries come into force. Blocks are read where they are
// decoded, and checked again; those of relationships of formats 1 to 3 are read a second time,
// and more often where memory is scarce (see storage.Bulk). After an error the store is of no use.
//
// report hears how far it is, in bytes of the file, each block counted once; it is called
// by one goroutine at a time. nil: nobody asks.
func (s *File) Fill(ctx context.Context, store *storage.Store, workers int, report func(Progress)) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	workers = max(1, workers)
	bulk, err := store.NewBulk(workers * lanesPerWorker)
	if err != nil {
		return fmt.Errorf("snapshot %s: %w", s.name, err)
	}
	f := &filling{
		file: s, store: store, bulk: bulk, names: newNameTable(store), cancel: cancel, workers: workers,
		report: report, progress: Progress{Total: s.size},
	}
	for i := range workers {
		f.decoders = append(f.decoders, &decoder{f: f, number: i})
	}
	s.begin()
	f.ahead.open(s, f.streamed(), workers+streamAhead)
	defer func() { err = errors.Join(err, f.ahead.close()) }()
	return f.all(ctx)
}

// filling is one Fill.
type filling struct {
	file    *File
	store   *storage.Store
	bulk    *storage.Bulk
	names   *nameTable
	cancel  context.CancelCauseFunc
	workers int

	decoders []*decoder
	ahead    readAhead

	mu       sync.Mutex
	report   func(Progress)
	progress Progress
}

func (f *filling) all(ctx context.Context) error {
	f.bulk.Expect(f.size())
	err := f.lists(ctx, kindNames, func(r *codec.Reader, h blockHeader) error { return f.names.add(r, h.count) })
	if err == nil {
		err = f.lists(ctx, kindEntries, func(r *codec.Reader, h blockHeader) error { return entries(r, h.count, f.bulk.Entry) })
	}
	if err == nil {
		err = f.nodes(ctx)
	}
	if err == nil {
		err = f.links(ctx)
	}
	if err != nil {
		return err
	}
	// The cache of the system has no more use for the file.
	if err = vfs.Forget(f.file.f, 0, f.file.size); err != nil {
		return err
	}
	h, counts := f.file.header, f.file.footer.counts
	f.store.RaiseWall(h.Wall)
	return f.bulk.Finish(h.Index, counts.NodeGenerationMax, counts.EdgeGenerationMax)
}

// size is about what the image will take. A node is a byte of the file at least, and a
// relationship three.
func (f *filling) size() (n storage.Size) {
	counts, bytes := f.file.footer.counts, uint64(f.file.size)
	n.Nodes, n.Relationships = int64(min(counts.Nodes, bytes)), int64(min(counts.Edges, bytes/3))
	for _, h := range f.file.footer.blocks {
		if h.kind == kindNodes {
			n.Properties += int64(h.length)
		}
	}
	return n
}

// streamed returns the number of blocks that are read as streams.
func (f *filling) streamed() (n int) {
	for _, h := range f.file.footer.blocks {
		if h.kind == kindNodes || h.kind == kindOut || h.kind == kindIn || h.kind == kindExtras {
			n++
		}
	}
	return n
}

// nodes reads the nodes.
func (f *filling) nodes(ctx context.Context) error {
	blocks := f.blocks(kindNodes)
	last := make([]uint64, len(blocks)) // slot of each block
	err := f.stream(ctx, blocks, func(d *decoder, at int, payload []byte) error {
		err := d.nodes(blocks[at], payload)
		last[at] = d.last
		return err
	})
	if err == nil {
		err = f.apart(blocks, last)
	}
	f.bulk.EndNodes()
	return err
}

// links reads the relationships, while the indexes of nodes are built.
func (f *filling) links(ctx context.Context) error {
	var group sync.WaitGroup
	group.Go(func() {
		if err := f.bulk.Apply(); err != nil {
			f.cancel(err)
		}
	})
	err := f.edges(ctx)
	if err == nil {
		err = f.ends(ctx)
	}
	if err != nil {
		f.cancel(err)
	}
	group.Wait()
	return context.Cause(ctx)
}

// blocks returns the blocks of a kind in the order of their slots.
func (f *filling) blocks(kind blockKind) []blockHeader {
	var list []blockHeader
	for _, h := range f.file.footer.blocks {
		if h.kind == kind {
			list = append(list, h)
		}
	}
	slices.SortStableFunc(list, func(a, b blockHeader) int { return cmp.Compare(a.first, b.first) })
	return list
}

// lists reads the blocks of a kind that holds no slots, one after the other.
func (f *filling) lists(ctx context.Context, kind blockKind, read func(*codec.Reader, blockHeader) error) error {
	for _, h := range f.file.footer.blocks {
		if h.kind != kind {
			continue
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		b, err := f.file.read(h, &blockBuffer{})
		if err != nil {
			return err
		}
		r := codec.NewReader(b[blockBytes:])
		if err := read(&r, h); err != nil {
			return f.at(h, err)
		}
		f.done(h)
	}
	return nil
}

// edges reads the relationships of formats 1 to 3: once for their slots and properties, then
// for the adjacency. Each lane has the same blocks each time.
func (f *filling) edges(ctx context.Context) error {
	blocks := f.blocks(kindEdges)
	if len(blocks) == 0 {
		return nil
	}
	lanes := f.bulk.Lanes()
	share := func(lane int) []blockHeader {
		return blocks[lane*len(blocks)/len(lanes) : (lane+1)*len(blocks)/len(lanes)]
	}
	last := make([]uint64, len(blocks)) // slot of each block
	err := f.parallel(ctx, len(lanes), func(d *decoder, lane int) error {
		from := lane * len(blocks) / len(lanes)
		for i, h := range share(lane) {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			if err := d.edges(h, lanes[lane]); err != nil {
				return err
			}
			last[from+i] = d.last
		}
		return nil
	})
	if err == nil {
		err = f.apart(blocks, last)
	}
	if err != nil {
		return err
	}
	return f.link(ctx, share)
}

// link makes the adjacency of relationships; share gives the blocks of a lane.
func (f *filling) link(ctx context.Context, share func(lane int) []blockHeader) error {
	lanes := f.bulk.Lanes()
	passes, err := f.bulk.Plan()
	if err != nil {
		return fmt.Errorf("snapshot %s: %w", f.file.name, err)
	}
	for range passes {
		err := f.parallel(ctx, len(lanes), func(d *decoder, lane int) error {
			for _, h := range share(lane) {
				if err := context.Cause(ctx); err != nil {
					return err
				}
				if err := d.scatter(h, lanes[lane]); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			err = f.bulk.Build(ctx)
		}
		if err != nil {
			return fmt.Errorf("snapshot %s: %w", f.file.name, err)
		}
	}
	return nil
}

// apart checks that blocks, in the order of their slots, end before the next one begins.
func (f *filling) apart(blocks []blockHeader, last []uint64) error {
	for i, h := range blocks {
		if i > 0 && h.first <= last[i-1] {
			return f.file.damaged(h.offset, errors.New("the block begins within another one"))
		}
	}
	return nil
}

// parallel calls do for 0 … n-1, in any order, with all workers.
func (f *filling) parallel(ctx context.Context, n int, do func(d *decoder, at int) error) error {
	var next atomic.Int64
	var group sync.WaitGroup
	for _, d := range f.decoders {
		group.Go(func() {
			for at := next.Add(1) - 1; at < int64(n) && ctx.Err() == nil; at = next.Add(1) - 1 {
				if err := do(d, int(at)); err != nil {
					f.cancel(err)
				}
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}

// done counts a block as loaded.
func (f *filling) done(h blockHeader) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.progress.Bytes += blockBytes + int64(h.length)
	if f.report != nil {
		f.report(f.progress)
	}
}

// at says which block an error is about.
func (f *filling) at(h blockHeader, err error) error {
	return fmt.Errorf("snapshot %s, block at byte %d: %w", f.file.name, h.offset, err)
}

// decoder is one worker.
type decoder struct {
	f      *filling
	number int
	buf    blockBuffer
	things things
	last   uint64 // slot of the last thing of the last block

	ends endsReader

	forms  []nodeForm     // by shape
	kinds  []graph.TypeID // by thing
	keys   []graph.KeyID  // of a shape
	props  []storage.Property
	packer storage.Packer
}

// read reads and decodes one block.
func (d *decoder) read(h blockHeader) error {
	d.f.file.expect(h)
	block, err := d.f.file.read(h, &d.buf)
	if err != nil {
		return err
	}
	return d.decode(h, block[blockBytes:])
}

// decode decodes one block.
func (d *decoder) decode(h blockHeader, payload []byte) error {
	if err := d.things.decode(h, payload, d.f.names); err != nil {
		return d.f.at(h, err)
	}
	d.last = h.first
	if n := len(d.things.ids); n > 0 {
		d.last = uint64(d.things.ids[n-1])
	}
	return nil
}

// nodes loads one block of nodes.
func (d *decoder) nodes(h blockHeader, payload []byte) error {
	if err := d.decode(h, payload); err != nil {
		return err
	}
	if err := d.addNodes(d.f.bulk.Lanes()[d.number]); err != nil {
		return d.f.at(h, err)
	}
	d.f.done(h)
	return nil
}

func (d *decoder) addNodes(lane *storage.Lane) error {
	t := &d.things
	if len(t.ids) == 0 {
		return t.end()
	}
	d.forms = d.forms[:0]
	for i := range t.shapes {
		form, err := d.formOf(lane, &t.shapes[i])
		if err != nil {
			return err
		}
		d.forms = append(d.forms, form)
	}
	if err := d.f.bulk.GrowNodes(graph.NodeID(d.last)); err != nil {
		return err
	}
	for i, slot := range t.ids {
		at := 0
		if len(t.shapeOf) > 0 {
			at = int(t.shapeOf[i])
		}
		form := &d.forms[at]
		if form.packs {
			if err := t.pack(&d.packer, &t.shapes[at]); err != nil {
				return err
			}
			if err := lane.PackedNode(graph.NodeID(slot), t.generation(i), form.set, &d.packer); err != nil {
				return err
			}
			continue
		}
		var err error
		if d.props, err = t.properties(d.props[:0], &t.shapes[at]); err != nil {
			return err
		}
		if err = lane.Node(graph.NodeID(slot), t.generation(i), form.set, d.props); err != nil {
			return err
		}
	}
	return t.end()
}

// nodeForm is what a shape of nodes is in the store.
type nodeForm struct {
	set   storage.LabelSet
	packs bool // its keys ascend
}

func (d *decoder) formOf(lane *storage.Lane, s *shape) (f nodeForm, err error) {
	if f.set, err = lane.Labels(s.labels); err != nil {
		return f, err
	}
	d.keys = d.keys[:0]
	for _, at := range s.columns {
		d.keys = append(d.keys, d.things.columns[at].key)
	}
	f.packs, err = lane.Packs(d.keys)
	return f, err
}

// edges loads the slots and properties of one block of relationships.
func (d *decoder) edges(h blockHeader, lane *storage.Lane) error {
	if err := d.read(h); err != nil {
		return err
	}
	if err := d.addEdges(lane); err != nil {
		return d.f.at(h, err)
	}
	d.f.done(h)
	return nil
}

func (d *decoder) addEdges(lane *storage.Lane) error {
	t := &d.things
	if err := lane.Edges(d.run()); err != nil {
		return err
	}
	plain := len(t.gens) == 0
	for i := range t.shapes {
		plain = plain && len(t.shapes[i].columns) == 0
	}
	if plain {
		return t.end()
	}
	for i, slot := range t.ids {
		s, generation := t.shape(i), t.generation(i)
		if len(s.columns) == 0 && generation == 0 {
			continue
		}
		var err error
		if d.props, err = t.properties(d.props[:0], s); err != nil {
			return err
		}
		if err = lane.EdgeProperties(graph.EdgeID(slot), generation, d.props); err != nil {
			return err
		}
	}
	return t.end()
}

// scatter hands the ends of one block of relationships to the present pass.
func (d *decoder) scatter(h blockHeader, lane *storage.Lane) error {
	if err := d.read(h); err != nil {
		return err
	}
	lane.Scatter(d.run())
	return nil
}

// run returns the relationships of the block as columns.
func (d *decoder) run() storage.EdgeRun {
	t := &d.things
	d.kinds = resized(d.kinds, len(t.ids))
	for i := range d.kinds {
		d.kinds[i] = t.shape(i).edge
	}
	return storage.EdgeRun{IDs: edgeIDs(t.ids), Types: d.kinds, Sources: t.starts, Targets: t.ends}
}
