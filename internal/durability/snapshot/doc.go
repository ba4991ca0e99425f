// Package snapshot writes and reads one consistent image of the graph.
//
// An image is logical and columnar: nodes, relationships and catalogue entries with
// their slots and generations, independent of how the store lays them out in memory.
// It is cut into blocks that can be written, checked and read on their own.
//
// # File
//
//	snapshots/<commit index, 20 digits>-<time of creation, UTC>.snap
//	snapshots/tmp-…   being written; never read, removed at the next start
//
//	header | block | block | … | footer | tail
//
// The parts follow each other without a gap and the file ends with the tail. Integers
// are little endian, hashes are XXH64 with seed 0.
//
// Formats 2 and 3 have values of the same formats of package codec: temporal values and
// points, then values of enums. Format 4 has the values of format 3, and relationships in
// blocks of the kinds 5 to 7 in place of kind 3, which formats 1 to 3 have them in. An image
// is written in the lowest format that has what it holds, so that a server of an older
// version reads it if it can: one with relationships is of format 4. Otherwise such a server
// refuses it as one of a newer version.
//
//	header, 72 bytes
//	 0  magic     8 bytes  "MGDSNAP" and a zero byte
//	 8  format    u32      1, 2, 3 or 4
//	12  length    u32      72
//	16  database  16 bytes identity of the database
//	32  index     u64      commit index of the image: it holds the commits 1 … index
//	40  term      u64      0 on a single server
//	48  timeline  u32
//	52  zero      u32
//	56  wall      i64      microseconds since 1970-01-01 UTC at which writing began; that of
//	                       the newest commit where the clock has gone back
//	64  hash      u64      of the bytes before
//
//	block, 48 bytes and the payload
//	 0  magic     u32      "MGBK"
//	 4  kind      u8       1 names, 2 nodes, 3 relationships, 4 entries, 5 and 6 relationships
//	                       by their start nodes and by their end nodes, 7 what relationships
//	                       have of their own
//	 5  encoding  u8       0: the payload stands as it is
//	 6  zero      u16
//	 8  sequence  u32      place of the block in the file, from 0
//	12  count     u32      names, nodes, relationships or entries in it
//	16  length    u32      bytes of the payload in the file
//	20  raw       u32      bytes of the payload when decoded, = length for encoding 0
//	24  first     u64      slot of the first node (kinds 2, 5 and 6) or relationship, else 0
//	32  payload   u64      hash of the payload in the file
//	40  hash      u64      of the bytes before
//	48  payload
//
//	footer
//	 0  magic     u32      "MGFT"
//	 4  blocks    u32      number of blocks
//	 8  names     u64      total
//	16  nodes     u64      total
//	24  edges     u64      total; each is counted once
//	32  entries   u64      total
//	40  node gen  u32      no node of the image has a higher generation
//	44  edge gen  u32      no relationship of the image has a higher generation
//	48  table     per block 56 bytes: offset in the file u64, the 48 bytes that stand there
//	    digest    u64      hash of the header and all block headers in the order of the table
//	    hash      u64      of the footer before
//
//	tail, 32 bytes
//	 0  offset    u64      of the footer
//	 8  length    u32      of the footer
//	12  zero      u32
//	16  hash      u64      of the bytes before
//	24  magic     8 bytes  "MGDSNEND"
//
// # Payloads
//
// Names, values, entries and varints are those of package codec. A ref numbers a name
// within the file; every ref that is used has its name in a block of names. A section
// is a uvarint length and that many bytes.
//
//	names     count times: list u8 (0 label, 1 type, 2 key), ref uvarint, name string
//	entries   count times: kind, name, data
//
//	nodes, relationships, and what relationships have of their own (kinds 2, 3 and 7)
//	  columns   uvarint number; each: key ref uvarint, form u8 (see below)
//	  shapes    uvarint number; each: uvarint number of name refs, the refs (labels of a
//	            node; the one type of a relationship; none for kind 7), uvarint number of
//	            columns, their places
//	  ids       section: uvarint per thing, slot minus the slot before minus 1; the first is
//	            the header's first, and written as 0
//	  shape     section: uvarint place per thing; empty where there is one shape
//	  gens      section: uvarint generation per thing; empty where all are 0
//	  starts    section, kind 3 only: varint per thing, start minus the start before
//	  ends      section, kind 3 only: varint per thing, end minus start
//	  columns   two sections per column, in the order of the list above: lengths and data
//
//	relationships by their start nodes (kind 5) or their end nodes (kind 6)
//	  types     uvarint number; each: type ref uvarint
//	  nodes     section, per node: uvarint, slot minus the slot before minus 1 (the first is the
//	            header's, and written as 0); uvarint number of groups; per group: place of its
//	            type uvarint, uvarint number of relationships, at least 1. No type has two groups
//	  others    packed: the other end of each relationship, node by node, group by group
//	  edges     packed: the slot of each relationship, in the same order
//
//	packed      width u8, 1 to 4; least u32; most u32; then per number so many bytes, little
//	            endian: the number minus the least. The width is what most minus least needs
//
//	form  values of a column, one for each thing whose shape names it
//	  0   any: data holds values of package codec
//	  1   integers: varint each
//	  2   floats: u64 each
//	  3   strings: uvarint length each in lengths, the bytes in data
//	  4   booleans: u8 each, 0 or 1
//
// Every relationship is in one block of kind 5 and one of kind 6, so that a reader makes the
// lists of both its ends without sorting; the two agree in both ends and the type. Where a
// node has very many relationships, those of one direction are spread over several blocks,
// each of which has the node again; otherwise the nodes of one block of a kind come before
// those of the next, in the order of their first nodes. Those with properties or a generation
// are in a block of kind 7 too.
//
// # Validity
//
// A reader checks the tail, the footer, the header and that header, blocks, footer and
// tail cover the file without gap or overlap; then, per block, that its header is the one
// in the table and that the payload has its hash. So every byte is under a hash, and no
// block can be exchanged for another. Counts, refs, places and slots are checked when a
// payload is decoded, that blocks of kinds 5 and 6 hold the same relationships, and none
// twice. A failure is a *DamagedError; a higher format is a *NewerFormatError and says nothing
// about damage.
package snapshot
