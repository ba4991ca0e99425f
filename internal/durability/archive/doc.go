// Package archive copies a running database into a repository of package backup, all the
// time: the open segment of the log every second or megabyte, and each snapshot.
//
// # What goes where
//
// The tail goes on where the pieces of the log end that are in the repository, and sends
// what has become durable since, in order, so that the pieces never have a gap between
// them. Every frame is proved on its way; a frame that is damaged is not sent.
//
// The bulk does what may take long, beside the tail: it sends snapshots, newest first, and
// puts many small pieces together. Those of a sealed segment become one; of an open one,
// when there are more than 64, the newest become one of at least a quarter of the piece
// before them, so that there are never many and no byte is sent often. What is covered by
// a larger piece is deleted, after that is durable.
//
// # Whose it is
//
// A repository holds one database, and one server writes each timeline: it has put its
// claim on it, an object that only one can have made. A server knows itself by an id in
// its data directory that is bound to the directory, so that a copy is another server.
// A server whose timeline is claimed by another, that sees a greater one claimed by
// another, or that is behind what was archived of its timeline, refuses to archive: a
// *RefusedError. Options.Takeover lets it begin another timeline instead.
//
// # Failures
//
// A store that fails, hangs or lies about an answer never stops a commit. What failed is
// tried again after a pause that doubles up to a minute. The source keeps what is not in
// the repository. A put that succeeded and was reported as failed is recognised by the
// header of the object that is there.
package archive
