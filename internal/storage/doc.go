// Package storage is the graph in memory: nodes, relationships, properties, indexes, and
// the transactions that read and change them.
//
// A Store holds one graph. A Tx is one view of it, with changes of its own; Begin opens
// it, Commit makes its changes durable and then visible to others, Release ends the view.
//
// The data lie in pages without Go pointers (package arena):
//
//	node             32 bytes: state, label set, adjacency out and in, properties, generation
//	relationship     4 bytes start node, and half a byte of its chunk of 64, which has one type
//	adjacency        one block per node and direction (package adjacency)
//	properties       one packed block per node or relationship (package property)
//	labels           a bitmap per label (package index)
//	indexes          a B+tree per label and key (package index)
//	undo             32 bytes per changed thing and transaction (package mvcc)
//
// The newest version of everything is in place. A node that nobody is changing has state
// 0 and costs a reader one load. Versions and conflicts of nodes are kept per node (its
// labels, properties and existence are one image); those of relationships per
// relationship, so that two transactions may add relationships to the same node.
//
// Collection: what a finished transaction left behind is unlinked once every view that
// was open at its end is closed (first phase), and its memory and ids are used again once
// every view is closed that was open when it was unlinked (second phase). Views close all
// the time, and whoever closes one does a small step; a goroutine does the rest.
package storage
