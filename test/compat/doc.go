// Package compat keeps the promise of docs/formats.md: every released format stays
// readable, and a newer one is refused by name.
//
// testdata has a directory for each format of commits and snapshots, written once by the
// version that brought it and read by every later one. Never write one anew: a test that
// fails here means that users can no longer open their data.
//
//	format1   stopped in good order; numbers, texts, lists and maps; an index
//	format2   killed; temporal values and points
//	format3   killed while locked; enums, a constraint, a description and a setting
//	objects1  objects of backups, in a directory and in an archive file
//	users1    killed; users, roles, privileges and rules
//
// A new format gets a directory of its own, by
//
//	go test ./test/compat -run TestWrite -write formatN
package compat
