package bolt

import (
	"context"
	"time"

	"memgraphd/internal/bolt/message"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// Engine opens sessions; it may be called concurrently.
type Engine interface {
	NewSession(o SessionOptions) Session
}

// SessionOptions say whose session it is.
type SessionOptions struct {
	User    string // empty while no user exists
	Address string // of the client
	ID      string // of the connection, "bolt-1"
	// Identity is who the client is; nil: nobody, in a server without users.
	Identity *auth.Identity
}

// TxOptions are what a client asks of a transaction. They are valid during the call only.
type TxOptions struct {
	Timeout   time.Duration // 0 is the engine's own
	Metadata  value.Value   // a map or null
	ReadOnly  bool
	Bookmarks []string
	Database  string
}

// Session is one client's conversation with the engine. Only Interrupt may be called
// while another method runs.
type Session interface {
	// Begin opens a transaction.
	Begin(ctx context.Context, o TxOptions) error
	// Run starts a statement in the open transaction, or in one of its own. Parameters is
	// a map or null.
	Run(ctx context.Context, text string, parameters value.Value, o TxOptions) (Result, error)
	// Answer runs a statement in a transaction of its own from beginning to end, if it is one that is
	// over in a moment and nothing about it is out of the ordinary. It hands all of its rows to give,
	// once, and returns how long it took. Where it reports false, nothing has happened, and Run is to be
	// called; that is so too where give fails. Parameters is a map or null.
	//
	// A statement that writes is answered only where wait is not nil, and returns no rows. It calls wait before it
	// waits for its commit, which may last, and give when that is durable, which then must not fail.
	Answer(text string, parameters value.Value, give func(*batch.Reply) error, wait func()) (took time.Duration, ok bool)
	// Commit ends the transaction and returns its bookmark.
	Commit(ctx context.Context) (bookmark string, err error)
	// Rollback ends the transaction, if there is one.
	Rollback() error
	// Reset closes what is open, and what Interrupt did.
	Reset()
	// Interrupt ends the running call, and every later one until Reset.
	Interrupt()
	// Close ends the session.
	Close()
}

// Result is a statement that runs.
type Result interface {
	Columns() []string
	// First is how long it took from Run until rows could be asked for.
	First() time.Duration
	// Pull hands at most n rows to sink, all of them where n is negative, and tells
	// whether rows are left. What sink receives is valid during its call.
	Pull(ctx context.Context, n int64, sink func(*batch.Batch, batch.Entities) error) (more bool, err error)
	// Discard drops at most n rows, all of them where n is negative.
	Discard(ctx context.Context, n int64) (more bool, err error)
	// Summary fills in the empty summary into, after the last row. Outcome is left to the server.
	Summary(into *message.Summary)
	Close()
	// Release is the last call: the result may be used for another statement.
	Release()
}
