package codec

import (
	"fmt"
	"math"

	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// Decoder reads commits from bytes. It keeps its working memory between calls, and the
// names that it has seen; it may not be used by two goroutines at once.
type Decoder struct {
	labels list[graph.LabelID]
	types  list[graph.TypeID]
	keys   list[graph.KeyID]
	node   int64
	edge   int64
}

// NewDecoder returns a decoder whose commits have the ids that in gives.
func NewDecoder(in change.Interner) *Decoder {
	return &Decoder{
		labels: list[graph.LabelID]{in: in.InternLabel, known: make(map[string]graph.LabelID)},
		types:  list[graph.TypeID]{in: in.InternType, known: make(map[string]graph.TypeID)},
		keys:   list[graph.KeyID]{in: in.InternKey, known: make(map[string]graph.KeyID)},
	}
}

// Decode reads the changes of a commit from payload into c and leaves its index, term,
// timeline and wall time alone. The memory of c.Ops and c.Entries is used again. Strings
// and bytes in c refer into payload, which must not be written to while they live. It
// fails with a *DecodeError, a *VersionError or the interner's error.
func (d *Decoder) Decode(payload []byte, c *change.Commit) error {
	r := NewReader(payload)
	c.Ops, c.Entries = c.Ops[:0], c.Entries[:0]
	if version := r.Byte(); r.err == nil && (version == 0 || version > Version) {
		if version > Version {
			return &VersionError{Version: int(version)}
		}
		r.Fail(fmt.Sprintf("unknown version %d", version))
	}
	if flags := r.Byte(); r.err == nil && flags != 0 {
		r.Fail(fmt.Sprintf("unknown flags %#x", flags))
	}
	if r.err != nil {
		return r.err
	}
	if err := d.names(&r); err != nil {
		return err
	}
	for range r.Count(3) {
		c.Entries = append(c.Entries, r.Entry())
	}
	count := r.Count(2)
	if cap(c.Ops) < count {
		c.Ops = make([]change.Op, 0, count)
	}
	d.node, d.edge = 0, 0
	for range count {
		c.Ops = append(c.Ops, change.Op{})
		d.op(&r, &c.Ops[len(c.Ops)-1], len(c.Entries))
		if r.err != nil {
			return r.err
		}
	}
	return r.End()
}

// Entry takes a catalogue entry; its parts refer into the reader's slice.
func (r *Reader) Entry() change.Entry {
	kind := r.String()
	name := r.String()
	return change.Entry{Kind: kind, Name: name, Data: r.Bytes()}
}

// names reads the three lists of names and interns them.
func (d *Decoder) names(r *Reader) error {
	if err := d.labels.read(r); err != nil {
		return fmt.Errorf("labels of the commit: %w", err)
	}
	if err := d.types.read(r); err != nil {
		return fmt.Errorf("types of the commit: %w", err)
	}
	if err := d.keys.read(r); err != nil {
		return fmt.Errorf("keys of the commit: %w", err)
	}
	return nil
}

// list is one of the lists of names: ids by their place in the commit at hand. The
// interner is asked once for each name, and a list that is the one of the commit before
// is not read again.
type list[T any] struct {
	in    func(string) (T, error)
	known map[string]T
	ids   []T
	raw   []byte // what ids were read from, if that was without failure
}

// rawMax bounds the lists that are remembered.
const rawMax = 1 << 10

func (l *list[T]) read(r *Reader) error {
	if n := len(l.raw); n > 0 && n <= r.Left() && string(r.buf[r.off:r.off+n]) == string(l.raw) {
		r.off += n
		return nil
	}
	from := r.off
	l.raw = l.raw[:0]
	if err := l.readAll(r); err != nil {
		return err
	}
	if r.off-from <= rawMax {
		l.raw = append(l.raw, r.buf[from:r.off]...)
	}
	return nil
}

func (l *list[T]) readAll(r *Reader) error {
	l.ids = l.ids[:0]
	for range r.Count(1) {
		raw := r.Bytes()
		if r.err != nil {
			break
		}
		id, known := l.known[string(raw)]
		if !known {
			name := string(raw)
			var err error
			if id, err = l.in(name); err != nil {
				return fmt.Errorf("%q: %w", name, err)
			}
			l.known[name] = id
		}
		l.ids = append(l.ids, id)
	}
	return r.err
}

// op reads one change into o.
func (d *Decoder) op(r *Reader, o *change.Op, entries int) {
	switch tag := r.Byte(); tag {
	case tagCreateNode:
		o.Kind = change.CreateNode
		d.startNode(r, o)
		o.Generation = d.generation(r)
	case tagDeleteNode:
		o.Kind = change.DeleteNode
		d.startNode(r, o)
	case tagAddLabel:
		o.Kind = change.AddLabel
		d.startNode(r, o)
		o.Ref = uint32(lookup(r, d.labels.ids, "label"))
	case tagRemoveLabel:
		o.Kind = change.RemoveLabel
		d.startNode(r, o)
		o.Ref = uint32(lookup(r, d.labels.ids, "label"))
	case tagSetNodeProp:
		o.Kind = change.SetNodeProp
		d.startNode(r, o)
		o.Ref, o.Value = d.property(r)
	case tagCreateEdge:
		o.Kind = change.CreateEdge
		d.startEdge(r, o)
		o.Ref = uint32(lookup(r, d.types.ids, "type"))
		o.Generation = d.generation(r)
	case tagDeleteEdge:
		o.Kind = change.DeleteEdge
		d.startEdge(r, o)
	case tagSetEdgeProp:
		o.Kind = change.SetEdgeProp
		d.startEdge(r, o)
		o.Ref, o.Value = d.property(r)
	case tagPutEntry:
		o.Kind = change.PutEntry
		o.Ref = entryPlace(r, entries)
	case tagDeleteEntry:
		o.Kind = change.DeleteEntry
		o.Ref = entryPlace(r, entries)
	default:
		r.Fail(fmt.Sprintf("unknown tag of a change %d", tag))
	}
}

func (d *Decoder) startNode(r *Reader, o *change.Op) {
	d.node = slot(r, d.node, "node")
	o.Node = graph.NodeID(d.node)
}

func (d *Decoder) startEdge(r *Reader, o *change.Op) {
	d.startNode(r, o)
	d.edge = slot(r, d.edge, "relationship")
	o.Edge = graph.Edge{ID: graph.EdgeID(d.edge), Dst: graph.NodeID(slot(r, d.node, "end node"))}
}

func (d *Decoder) generation(r *Reader) uint32 {
	g := r.Uvarint()
	if g > math.MaxUint32 {
		r.Fail(fmt.Sprintf("generation %d out of range", g))
		return 0
	}
	return uint32(g)
}

func (d *Decoder) property(r *Reader) (uint32, value.Value) {
	key := uint32(lookup(r, d.keys.ids, "key"))
	return key, r.Value()
}

// slot takes the difference to base and returns the slot, which must be a valid id.
func slot(r *Reader, base int64, what string) int64 {
	delta := r.Varint()
	if at := base + delta; delta > -math.MaxUint32 && delta < math.MaxUint32 && at >= 0 && at < math.MaxUint32 {
		return at
	}
	r.Fail("id of a " + what + " out of range")
	return 0
}

func lookup[T any](r *Reader, ids []T, what string) T {
	at := r.Uvarint()
	if at >= uint64(len(ids)) {
		r.Fail(fmt.Sprintf("%s %d of %d", what, at, len(ids)))
		var none T
		return none
	}
	return ids[at]
}

func entryPlace(r *Reader, entries int) uint32 {
	at := r.Uvarint()
	if at >= uint64(entries) {
		r.Fail(fmt.Sprintf("entry %d of %d", at, entries))
		return 0
	}
	return uint32(at)
}
