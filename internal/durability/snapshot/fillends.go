package snapshot

import (
	"context"
	"errors"
	"fmt"
	"math"

	"memgraphd/internal/storage"
	"memgraphd/internal/storage/graph"
)

// ends reads the relationships by the nodes that have them, then what they have of their own.
func (f *filling) ends(ctx context.Context) error {
	blocks, most := f.endsBlocks()
	if len(blocks) > 0 && len(f.blocks(kindEdges)) > 0 {
		return f.file.damaged(blocks[0].offset, errors.New("relationships are held in two ways"))
	}
	err := f.stream(ctx, blocks, func(d *decoder, at int, payload []byte) error { return d.sides(blocks[at], payload, most[at]) })
	if err != nil {
		return err
	}
	edges, err := f.bulk.MatchEnds()
	if err == nil && len(blocks) > 0 && uint64(edges) != f.file.footer.counts.Edges {
		err = fmt.Errorf("%d relationships, and the footer says %d", edges, f.file.footer.counts.Edges)
	}
	if err != nil {
		return fmt.Errorf("snapshot %s: %w", f.file.name, err)
	}
	extras := f.blocks(kindExtras)
	last := make([]uint64, len(extras)) // slot of each block
	err = f.stream(ctx, extras, func(d *decoder, at int, payload []byte) error {
		failed := d.extras(extras[at], payload)
		last[at] = d.last
		return failed
	})
	if err != nil {
		return err
	}
	return f.apart(extras, last)
}

// endsBlocks returns the blocks of relationships by their nodes, and the slot of the first node
// of the block that follows each: no node of a block is behind it.
func (f *filling) endsBlocks() (blocks []blockHeader, most []uint64) {
	for _, kind := range []blockKind{kindOut, kindIn} {
		list := f.blocks(kind)
		for i := range list {
			last := uint64(math.MaxUint32)
			if i+1 < len(list) {
				last = list[i+1].first
			}
			most = append(most, last)
		}
		blocks = append(blocks, list...)
	}
	return blocks, most
}

// sides loads one block of relationships by their nodes, which are not behind slot most.
func (d *decoder) sides(h blockHeader, payload []byte, most uint64) error {
	if err := d.addEnds(h, payload, most, d.f.bulk.Lanes()[d.number]); err != nil {
		return d.f.at(h, err)
	}
	d.f.done(h)
	return nil
}

func (d *decoder) addEnds(h blockHeader, payload []byte, most uint64, lane *storage.Lane) error {
	x := &d.ends
	var ends storage.Ends
	if err := x.open(h, payload, d.f.names, most, &ends); err != nil {
		return err
	}
	if err := lane.RoomForEnds(int(h.count), graph.EdgeID(x.edges.most)); err != nil {
		return err
	}
	add := lane.OutEnds
	if h.kind == kindIn {
		add = lane.InEnds
	}
	more, err := x.next(&ends)
	for ; more; more, err = x.next(&ends) {
		if err = add(&ends); err != nil {
			return err
		}
	}
	return err
}

// extras loads one block of properties and generations of relationships.
func (d *decoder) extras(h blockHeader, payload []byte) error {
	if err := d.decode(h, payload); err != nil {
		return err
	}
	if err := d.addExtras(d.f.bulk.Lanes()[d.number]); err != nil {
		return d.f.at(h, err)
	}
	d.f.done(h)
	return nil
}

func (d *decoder) addExtras(lane *storage.Lane) (err error) {
	t := &d.things
	for i, slot := range t.ids {
		if d.props, err = t.properties(d.props[:0], t.shape(i)); err != nil {
			return err
		}
		if err = lane.KnownEdgeProperties(graph.EdgeID(slot), t.generation(i), d.props); err != nil {
			return err
		}
	}
	return t.end()
}
