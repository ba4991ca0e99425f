// Package frame is the checksummed record of the log: one frame to bytes and back.
//
// A frame stands at a place of a segment: an offset, the segment's seed, and the chain
// of all frames before it. Numbers are little endian.
//
//	offset  bytes
//	     0      4  header check: CRC-32C of bytes 8-55, begun with the segment's seed
//	               xor both halves of the frame's offset in its segment
//	     4      4  chain: CRC-32C of bytes 8 to the end of the padding, begun with the
//	               chain of the frame before
//	     8      4  length of the payload, at most 16 MiB
//	    12      1  kind
//	    13      1  flags: bit 0 = last part of its record; all others zero
//	    14      2  part: 0, 1, 2, … of a record that is split; 0 for a whole one
//	    16      8  index
//	    24      8  term
//	    32      4  timeline
//	    36      4  zero
//	    40      8  wall time, microseconds since 1970-01-01 UTC, signed
//	    48      8  synced: everything of the segment below this offset was durable when
//	               the frame was written; at most the frame's own offset
//	    56      n  payload
//	  56+n    0-7  zeros up to a multiple of 8
//
// A frame begins at a multiple of 8. A header of which all 56 bytes are zero is no frame
// but the end of what was written.
//
// Why two checks. The header check stands alone, so that a length is never believed
// before it is proved, and so that a frame can be recognised when the one before it is
// damaged: that later frame's synced field tells damage from a torn write. Seed and
// offset are in it so that a frame copied to another place, or another segment, is not
// one. The chain ties each frame to everything before it: none can be lost, doubled or
// exchanged unnoticed.
//
// What kinds mean, how parts join and where a segment begins is not decided here.
package frame
