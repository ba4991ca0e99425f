package storage

import "errors"

// Errors that a caller may branch on.
var (
	// ErrConflict reports a write to a thing that another transaction changed first. It is transient: run the transaction again.
	ErrConflict = errors.New("conflicting transactions: another transaction changed the same data first")
	// ErrConnected reports the deletion of a node that still has relationships.
	ErrConnected = errors.New("the node still has relationships")
	// ErrNotFound reports a node or relationship that does not exist in the view of the transaction.
	ErrNotFound = errors.New("no such node or relationship")
	// ErrNotStorable reports a property value that holds a node, a relationship or a path.
	ErrNotStorable = errors.New("the value cannot be stored as a property")
	// ErrNameLimit reports that no further label, type or key name fits.
	ErrNameLimit = errors.New("too many distinct names")
	// ErrReadOnly reports a write in a transaction that was begun read only, or has ended.
	ErrReadOnly = errors.New("the transaction cannot write")
	// ErrIDsExhausted reports that every node or relationship slot is in use.
	ErrIDsExhausted = errors.New("no free node or relationship ids")
	// ErrJournal reports that the log refused a commit; the transaction was rolled back.
	ErrJournal = errors.New("the transaction could not be logged")
	// ErrJournalFull is matched beside ErrJournal where there is no room for the log: the transaction is not in it,
	// and can be tried again.
	ErrJournalFull = errors.New("there is no room for the log")
	// ErrJournalStopped is matched beside ErrJournal where the log takes nothing more until a restart.
	ErrJournalStopped = errors.New("the log has stopped")
)
