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
//	pruned/<time>-<id>.json                         somebody deletes objects
//	pruned/<time>-<id>.end.json                     and has ended
//
// TTTTTTTTTT is the timeline, 10 digits; commits have 20, offsets 12. Every object but
// the JSON ones is sealed as package object describes. An object never changes. The
// bytes of a segment are those of the file, header and all, so what is put together
// again is read and proved by package wal. A piece that reaches further replaces those
// that it covers: they may be deleted, and a reader takes, at each place, the piece that
// reaches furthest.
//
// Who deletes what is not needed any longer puts a record first, decides by what is there
// after it, deletes within two minutes, and puts its end. Who takes a backup looks for
// records when its manifest is there: where there is one that had not ended when the backup
// began, it waits for the end, five minutes at most, and then looks whether all objects of
// the manifest are there; else it deletes the manifest and begins again. So either the one
// sees the manifest, or the other sees what was deleted.
package backup
