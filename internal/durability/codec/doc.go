// Package codec turns committed changes and property values into bytes and back.
//
// An encoded commit is self-contained: it carries the names of the labels, types and
// keys that it uses, and refers to them by their place in its own lists, so that it
// can be read by any store, at any time, without the records before it. What frames
// it (index, term, timeline, wall time, checksum) belongs to the log, not to this
// package; so do compression and encryption.
//
// # Commit, formats 1 to 3
//
// Format 2 added temporal values and points, format 3 values of enums. A commit is written
// in the lowest format that has what it holds, so that a server of an older version reads
// it if it can; otherwise such a server refuses the log as one of a newer version.
//
//	version   u8        1, 2 or 3
//	flags     u8        0; a reader refuses bits that it does not know
//	labels    names     label names, in order of first use
//	types     names     relationship type names
//	keys      names     property key names
//	entries   uvarint   number of catalogue entries; each: kind, name, data (strings)
//	ops       uvarint   number of changes; each: tag u8, then the fields below
//
//	names     uvarint   number of names, then each as a string
//	string    uvarint   length in bytes, then the bytes
//
//	tag  change        fields
//	  1  create node   node, generation uvarint
//	  2  delete node   node
//	  3  add label     node, label uvarint
//	  4  remove label  node, label uvarint
//	  5  node property node, key uvarint, value (null removes)
//	  6  create edge   node, edge, end, type uvarint, generation uvarint
//	  7  delete edge   node, edge, end
//	  8  edge property node, edge, end, key uvarint, value (null removes)
//	  9  put entry     entry uvarint
//	 10  delete entry  entry uvarint
//
//	node   varint (zigzag) difference to the node of the change before, at first to 0
//	edge   varint difference to the edge of the last change that named one
//	end    varint difference of the edge's end node to node
//	label, type, key, entry: place in the lists above, counted from 0
//
// # Value, formats 1 to 3
//
//	tag  value
//	  0  null
//	  1  false
//	  2  true
//	  3  integer   varint
//	  4  float     u64 little endian, IEEE 754
//	  5  string    uvarint length, bytes
//	  6  bytes     uvarint length, bytes
//	  7  list      uvarint count, values
//	  8  map       uvarint count, then key (string) and value; keys ascend strictly
//	  9  floats    uvarint count, u64 each: a list of floats only
//
//	from format 2 on
//	 10  date            varint days since 1970-01-01
//	 11  time            uvarint nanoseconds since the local midnight, offset
//	 12  local time      uvarint nanoseconds since midnight
//	 13  local datetime  varint seconds since 1970-01-01T00:00:00, uvarint nanoseconds
//	 14  datetime        varint seconds since 1970-01-01T00:00:00Z, uvarint nanoseconds,
//	                     offset, zone (string: its name, empty where it has only the offset)
//	 15  duration        varint months, days, seconds, uvarint nanoseconds
//	 16  point           uvarint SRID (4326, 4979, 7203 or 9157); x, y and, for 4979 and
//	                     9157, z: u64 little endian each, IEEE 754
//
//	from format 3 on
//	 17  enum            uvarint number of the enum, uvarint number of the value; entries of
//	                     the catalogue have their names
//
//	offset  varint seconds east of UTC, within ±64,800
//
// Nanoseconds beside seconds are less than 1,000,000,000, those of a day less than
// 86,400,000,000,000, and years within ±999,999,999. The name of a zone has at most 255
// bytes. The offset beside it is the one that held when the value was written: where the
// server's database of time zones does not know the name, the value is read with that
// offset and keeps the name, so that no upgrade or downgrade of the database makes data
// unreadable; where it knows the name, its rules count.
//
// Lists and maps nest at most DepthMax deep. Nodes, relationships and paths are not
// property values and have no tag.
//
// # Validity
//
// Integers are base-128 varints as in encoding/binary. Every declared count and length
// is checked against the bytes left before anything is allocated; a place outside its
// list, an id or a temporal field or the number of an enum outside its range, an unknown reference system or tag,
// and bytes left over at the end are errors of type *DecodeError. A higher version is a
// *VersionError.
package codec
