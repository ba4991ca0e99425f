// Package generate makes random graphs and random queries.
//
// Queries are made as text from a grammar that knows which variables are in scope and what
// they hold, so that most of them are valid and most of those give rows: an expression is
// asked for by the type that it shall have. A little is wrong on purpose. The same seed gives
// the same graph and the same queries.
package generate
