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
// anything is made, every element is charged to a budget, and nesting is bounded. What
// a structure means is not decided here, except that none of those that a client may
// send is a value yet: Decoder.Value refuses all of them with a StructureError.
package packstream
