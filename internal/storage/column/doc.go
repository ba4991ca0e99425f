// Package column holds one property of a group of nodes as an array of one type.
//
// A group is the GroupNodes nodes whose ids are the same but for their last ten bits. The
// chunk of a group has an element for each of these slots, whether there is a node or not:
//
//	none     no node of the group has the property
//	ints     the least value, and the distance of each from it in 1, 2, 4 or 8 bytes
//	floats   8 bytes each
//	bools    1 byte each
//	strings  the different texts one behind the other, and the number of its text for each
//	         slot in 1 or 2 bytes
//	mixed    anything else: values of several types or of another one, long texts, or few
//	         values. Such a chunk only says that there is no column
//
// Slots without a node, and nodes without the property, are marked in a bitmap. Each chunk
// knows the least and the greatest of its integers.
//
// A chunk never changes. Whether it is still what the nodes have is not decided here.
package column
