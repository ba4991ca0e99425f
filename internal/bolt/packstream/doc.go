// Package packstream is the value encoding of Bolt, version 1: bytes to values and back.
//
// A value is a marker byte, and what the marker announces:
//
//	C0                      null
//	C1  8 bytes             float, IEEE 754, big-endian
//	C2 / C3                 false / true
//	F0..FF, 00..7F          integer -16..127, the marker itself, signed
//	C8 / C9 / CA / CB       integer in 1 / 2 / 4 / 8 bytes, signed, big-endian
//	CC / CD / CE            bytes; length in 1 / 2 / 4 bytes, then the bytes
//	80..8F                  string of 0..15 bytes of UTF-8
//	D0 / D1 / D2            string; length in 1 / 2 / 4 bytes, then UTF-8
//	90..9F                  list of 0..15 values
//	D4 / D5 / D6            list; count in 1 / 2 / 4 bytes, then the values
//	A0..AF                  map of 0..15 entries, each a string and a value
//	D8 / D9 / DA            map; count in 1 / 2 / 4 bytes, then the entries
//	B0..BF  tag             structure of 0..15 fields, a tag byte, then the fields
//
// Every other marker is an error. Sizes are unsigned and at most 2^31-1. Of the entries
// of a map with the same key the last one counts. An encoder takes the shortest form; a
// decoder accepts every form.
//
// A Decoder reads one assembled message that is in memory already. It never allocates
// from a declared size: a size larger than the bytes that are left is an error before
// anything is made, every element is charged to a budget, and nesting is bounded.
//
// Structures that stand for values, in both directions:
//
//	44  Date           days since 1970-01-01
//	54  Time           nanoseconds since the local midnight, offset
//	74  LocalTime      nanoseconds since midnight
//	64  LocalDateTime  seconds since 1970-01-01T00:00:00, nanoseconds
//	49  DateTime       seconds since 1970-01-01T00:00:00Z, nanoseconds, offset
//	69  DateTime       the same, with the name of a time zone in place of the offset
//	46  DateTime       up to 4.4 without the patch "utc": seconds of the local time,
//	66                 nanoseconds, offset or the name of a time zone
//	45  Duration       months, days, seconds, nanoseconds
//	58  Point          SRID, x, y
//	59  Point          SRID, x, y, z
//
// Offsets are seconds east of UTC; coordinates are floats, all else are integers. A decoder
// takes 46 and 66 at any time, since they cannot be mistaken. A field outside its range, a
// time zone that is not known, and every structure that is not in this list are refused
// with a StructureError that says where in the value it stands.
package packstream
