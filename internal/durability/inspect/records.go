package inspect

import (
	"context"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
)

// Commit is a commit of the log with names and values in place of numbers.
type Commit struct {
	Commit   uint64    `json:"commit"`
	Term     uint64    `json:"term,omitempty"`
	Timeline uint32    `json:"timeline"`
	Time     time.Time `json:"time"`
	Bytes    int       `json:"bytes"` // of its record
	Changes  []Change  `json:"changes"`
	// Unproven means that its checksum does not fit, or that nothing proves it.
	Unproven bool `json:"unproven,omitempty"`
}

// Change is one change of a commit. A node or relationship is given by what id() returns.
type Change struct {
	Do           string  `json:"do"`
	Node         *uint32 `json:"node,omitempty"` // of a relationship: its start
	Relationship *uint32 `json:"relationship,omitempty"`
	End          *uint32 `json:"end,omitempty"`
	Generation   uint32  `json:"generation,omitempty"` // of a slot that was used before
	Label        string  `json:"label,omitempty"`
	Type         string  `json:"type,omitempty"`
	Key          string  `json:"key,omitempty"`
	Value        *Value  `json:"value,omitempty"`
	Kind         string  `json:"kind,omitempty"` // of an entry of the catalogue
	Name         string  `json:"name,omitempty"`
	Text         string  `json:"text,omitempty"` // what an entry holds, if it is text
	Data         []byte  `json:"data,omitempty"` // and if it is not
}

// Range bounds commits; 0 is no bound.
type Range struct{ From, To uint64 }

func (r Range) has(commit uint64) bool { return commit >= r.From && (r.To == 0 || commit <= r.To) }

// Commits calls fn with the commits of a segment of the log, up to the first damage, whose
// error it then returns.
func Commits(ctx context.Context, fsys vfs.FS, name string, within Range, fn func(Commit) error) error {
	d := NewDecoder()
	_, err := wal.Examine(fsys, name, func(r wal.Record) error {
		if !within.has(r.Index) {
			return ctx.Err()
		}
		c, err := d.Decode(r)
		if err != nil {
			return err
		}
		return fn(c)
	})
	return err
}

// PastDamage is Commits that goes on behind damage, as far as anything can be read. What
// cannot be decoded is left out.
func PastDamage(ctx context.Context, fsys vfs.FS, name string, within Range, fn func(Commit) error) error {
	d := NewDecoder()
	return wal.Leftovers(fsys, name, max(within.From, 1)-1, func(r wal.Record, proven bool) error {
		c, err := d.Decode(r)
		if err != nil || !within.has(r.Index) {
			return ctx.Err()
		}
		c.Unproven = !proven
		return fn(c)
	})
}

// Decoder turns records into text. It keeps every name that it has met.
type Decoder struct {
	names  *names
	codec  *codec.Decoder
	commit change.Commit
}

// NewDecoder returns a decoder.
func NewDecoder() *Decoder {
	n := newNames()
	return &Decoder{names: n, codec: codec.NewDecoder(n)}
}

// Decode decodes one record.
func (d *Decoder) Decode(r wal.Record) (Commit, error) {
	out := Commit{
		Commit: r.Index, Term: r.Term, Timeline: r.Timeline, Time: time.UnixMicro(r.Wall).UTC(), Bytes: len(r.Payload),
	}
	if r.Kind != wal.KindCommit {
		return out, fmt.Errorf("record %d has the unknown kind %d: it was written by a newer version", r.Index, r.Kind)
	}
	if err := d.codec.Decode(r.Payload, &d.commit); err != nil {
		return out, fmt.Errorf("commit %d cannot be decoded: %w", r.Index, err)
	}
	out.Changes = make([]Change, len(d.commit.Ops))
	for i := range d.commit.Ops {
		out.Changes[i] = d.change(&d.commit.Ops[i])
	}
	return out, nil
}

func (d *Decoder) change(o *change.Op) Change {
	c := Change{Generation: o.Generation, Node: new(uint32(o.Node))}
	switch o.Kind {
	case change.CreateNode:
		c.Do = "create node"
	case change.DeleteNode:
		c.Do = "delete node"
	case change.AddLabel:
		c.Do, c.Label = "add label", d.names.labels.all[o.Ref]
	case change.RemoveLabel:
		c.Do, c.Label = "remove label", d.names.labels.all[o.Ref]
	case change.SetNodeProp:
		c.Do = "set property of node"
		d.property(&c, o)
	case change.CreateEdge:
		c.Do, c.Type = "create relationship", d.names.types.all[o.Ref]
		c.Relationship, c.End = new(uint32(o.Edge.ID)), new(uint32(o.Edge.Dst))
	case change.DeleteEdge:
		c.Do = "delete relationship"
		c.Relationship, c.End = new(uint32(o.Edge.ID)), new(uint32(o.Edge.Dst))
	case change.SetEdgeProp:
		c.Do = "set property of relationship"
		c.Relationship, c.End = new(uint32(o.Edge.ID)), new(uint32(o.Edge.Dst))
		d.property(&c, o)
	case change.PutEntry:
		c = d.entry("put entry", o)
	case change.DeleteEntry:
		c = d.entry("delete entry", o)
	}
	return c
}

// property fills key and value; without a value the property is removed.
func (d *Decoder) property(c *Change, o *change.Op) {
	c.Key = d.names.keys.all[o.Ref]
	c.Value = &Value{o.Value}
}

// entry describes a change of the catalogue. Its data begin with a version.
func (d *Decoder) entry(do string, o *change.Op) Change {
	e := d.commit.Entries[o.Ref]
	c := Change{Do: do, Kind: e.Kind, Name: e.Name}
	if o.Kind == change.DeleteEntry || len(e.Data) == 0 {
		return c
	}
	if rest := e.Data[1:]; utf8.Valid(rest) && !slices.ContainsFunc(rest, func(b byte) bool { return b < ' ' }) {
		c.Text = string(rest)
	} else {
		c.Data = slices.Clone(e.Data)
	}
	return c
}

// names gives numbers to names, as a store does.
type names struct {
	labels list[graph.LabelID]
	types  list[graph.TypeID]
	keys   list[graph.KeyID]
}

func newNames() *names {
	return &names{
		labels: list[graph.LabelID]{known: make(map[string]int)},
		types:  list[graph.TypeID]{known: make(map[string]int)},
		keys:   list[graph.KeyID]{known: make(map[string]int)},
	}
}

type list[T ~uint16 | ~uint32] struct {
	known map[string]int
	all   []string
}

func (l *list[T]) intern(name string, most int) (T, error) {
	at, ok := l.known[name]
	if !ok {
		if at = len(l.all); at >= most {
			return 0, fmt.Errorf("%q is one name more than the %d that there can be", name, most)
		}
		l.known[name] = at
		l.all = append(l.all, name)
	}
	return T(at), nil
}

// InternLabel implements change.Interner.
func (n *names) InternLabel(name string) (graph.LabelID, error) {
	return n.labels.intern(name, graph.LabelsMax)
}

// InternType implements change.Interner.
func (n *names) InternType(name string) (graph.TypeID, error) {
	return n.types.intern(name, graph.TypesMax)
}

// InternKey implements change.Interner.
func (n *names) InternKey(name string) (graph.KeyID, error) {
	return n.keys.intern(name, graph.KeysMax)
}
