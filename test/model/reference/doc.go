// Package reference answers queries in the most naive way that can be read off the rules of
// the language: row after row, every assignment of a pattern tried in turn, nothing planned,
// nothing shared with the engine but the tree of a query and the type that holds a value.
//
// Its answers are what test/model holds the engine against. Where the rules leave something
// open, an Order chooses among what they allow: the order in which matches come, the side of
// AND that is looked at first. A query whose answers differ between orders has no single
// right answer, and only what all orders share can be asked of the engine.
package reference
