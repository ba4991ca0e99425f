// Package change is what a committed transaction did, as data: the numbered,
// replayable stream that the log stores and that replicas and archives will carry.
//
// A commit holds changes, never Cypher text, and applying it needs no clock and no
// random source: every slot that it fills is named in it. Labels, types and keys are
// the store's interned ids; a codec that writes a commit to bytes writes their names
// beside them, so that each encoded commit can be read alone.
package change

import (
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// Index numbers the commits 1, 2, 3, …: the commit timestamp, the log position and the
// bookmark, all one.
type Index uint64

// Kind says what an Op does. The numbers are internal; the codec has its own.
type Kind uint8

// The kinds of Op, with the fields that each uses.
const (
	CreateNode  Kind = iota + 1 // Node, Generation
	DeleteNode                  // Node
	AddLabel                    // Node, Ref (graph.LabelID)
	RemoveLabel                 // Node, Ref (graph.LabelID)
	SetNodeProp                 // Node, Ref (graph.KeyID), Value; null removes
	CreateEdge                  // Node (start), Edge, Ref (graph.TypeID), Generation
	DeleteEdge                  // Node (start), Edge
	SetEdgeProp                 // Node (start), Edge, Ref (graph.KeyID), Value; null removes
	PutEntry                    // Ref (place in Commit.Entries)
	DeleteEntry                 // Ref (place in Commit.Entries; Data is unused)
)

// Op is one change. Which fields count depends on Kind.
type Op struct {
	Kind       Kind
	Generation uint32
	Node       graph.NodeID
	Edge       graph.Edge
	Ref        uint32
	Value      value.Value
}

// Entry is a versioned entry of the catalogue: an index, a constraint, a user, a
// setting. Kind and Name identify it; Data is encoded by its owner and opaque here.
type Entry struct {
	Kind string
	Name string
	Data []byte
}

// Commit is one committed transaction.
type Commit struct {
	Index    Index
	Term     uint64 // 0 on a single server
	Timeline uint32 // 1 in a new database; a restore to an earlier moment starts the next
	Wall     int64  // microseconds since 1970-01-01 UTC, for people and point-in-time recovery
	Ops      []Op
	Entries  []Entry
}

// Names gives the text of interned ids to an encoder.
type Names interface {
	LabelName(id graph.LabelID) string
	TypeName(id graph.TypeID) string
	KeyName(id graph.KeyID) string
}

// Interner gives ids to names for a decoder. It fails where a limit on names is reached.
type Interner interface {
	InternLabel(name string) (graph.LabelID, error)
	InternType(name string) (graph.TypeID, error)
	InternKey(name string) (graph.KeyID, error)
}
