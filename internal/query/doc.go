// Package query turns text into rows: it parses, analyses, plans and runs statements in
// transactions, and keeps the plans of what it has seen.
//
// An Engine serves any number of Sessions; a Session belongs to one client and runs one
// statement at a time. A statement outside an explicit transaction commits by itself:
// one that writes runs to its end and is durable before its first row can be taken, one
// that only reads is streamed, and its view of the graph is kept until its last row.
// Every error that leaves this package is a *failure.Error with its place in the text.
//
// A query goes through run.go and result.go. Every other statement is handed over by runAdmin in
// admin.go, those without operands by the table of adminverb.go, to the file of its subject:
// indexes.go, snapshots.go, users.go and their like, which answer with a table.
//
// # Short statements
//
// A statement that was seen before and reads little allocates nothing. Its transaction with
// the view, the budget and the context, and its result with the cursor, lie in memory that
// the session keeps for the next one; it is not kept where anything else may still point at
// it, such as the store after a write, or whoever waits for the end of the context. Its plan
// is found by its whole text. Its time limit costs no timer of its own: a session has one,
// which is set anew only for a limit that ends before it looks. What others ask of a
// session, such as SHOW and TERMINATE TRANSACTIONS, they ask under the lock of live.
package query
