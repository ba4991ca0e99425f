// Package recovery opens a data directory: the newest snapshot that verifies, then the
// log after it.
//
// # Directory
//
//	.lock                 held by the process that uses the directory
//	audit/                the audit log (package audit); no part of the database
//	database.json         identity of the database, see below
//	snapshots/            images of the graph (package snapshot)
//	wal/                  the log (package wal)
//	quarantine/           snapshots that did not verify, the newest few
//	.ballast              room for the server itself on a disk that is full
//	.backup/<time>/       what was here before a start without recovery, or what a loss
//	                      that was accepted has left: the former database.json, the log,
//	                      damaged snapshots, and WHAT-WAS-GIVEN-UP.txt
//	.server.json          id of the server, for those that keep servers apart, see below
//	.restore/             a database that is made beside this one: new/ holds it, tmp/ what is
//	                      read meanwhile; with the file ready it is complete, and the next
//	                      who opens the directory puts it in place
//	LOCK-DATA-DIRECTORY   while the directory is locked (package retention)
//
// # database.json, format 1
//
// Two lines: JSON, and the XXH64 of the first line without its line feed as 16
// hexadecimal digits. Fields of the JSON:
//
//	format    1
//	database  32 hexadecimal digits, drawn at random when the database is made; every
//	          snapshot and every segment of the log carries the same
//	created   when, RFC 3339
//	timeline  1; a restore to an earlier moment starts the next
//	log       true once there is a log: from then on a directory without one is incomplete
//	reached   a commit that the log has held durably, noted at a snapshot and at the end of
//	          a server; a log that ends before it has lost something. Absent: 0
//	parent    the timeline that this one left; absent: none
//	forked    the commit behind which it left it; absent: 0
//	recovered the moment that the directory was taken back to at a start, as the flag said
//	          it, so that the flag does nothing again; absent: none
//
// It is written under another name, synced and renamed. In a new directory it comes
// first, so that files of a database are never without it; the field log is set when the
// first segment is durable.
//
// # .server.json, format 1
//
// Two lines as in database.json. Fields of the JSON:
//
//	format    1
//	server    32 hexadecimal digits, drawn at random
//	directory what the file system calls the data directory, device:inode
//	file      and this file
//
// Where the two do not fit, but for the device, the directory is a copy: it is another
// server, and draws another id. So does one whose file cannot be read.
//
// # .restore/ready
//
// Two lines: the name of the folder in .backup/ for what is replaced, and its XXH64 as 16
// hexadecimal digits. It is written under another name, synced and renamed when everything
// in .restore/new/ is durable. Then snapshots/, wal/ and database.json move, one after the
// other, first the former one to that folder, then the new one to its place, each step
// durable before the next; last, ready is removed. A step that was taken is known by what is
// left in .restore/new/.
//
// # What happens at a start
//
//	found                                  outcome
//	nothing, or lost+found, audit and      a new database
//	dot files
//	other files, no database.json          refused: *ForeignFilesError
//	files of Memgraph                      refused: *ForeignFilesError that names it
//	a file of a newer format               refused: *NewerFormatError
//	database.json damaged or missing       refused: *IdentityError
//	files of another database              refused: *ForeignFilesError
//	newest snapshot damaged                the next older one, if the log reaches as far; the
//	                                       damaged one moves to quarantine/; else refused:
//	                                       *snapshot.DamagedError
//	no snapshot, log from commit 1         the log alone
//	no log, though there was one           refused: *GapError
//	log begins after the snapshot          refused: *GapError
//	log ends before it has once been       refused: *RolledBackError
//	log ends before the snapshot           the snapshot alone (its commits were not logged,
//	                                       or their log was not synced)
//	torn tail of the last segment          cut, and reported
//	any other damage of the log            refused: *wal.DamageError
//	a commit that cannot be applied        refused: *CommitError
//	a symbolic link, or a folder where     refused: *WrongKindError
//	a file belongs
//
// Refused means: nothing was changed, and the error, a *RefusedError around the one above,
// says what to do. Where something is gone rather than another's, newer or forbidden, it
// has the last good point: the newest snapshot that verifies, and the log after it as far as
// it goes on without a gap. Accept opens the directory there, see its comment.
package recovery
