// Package backup takes a database out of the directory that it lives in: snapshots and
// pieces of the log, as objects in a repository, with a manifest that says what belongs
// together.
//
// # Repository
//
//	repository.json                                 whose it is: format, database, created
//	timelines/TTTTTTTTTT.json                       which server writes a timeline
//	snapshots/TTTTTTTTTT/<commit>-<time>.snap       a snapshot file
//	log/TTTTTTTTTT/<first commit>/<from>-<to>.log   bytes [from, to) of a segment of the log
//	backups/<time>-<id>.json                        manifest of a backup: it was completed
//
// TTTTTTTTTT is the timeline, 10 digits; commits have 20, offsets 12. Every object but
// the JSON ones is sealed as package object describes. An object never changes. The
// bytes of a segment are those of the file, header and all, so what is put together
// again is read and proved by package wal. A piece that reaches further replaces those
// that it covers: they may be deleted, and a reader takes, at each place, the piece that
// reaches furthest.
package backup
