// Package function holds the built-in functions and aggregates of Cypher: what each is
// called, what it takes, what it gives, and how it is computed.
//
// A Function computes one row at a time from values; where it reads the graph it may
// also offer a form over whole columns of ids, which expr prefers. An aggregate keeps
// the states of all groups in columns, so that folding a batch in costs neither an
// allocation nor an indirect call per row.
//
// Nothing here holds state between calls: the clock, the random source, the memory
// budget and the graph come in through Call.
package function
