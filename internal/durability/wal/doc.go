// Package wal is the log: numbered records, appended, synced in groups, read back in
// order.
//
// # Files
//
//	DIR/00000000000000000001.wal   a segment; the number is its first index, decimal,
//	DIR/00000000000000004711.wal   20 digits, and its name from birth to removal
//	DIR/spare/7.spare              a file waiting to become a segment; its contents mean
//	                               nothing
//
// No other file belongs into DIR; Scan refuses what it does not know.
//
// # Segment
//
// A header of 64 bytes, then frames as package frame draws them, then zeros. Numbers are
// little endian.
//
//	offset  bytes
//	     0      8  magic "MGDWAL\x00\x00"
//	     8      4  format version, 1
//	    12      4  zero
//	    16     16  the database's UUID
//	    32      8  first index: that of the name
//	    40      4  chain of the last record before this segment; 0 for the first of all
//	    44      4  zero
//	    48      8  time of birth, microseconds since 1970-01-01 UTC
//	    56      4  zero
//	    60      4  CRC-32C of bytes 0-59; also the seed of the segment's frames
//
// The first frame stands at 64 and begins with the chain of the header. The place of the
// last check, the magic and the version stay the same in every later version.
//
// Records have kinds 1 to 127, chosen by the caller, and strictly ascending indexes. A
// record of more than 16 MiB is split in parts: frames of equal header but for length,
// part (0, 1, 2, …), last (set in the last part only) and synced. All parts are in one
// segment, next to each other; without its last part a record does not exist.
//
// Kinds from 128 are the log's own. They carry the index of the record before them, and
// no payload but for the one that is named:
//
//	128  promise  says by its synced field what is durable; written when the log has
//	              been idle, so that little is left unproven, and ahead of a close, then
//	              with 4096 zeros as payload: the close is so far from the last record
//	              that one broken block does not take both
//	129  seal     the last frame of a segment; the next segment exists, durably
//	130  close    the log was closed in good order; more may follow after a new start
//
// # Order of writing
//
//  1. A segment gets its header, is synced, and only then its name, which is synced
//     before the first frame is written. So a segment with its name has its header.
//  2. Before that, everything in the former segment is synced. So a segment's header
//     proves all former segments complete, up to the chain that it names.
//  3. Then the former segment is sealed, and never written again. So a sealed newest
//     segment proves that a file is missing.
//  4. A frame's synced field is what a sync that has returned had covered.
//  5. Two batches may be synced at one time, each through an open file of its own, since the
//     system tells each of them once of data that it could not write. They are acknowledged
//     in order: the later one when the syncs of both have returned. Rules 1 to 3, promises and
//     repairs wait until no sync is under way.
//
// # Reading
//
// Scan reads every segment in order and checks every frame. Where one does not fit:
//
//   - In a segment that has a successor it is damage, unless everything up to the chain
//     that the successor names has been read: then only the seal is torn.
//   - In the newest segment it is damage if any later frame of that segment says that
//     this place was durable. Otherwise it is the torn tail of a crash: it is reported,
//     and Open cuts it.
//
// Honest limit: damage to the frames after the newest promise, that is the newest synced
// field that can be read, cannot be told from a torn write, and is cut. This window is
// the last two or three batches while the log is busy; after 100 ms without a commit, and after Close,
// it is one frame without a record. A newest segment that has lost all of its end, with
// the promises in it, looks like an older one.
//
// What was read behind the newest promise may never have reached the disk (it may come
// from a cache that outlived a failed sync), so Open writes it again and syncs.
//
// # Failures
//
// A failed sync of a segment, or of the directory when a segment gets its name, ends the
// log: ErrPoisoned for every waiting and every later record, no second try. A file that is
// not a segment yet and cannot be synced is removed. A failed write ends the records of
// its batch only: what it wrote is overwritten with zeros, or cut off where even that
// finds no room, and synced before the callers hear of it, so that a record reported as
// failed never comes back; if that fails too, the log ends. A record's index may
// therefore be missing from a log that is complete.
//
// A file that waits to become a segment is larger than a segment by the room for the
// frames of a close, and an open segment that has grown beyond its bound has as much
// behind its records. So a log on a full disk can be closed in good order.
package wal
