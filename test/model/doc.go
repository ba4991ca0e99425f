// Package model proves that answers do not depend on how they are found: random queries on
// random graphs give the same rows whatever the engine does underneath, with indexes and
// without, with plans kept and made anew, in batches of any size, and these rows are those of
// the naive evaluator in reference.
//
// A World is one graph in several engines, each configured in its own way. Check runs a query
// in all of them and says what is wrong; Shrink makes what is wrong small; Save keeps it as a
// file that is a test from then on.
package model
