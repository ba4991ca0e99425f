// Package index finds nodes by label and by property value.
//
// Entries are a superset of what is true: a reader takes them as candidates and asks the
// visible node. So an entry needs no version; it is added before the node shows the value
// and removed once no version that a view can reach has it.
//
// Label is the membership of one label, a bit per node in pages of 4,096 nodes:
//
//	list    [first node / 4,096, page] …   ascending, replaced as a whole
//	page    64 words of 64 bits            512 bytes
//
// Property is the values of one key: a B+tree over (class, prefix, rest, node), the
// nodes of the tree in blocks of an arena:
//
//	leaf    count u16 | 1 u16 | next u32 | previous u32 | – u32 | 32 × prefix u64 | 32 × rest u32 | 32 × node u32
//	inner   count u16 | 0 u16 | – 12 bytes | 31 × prefix u64 | 31 × rest u32 | 31 × node u32 | 32 × child u32
//	rest    uses u32 | bytes u32 | value as in package property
//
// A leaf takes 528 bytes and an inner node 640. The prefix is the value in 8 bytes that
// order as the values do. Where two values may share a prefix, rest refers to the value
// in full; where it is 0 the prefix says all.
//
//	class   values               prefix
//	0       lists, maps          0, always with rest
//	1       datetimes            instant as below; rest where the zone is not UTC
//	2       local datetimes      instant as below
//	3       dates                days, order-preserving
//	4       times                nanoseconds at UTC and 12 bits of offset in minutes;
//	                             rest for offsets with seconds
//	5       local times          nanoseconds
//	6       durations            instant as below of the mean length; rest where they have
//	                             months or days
//	7       points               2 bits of reference system, the upper 62 bits of x in the
//	                             form of numbers, with NaN first; always with rest
//	8       strings              7 bytes and min(length, 8); rest from 8 bytes on
//	9       bytes                as strings
//	10      booleans             0 or 1
//	11      numbers              float64 in order-preserving form; NaN last;
//	                             rest for integers that no float64 equals
//
// The prefix of an instant is its nanoseconds since 1970 for 145 years before and after,
// and farther away its seconds, with rest where it has nanoseconds besides.
package index
