// Package object keeps whole, immutable objects under names: in a directory, in one
// archive file, or in a bucket of an S3-compatible server. Backups and the archive of the
// log are made of such objects.
//
// A name is made of parts of letters, digits, '.', '-' and '_', joined by '/'; no part
// begins with a dot.
//
// # Sealed object
//
// What is not JSON is sealed: a header, a payload, a trailer. Numbers are little endian;
// times are microseconds since 1970-01-01 UTC, 0 where there is none.
//
//	offset  bytes
//	     0      8  magic "MGDOBJ\x00\x00"
//	     8      4  format version, 1
//	    12      1  kind: 1 snapshot, 2 piece of a segment of the log
//	    13      1  compression of the payload: 0 none, 1 zstd
//	    14      1  encryption of the payload, after compression: 0 none, 1 age
//	    15      1  zero
//	    16     16  the database's UUID
//	    32      4  timeline
//	    36      4  zero
//	    40      8  first commit of the segment, as its name has it; 0 in a snapshot
//	    48      8  from: where in the file the raw bytes begin; 0 in a snapshot
//	    56      8  to: where they end
//	    64      8  first commit that is whole in a piece, 0 if there is none
//	    72      8  last commit that is whole in a piece, 0 if there is none
//	    80      8  time of the first commit
//	    88      8  time of the last commit
//	    96      8  commit that a snapshot holds, 0 in a piece
//	   104      8  time at which a snapshot was made, or a piece was sealed
//	   112     16  first bytes of the SHA-256 of the public keys that it is encrypted for,
//	               sorted and joined by line feeds; zero if it is not encrypted
//	   128      2  length of the name, at most 512
//	   130     58  zero
//	   188      n  the name under which the object was put
//	 188+n      4  CRC-32C of all before
//
// The payload is a stream of zstd (RFC 8878), with checksums, inside a stream of age
// (age-encryption.org/v1). What comes out are the to - from raw bytes. The trailer:
//
//	offset  bytes
//	     0      8  raw size of the payload
//	     8      8  stored size of the payload
//	    16     32  SHA-256 of everything before these 32 bytes, the header included
//	    48      8  zero
//	    56      8  magic "MGDOBJND"
//
// An object without a trailer was cut; one whose digest differs is damaged; one whose
// header has the name of another was exchanged. The digest can be proved without the key.
// The digest guards against accidents, not against somebody who may write to the store.
//
// # JSON object
//
// One line of JSON, and a line "<SHA-256 of the first line and its line feed, 64
// hexadecimal digits>  <name>", as sha256sum writes it.
//
// # Key of a passphrase
//
// The object key.age of a store whose objects are encrypted by passphrase is an identity
// file of age, encrypted with the passphrase by age (scrypt, work factor 18). The objects
// are encrypted for that identity.
//
// # Directory
//
// An object is a file below the directory, by its name. It is written as
// .partial/SLOT.NUMBER, synced, and renamed without replacing anything; what a crash left
// in .partial is removed by the next writer that takes the slot, which it locks.
//
// # Archive file
//
// A tar file (GNU format), one entry an object, nothing else; names have at most 100 bytes.
// The data of an entry, its padding and the two blocks of zeros that end the archive are
// written and synced before its header, which is one sector and is synced too: until then
// the archive ends where the header will stand. Who opens the file for writing locks
// .NAME.lock beside it, and drops what stands after the end unless a header follows there:
// then a header was lost, and the file is refused as damaged.
package object
