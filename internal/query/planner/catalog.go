package planner

// Catalog gives the planner facts about the graph. Counts may be estimates; a name that
// does not exist counts 0.
type Catalog interface {
	// NodeCount is the number of nodes.
	NodeCount() int64
	// EdgeCount is the number of relationships.
	EdgeCount() int64
	// LabelCount is the number of nodes with a label.
	LabelCount(label string) int64
	// TypeCount is the number of relationships of a type.
	TypeCount(typ string) int64
	// Index tells whether label(key) is indexed, and how many nodes and how many distinct
	// values are in the index.
	Index(label, key string) (entries, distinct int64, ok bool)
}
