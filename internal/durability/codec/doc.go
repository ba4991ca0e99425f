// Package codec turns committed changes and property values into bytes and back.
//
// An encoded commit is self-contained: it carries the names of the labels, types and
// keys that it uses, and refers to them by their place in its own lists, so that it
// can be read by any store, at any time, without the records before it. What frames
// it (index, term, timeline, wall time, checksum) belongs to the log, not to this
// package; so do compression and encryption.
//
// # Commit, format 1
//
//	version   u8        1
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
// # Value, format 1
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
// Lists and maps nest at most DepthMax deep. Nodes, relationships and paths are not
// property values and have no tag.
//
// # Validity
//
// Integers are base-128 varints as in encoding/binary. Every declared count and length
// is checked against the bytes left before anything is allocated; a place outside its
// list, an id outside its type's range, an unknown tag, and bytes left over at the end
// are errors of type *DecodeError. A higher version is a *VersionError.
package codec
