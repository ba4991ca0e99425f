// Package shell is the command line client: statements in, tables out.
//
// Statements come from a terminal, from standard input or from an argument, end with a semicolon, and run one
// after the other over one connection. Lines that begin with a colon, where a statement could begin, are
// commands to the shell itself. BEGIN, COMMIT and ROLLBACK as statements open and end a transaction.
//
// In a terminal, an error is shown and the shell goes on; otherwise the first error ends it. Ctrl-C ends the
// running statement, not the shell.
package shell
