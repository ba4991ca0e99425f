// Package constraint is what must hold for the nodes of a label: that they have a
// property, that a property is of one type, that no two have the same values of some.
//
// It has the rules and their form in the catalogue, says what a value has to do with
// them, and gives the store the two locks that uniqueness among concurrent transactions
// needs: Claims, which a commit holds on the values that it makes its own, and Gate, by
// which a new constraint waits for the commits that did not know it yet. It does not
// know nodes or versions; the store asks and decides.
//
// A constraint is an entry of the catalogue of kind "constraint". Its name tells rule,
// label and properties, for example "unique :User(email)", so that there is one at most;
// its data are
//
//	version    u8 = 1
//	rule       u8      1 exists, 2 unique, 3 data type
//	type       u8      1 … 14 as the constants of Type; 0 unless the rule is 3
//	keys       u8      1 … 32; 1 unless the rule is 2
//	label      length uvarint | UTF-8
//	keys ×     length uvarint | UTF-8     ascending without repetitions
//
// with nothing behind. A reader refuses what does not fit.
package constraint
