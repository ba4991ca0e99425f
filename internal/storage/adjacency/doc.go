// Package adjacency keeps the relationships of one node in one direction as columns in
// blocks of an arena.
//
// Up to 512 relationships are one block (32-bit words):
//
//	0        cap (10 bits) | groups (10) | marks (11) | 0
//	1 …      type (16) | end (16)      one word per group; a group begins where the one before ends
//	…        other end of each relationship × cap
//	…        relationship × cap
//
// More are a directory, per type a list, and segments of up to about 4,500:
//
//	directory   1<<31 | groups; marks; then per group: type, list, count, 0
//	list        count; cap; segment × cap
//	segment     count; cap; marks; least id; greatest id; 1 if ids ascend; other end × cap; relationship × cap
//
// Entries below a published end or count never change, so a slice of them stays right
// for as long as its block is kept. Adding writes beyond the end and publishes the end
// then; everything else copies a block (at most one segment) and replaces the reference.
// So a reader needs no lock, and a hub is never copied whole.
//
// Marks count what is unsettled about the entries of a block: 1 for each relationship
// whose creation, and 1 for each whose deletion, may not be in every view. A reader that
// finds 0 marks after it loaded the ends takes all entries; otherwise it asks its filter
// about each one. The entry of a deleted relationship stays until Purge.
//
// Writers of one node exclude each other; replaced blocks go to Garbage.
package adjacency
