// Package bolt is the server that drivers connect to.
//
// # A connection
//
// One goroutine, the executor, serves a connection: it takes bytes from the socket,
// joins them to messages, asks the state package what each may do, does it with the
// Session of the client, appends the replies to one output buffer, and writes that when
// nothing is left to do. A short request never leaves this goroutine.
//
// Where the bytes travel in a plain socket, the executor waits for the next request in one
// call of the poller that lasts as long as the conversation (hold), and the monitor glances at
// the socket once a tick (5 ms) while a request works for more than two ticks, so that a RESET,
// a GOODBYE and a closed socket end the work.
//
// In TLS and a WebSocket such a request gets a watcher: a second goroutine which reads
// meanwhile. It puts what it reads into the inbox, and hands reading back with the first
// message that finds the executor waiting:
//
//	socket --> executor --> output --> socket
//	   |           ^
//	   +-> watcher-+   inbox, and Interrupt
//
// Had every request its reader ahead of it, each would pay for waking a goroutine, which
// costs a third of the throughput at one connection and a twentieth at many
// (BenchmarkBesideEcho).
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
