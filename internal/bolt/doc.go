// Package bolt is the server that drivers connect to.
//
// # A connection
//
// Two goroutines serve a connection. The reader takes bytes from the socket, joins them
// to messages and puts those into the inbox; the executor takes them out in order, asks
// the state package what each may do, does it with the Session of the client, and
// appends the replies to one output buffer. Because the reader runs ahead, a RESET, a
// GOODBYE and a closed socket end a running query at once:
//
//	socket -> reader -> inbox -> executor -> output -> socket
//	             |                  ^
//	             +--- Interrupt ----+   RESET, GOODBYE, end of the stream
//
// The output is written when the inbox is empty, so that the replies to messages that
// came together go together, and whenever it holds 64 KiB. A write that blocks holds up
// the executor and with it the query: that is the back-pressure. A write that blocks for
// longer than Options.WriteTimeout ends the connection.
//
// # Bounds
//
// Before the login: one absolute deadline, small messages with few elements, and a cap
// on connections, of which the oldest has to go. After it: sizes of messages, depth,
// elements, queued messages, open results and connections. What a peer declares is never
// allocated; memory of large messages is asked of Options.Budget.
//
// # Who may come in
//
// While no user exists, a client of the same machine needs no password, and one of
// another is refused with a message that says how to open.
package bolt
