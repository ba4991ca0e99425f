// Package arena keeps data in pages that the garbage collector does not look into.
//
// Two shapes exist. Table is a growing array of records of one size, addressed by
// number. Arena hands out blocks of bytes, addressed by Ref. In both, the number of Go
// objects grows by one per page, never by one per record.
//
//	page of an Arena: 256 KiB, 16,384 units of 16 bytes
//	+--------+--------+-----------------+----------+-----
//	| unit 0 | unit 1 | unit 2 … 4      | unit 5 … |
//	+--------+--------+-----------------+----------+-----
//	  block    block    block of 3 units
//
//	Ref: 32 bits = page number (18) and unit in the page (14); 0 means none.
//
// Block sizes are whole units in classes that grow by a quarter: 1 … 8, 10, 12, 15, 18,
// 22, … 4,096 units (64 KiB). A larger block has a page of its own. Neither shape locks
// its readers out: pages never move, and the table of pages is replaced as a whole.
//
// What a block holds is not decided here, and neither is when it may be used again: the
// owner calls Free once nobody can reach the block.
package arena
