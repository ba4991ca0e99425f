// Package retention decides what may be deleted from a data directory, and keeps the
// lock that stops every deletion.
//
// # Rules
//
//  1. Of the snapshots that verify, the newest stays. Older ones stay up to a number, an
//     age and a size of all together, each of which may be left open. The first that is
//     beyond one of them goes, and so do all older ones.
//  2. A snapshot that does not verify counts as none. It moves to quarantine/, where the
//     newest few stay.
//  3. A segment of the log goes when every record of it is in the oldest snapshot kept,
//     and as many snapshots are kept as were asked for. So any of the kept snapshots can
//     be the start of a recovery, and one that turns out to be damaged costs time, not data.
//     Where age or size keep the number from being reached, it goes as soon as a snapshot
//     has gone, since the log before the oldest snapshot is of use only if it begins with
//     the first commit.
//  4. A pin is the first commit that somebody who reads files needs from the log. The
//     segments from there on stay, and the newest good snapshot before it.
//  5. While the directory is locked nothing is deleted, moved or rewritten.
//
// Decide applies rules 1 to 4 to what it is told; it reads no file.
//
// # The lock
//
// LOCK DATA DIRECTORY is the file LOCK-DATA-DIRECTORY in the data directory: one line of
// JSON with the fields
//
//	format     1
//	owner      who set it
//	since      when, RFC 3339 with nanoseconds
//	directory  identity of the directory (vfs.Info.ID)
//	file       identity of this very file
//
// The lock is in force while both identities are those of the directory and of the file;
// in a copy they differ, so that a copy is not locked. A file that cannot be read counts
// as a lock in force: to hold too much is safe, to delete too early is not. It is written
// under another name, synced and renamed, and holds from the moment the directory is
// synced, over restarts, until UNLOCK removes it.
package retention
