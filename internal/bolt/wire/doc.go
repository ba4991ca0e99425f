// Package wire is what lies between a socket and a message: handshake and chunks.
//
// # Handshake
//
// The client speaks first, 20 bytes; the server answers four.
//
//	client  60 60 B0 17                      the magic number
//	        00 range minor major   4 times   what it speaks, in order of preference
//	server  00 00 minor major                the version from now on
//	        00 00 00 00                      none of these; the server closes
//
// A proposal stands for major.minor and the range minors below it. The first proposal
// that names a version of the server wins; of several within it the highest. Version
// 5.5 is never chosen: it was flawed, although the ranges of drivers include it.
//
// A proposal 00 00 01 FF asks for the manifest, by which alone versions from 6.0 on are
// agreed on. The server then lists what it speaks, and the client chooses:
//
//	server  00 00 01 FF
//	        n                                varint: number of ranges
//	        00 range minor major   n times   highest first
//	        capabilities                     varint: a bit each; there are none
//	client  00 00 minor major                one of them
//	        capabilities                     varint: those of the server's that it wants
//
// A varint is groups of 7 bits, the lowest first, each but the last with its highest bit
// set. The client may send its first message together with its choice.
//
// Other protocols are told apart by their first byte: 16 is a TLS handshake, an upper
// case letter is HTTP.
//
// # Chunks
//
// After the handshake both directions are messages cut into chunks:
//
//	2 bytes  length n of the chunk, big-endian, 1..65535
//	n bytes  the next n bytes of the message
//	00 00    the end of the message
//
// A message may be cut anywhere; no chunk holds parts of two. An end without a message
// before it (00 00 between messages) is NOOP and means nothing. The length of a message
// is not declared: a Dechunker counts it and stops at its limit. What a message holds is
// not decided here.
package wire
