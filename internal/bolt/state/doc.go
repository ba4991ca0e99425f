// Package state decides what a request may do: (version, state, message) → rule. It does
// no I/O, keeps nothing and can be replayed.
//
// # The states
//
//	NEGOTIATION --HELLO--> AUTHENTICATION --LOGON--> READY        5.1 and later
//	NEGOTIATION --HELLO--> READY                                  4.4 and 5.0
//
//	READY --RUN--> STREAMING --PULL, DISCARD to the end--> READY
//	READY --BEGIN--> TX_READY --COMMIT, ROLLBACK--> READY
//	TX_READY --RUN--> TX_STREAMING --all results to the end--> TX_READY
//	READY --LOGOFF--> AUTHENTICATION                              5.1 and later
//	READY --ROUTE, TELEMETRY--> READY
//
// A request that fails leads to FAILED, where everything but RESET and GOODBYE is
// answered IGNORED. A login that fails, and a message that the state does not know, end
// the connection (DEFUNCT) after a FAILURE.
//
// # Interruption
//
// A RESET counts from its arrival, not from its turn: whatever was sent before it and is
// not answered yet is answered IGNORED, as in the state INTERRUPTED. When its own turn
// comes it ends the transaction and leads to READY.
//
// On gives a Rule for every pair; what the requests do is for the server to carry
// out, which then takes the state that the rule names for the outcome.
package state
