// Package procedure holds what CALL can run: procedures with typed arguments and results.
//
// Those that are built in only read: mg.go, dbms.go and server.go tell about the server, db.go,
// schema.go, neo4jschema.go, apocmeta.go and llm.go about the graph, as the transaction of the
// statement sees it, and apocutil.go checks what it is given. Those of merge.go write. A Registry adds others to them.
package procedure

import (
	"memgraphd/internal/query/auth"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/value"
)

// Mode says what a procedure does to the graph.
type Mode uint8

// The modes.
const (
	// Read leaves the graph alone.
	Read Mode = iota
	// Write may change it, so that a transaction for reading refuses the procedure. It tells
	// Context.Changed what it has changed.
	Write
)

// Procedure is what CALL can run. It is immutable.
type Procedure struct {
	Name    string // with dots
	About   string // a sentence for lists
	Args    []Argument
	Results []Result // none: each call passes its row on
	Mode    Mode
	// Privileges are what a call needs; 0: see Needs.
	Privileges auth.Privileges
	// Open lets everybody call it: it tells nothing of the graph or of other users.
	Open bool
	// Call begins one call. args has a value for each of Args, of its type or null, and may
	// be kept.
	Call func(c *Context, args []value.Value) (Rows, error)
}

// Argument is one argument. Optional ones come last.
type Argument struct {
	Name     string
	Type     Type
	Optional bool
	Default  value.Value // of an optional one that is not given
}

// Result is one column of the rows.
type Result struct {
	Name string
	Type Type
}

// Rows gives one row of results after the other, a value for each of Procedure.Results, and
// nil after the last one. A row is not kept. A procedure without results gives no rows.
type Rows func() ([]value.Value, error)

// Context is what a call works with.
type Context struct {
	Store *storage.Store
	Tx    *storage.Tx
	// Interrupted fails when the statement has been ended from outside; a long call asks now
	// and then.
	Interrupted func() error
	// Reserve takes memory for what the call keeps until its last row; it fails where the
	// statement may not have that much.
	Reserve func(bytes int64) error
	// Changed adds what the call has changed to the summary of the statement.
	Changed func(Changes)
	// Storable fails where a value cannot be a property.
	Storable func(v value.Value) error
	// Server is what the call may ask beside the graph; nil: nothing.
	Server Server
}

// Server is what a call may ask of the server and about who calls.
type Server interface {
	// CurrentUser returns the name and the roles of who calls; the name is empty for nobody.
	CurrentUser() (name string, roles []string)
	// Database returns the name of the database.
	Database() string
	// Compatible returns the version of Neo4j whose clients the server serves.
	Compatible() string
	// Show returns the rows of a list that a statement shows, with all of its columns; it fails
	// where the caller may not see it.
	Show(what Topic) (columns []string, rows [][]value.Value, err error)
}

// Topic is a list that the server shows.
type Topic uint8

// The lists.
const (
	AboutIndexes Topic = iota
	AboutConstraints
	AboutSettings
)

// Changes counts what a call has changed.
type Changes struct {
	NodesCreated         int64
	NodesDeleted         int64
	RelationshipsCreated int64
	RelationshipsDeleted int64
	PropertiesSet        int64
	LabelsAdded          int64
	LabelsRemoved        int64
}

// None is a call that gives no rows.
func None() ([]value.Value, error) { return nil, nil }

// List is a call whose rows have been made already.
func List(rows [][]value.Value) Rows {
	return func() ([]value.Value, error) {
		if len(rows) == 0 {
			return nil, nil
		}
		row := rows[0]
		rows = rows[1:]
		return row, nil
	}
}

// words is a list of rows of one string each.
func words(texts []string) Rows {
	rows := make([][]value.Value, len(texts))
	for i, text := range texts {
		rows[i] = []value.Value{value.String(text)}
	}
	return List(rows)
}
