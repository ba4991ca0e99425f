package snapshot

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
)

// Sink takes what an image holds: all nodes, then all relationships, then all entries.
type Sink interface {
	Node(id graph.NodeID, generation uint32, labels []graph.LabelID, props []storage.Property) error
	Edge(id graph.EdgeID, generation uint32, t graph.TypeID, src, dst graph.NodeID, props []storage.Property) error
	Entry(e change.Entry) error
}

// Load hands the image over to sink one by one, with names interned by in: another reading
// than that of Fill.
func (s *File) Load(ctx context.Context, sink Sink, in change.Interner) error {
	order := []blockKind{kindNames, kindNodes, kindExtras, kindOut, kindIn, kindEdges, kindEntries}
	blocks := slices.Clone(s.footer.blocks)
	slices.SortStableFunc(blocks, func(a, b blockHeader) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.kind), slices.Index(order, b.kind)), cmp.Compare(a.first, b.first))
	})
	l := &loader{sink: sink, names: newNameTable(in), extra: map[graph.EdgeID]extra{}}
	for _, h := range blocks {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		b, err := s.read(h, &blockBuffer{})
		if err == nil {
			err = l.block(h, b[blockBytes:])
		}
		if err != nil {
			return fmt.Errorf("block at byte %d: %w", h.offset, err)
		}
	}
	return nil
}

// loader turns payloads into calls of a sink.
type loader struct {
	sink   Sink
	names  *nameTable
	things things
	extra  map[graph.EdgeID]extra
}

// extra is what a relationship has of its own.
type extra struct {
	generation uint32
	props      []storage.Property
}

func (l *loader) block(h blockHeader, payload []byte) error {
	r := codec.NewReader(payload)
	switch h.kind {
	case kindNames:
		return l.names.add(&r, h.count)
	case kindEntries:
		return entries(&r, h.count, l.sink.Entry)
	case kindNodes, kindEdges, kindExtras:
		return l.walk(h, payload)
	case kindOut, kindIn:
		return l.ends(h, payload)
	}
	return fmt.Errorf("unknown kind of block %d", h.kind)
}

func (l *loader) walk(h blockHeader, payload []byte) error {
	t := &l.things
	if err := t.decode(h, payload, l.names); err != nil {
		return err
	}
	for i, slot := range t.ids {
		s, generation := t.shape(i), t.generation(i)
		props, err := t.properties(nil, s)
		if err != nil {
			return err
		}
		switch h.kind {
		case kindNodes:
			err = l.sink.Node(graph.NodeID(slot), generation, s.labels, props)
		case kindExtras:
			l.extra[graph.EdgeID(slot)] = extra{generation, props}
		case kindNames, kindEdges, kindEntries, kindOut, kindIn:
			err = l.sink.Edge(graph.EdgeID(slot), generation, s.edge, t.starts[i], t.ends[i], props)
		}
		if err != nil {
			return fmt.Errorf("slot %d: %w", slot, err)
		}
	}
	return t.end()
}

func (l *loader) ends(h blockHeader, payload []byte) error {
	var x endsReader
	var to storage.Ends
	if err := x.open(h, payload, l.names, math.MaxUint32, &to); err != nil {
		return err
	}
	for {
		more, err := x.next(&to)
		if !more {
			return err
		}
		n := to.Groups[len(to.Groups)-1].End
		others, edges := make([]uint32, n), make([]uint32, n)
		to.Others.Next(others)
		to.Edges.Next(edges)
		at := 0
		for i, id := range edges {
			for to.Groups[at].End <= i {
				at++
			}
			if h.kind == kindIn {
				continue
			}
			e := l.extra[graph.EdgeID(id)]
			t := to.Groups[at].Type
			if err := l.sink.Edge(graph.EdgeID(id), e.generation, t, to.Node, graph.NodeID(others[i]), e.props); err != nil {
				return err
			}
		}
	}
}
