// Package query turns text into rows: it parses, analyses, plans and runs statements in
// transactions, and keeps the plans of what it has seen.
//
// An Engine serves any number of Sessions; a Session belongs to one client and runs one
// statement at a time. A statement outside an explicit transaction commits by itself:
// one that writes runs to its end and is durable before its first row can be taken, one
// that only reads is streamed, and its view of the graph is kept until its last row.
// Every error that leaves this package is a *failure.Error with its place in the text.
package query
