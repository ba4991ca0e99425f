package codec

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// The tags of changes; see the package comment.
const (
	tagCreateNode  = 1
	tagDeleteNode  = 2
	tagAddLabel    = 3
	tagRemoveLabel = 4
	tagSetNodeProp = 5
	tagCreateEdge  = 6
	tagDeleteEdge  = 7
	tagSetEdgeProp = 8
	tagPutEntry    = 9
	tagDeleteEntry = 10
)

// Encoder appends commits to bytes. It keeps its working memory between calls; it may
// not be used by two goroutines at once.
type Encoder struct {
	ops    []byte
	format uint32 // that the values need
	labels dictionary
	types  dictionary
	keys   dictionary
	node   graph.NodeID // of the change before
	edge   graph.EdgeID // of the last change that named one
}

// commitRoom is what the rest of most commits takes, beside the changes: names above all.
const commitRoom = 48

// Append appends the changes of c; index, term, timeline and wall time are the log's.
// It fails with ErrNotStorable, and then returns dst as it was.
func (e *Encoder) Append(dst []byte, c *change.Commit, names change.Names) ([]byte, error) {
	e.ops, e.format, e.node, e.edge = e.ops[:0], 1, 0, 0
	e.labels.reset()
	e.types.reset()
	e.keys.reset()
	for i := range c.Ops {
		if err := e.op(&c.Ops[i]); err != nil {
			return dst, fmt.Errorf("change %d of the commit: %w", i, err)
		}
	}
	dst = slices.Grow(dst, len(e.ops)+commitRoom)
	dst = append(dst, byte(e.format), 0)
	dst = binary.AppendUvarint(dst, uint64(len(e.labels.ids)))
	for _, id := range e.labels.ids {
		dst = AppendString(dst, names.LabelName(graph.LabelID(id)))
	}
	dst = binary.AppendUvarint(dst, uint64(len(e.types.ids)))
	for _, id := range e.types.ids {
		dst = AppendString(dst, names.TypeName(graph.TypeID(id)))
	}
	dst = binary.AppendUvarint(dst, uint64(len(e.keys.ids)))
	for _, id := range e.keys.ids {
		dst = AppendString(dst, names.KeyName(graph.KeyID(id)))
	}
	dst = binary.AppendUvarint(dst, uint64(len(c.Entries)))
	for _, entry := range c.Entries {
		dst = AppendEntry(dst, entry)
	}
	dst = binary.AppendUvarint(dst, uint64(len(c.Ops)))
	return append(dst, e.ops...), nil
}

// AppendEntry appends a catalogue entry.
func AppendEntry(dst []byte, entry change.Entry) []byte {
	dst = AppendString(dst, entry.Kind)
	dst = AppendString(dst, entry.Name)
	return append(binary.AppendUvarint(dst, uint64(len(entry.Data))), entry.Data...)
}

// op appends one change to e.ops.
func (e *Encoder) op(o *change.Op) error {
	var err error
	switch o.Kind {
	case change.CreateNode:
		e.start(tagCreateNode, o)
		e.uvarint(o.Generation)
	case change.DeleteNode:
		e.start(tagDeleteNode, o)
	case change.AddLabel:
		e.start(tagAddLabel, o)
		e.uvarint(e.labels.place(o.Ref))
	case change.RemoveLabel:
		e.start(tagRemoveLabel, o)
		e.uvarint(e.labels.place(o.Ref))
	case change.SetNodeProp:
		e.start(tagSetNodeProp, o)
		e.uvarint(e.keys.place(o.Ref))
		err = e.value(o.Value)
	case change.CreateEdge:
		e.startEdge(tagCreateEdge, o)
		e.uvarint(e.types.place(o.Ref))
		e.uvarint(o.Generation)
	case change.DeleteEdge:
		e.startEdge(tagDeleteEdge, o)
	case change.SetEdgeProp:
		e.startEdge(tagSetEdgeProp, o)
		e.uvarint(e.keys.place(o.Ref))
		err = e.value(o.Value)
	case change.PutEntry:
		e.ops = append(e.ops, tagPutEntry)
		e.uvarint(o.Ref)
	case change.DeleteEntry:
		e.ops = append(e.ops, tagDeleteEntry)
		e.uvarint(o.Ref)
	default:
		err = fmt.Errorf("unknown kind of change %d", o.Kind)
	}
	return err
}

func (e *Encoder) start(tag byte, o *change.Op) {
	e.ops = binary.AppendVarint(append(e.ops, tag), int64(o.Node)-int64(e.node))
	e.node = o.Node
}

func (e *Encoder) startEdge(tag byte, o *change.Op) {
	e.start(tag, o)
	e.ops = binary.AppendVarint(e.ops, int64(o.Edge.ID)-int64(e.edge))
	e.ops = binary.AppendVarint(e.ops, int64(o.Edge.Dst)-int64(o.Node))
	e.edge = o.Edge.ID
}

// value appends v and notes the format that it needs.
func (e *Encoder) value(v value.Value) (err error) {
	start := len(e.ops)
	if e.ops, err = AppendValue(e.ops, v); err != nil {
		return err
	}
	if tag := e.ops[start]; tag >= tagDate || tag == tagList || tag == tagMap {
		e.format = max(e.format, FormatOf(v))
	}
	return nil
}

func (e *Encoder) uvarint(v uint32) { e.ops = binary.AppendUvarint(e.ops, uint64(v)) }

// dictionary gives ids of the store their places in a list of the commit. Few are
// looked for one by one; from smallMax on a map helps.
type dictionary struct {
	ids    []uint32
	places map[uint32]uint32
}

const smallMax = 16

func (d *dictionary) reset() {
	d.ids = d.ids[:0]
	clear(d.places)
}

// place returns the place of id, a new one where it is not known yet.
func (d *dictionary) place(id uint32) uint32 {
	if len(d.ids) <= smallMax {
		for i, known := range d.ids {
			if known == id {
				return uint32(i)
			}
		}
	} else if at, ok := d.places[id]; ok {
		return at
	}
	at := uint32(len(d.ids))
	d.ids = append(d.ids, id)
	switch {
	case len(d.ids) == smallMax+1:
		if d.places == nil {
			d.places = make(map[uint32]uint32, 4*smallMax)
		}
		for i, known := range d.ids {
			d.places[known] = uint32(i)
		}
	case len(d.ids) > smallMax:
		d.places[id] = at
	}
	return at
}

// Encoders is a set of encoders for concurrent use.
type Encoders struct {
	pool sync.Pool
}

// Append is Encoder.Append with an encoder of the set.
func (p *Encoders) Append(dst []byte, c *change.Commit, names change.Names) ([]byte, error) {
	e, _ := p.pool.Get().(*Encoder)
	if e == nil {
		e = &Encoder{}
	}
	out, err := e.Append(dst, c, names)
	if cap(e.ops) <= keepMax {
		p.pool.Put(e)
	}
	return out, err
}

// keepMax bounds the working memory of an encoder that waits for its next use.
const keepMax = 1 << 20
