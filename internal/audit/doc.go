// Package audit writes who did what: a file of JSON lines, one a record.
//
// Records are handed over and written some moments later, by one goroutine, and synced each
// time, so that a crash loses those of the last interval and no others. Where they come
// faster than the disk takes them, whoever hands one over waits; where the disk does not
// take any, they are counted, and a line of the server's log says how many are lost, so that
// a full disk does not stop the database.
//
// The file is audit.log in its directory. When it is full it gets the time as its name,
// audit-20260102T030405.000000Z.log, and a new one is begun; the oldest go beyond a number.
// A line that a crash has cut off is ended at the next start, and stays.
//
// Fields of a line, absent where they mean nothing:
//
//	time        RFC 3339 in UTC, with microseconds
//	event       login, logout or statement
//	user        who; empty for nobody
//	address     of the client
//	connection  of the client, bolt-1
//	statement   its text, with **** for the strings of a statement that tells a password
//	parameters  the names of the parameters; their values are never written
//	outcome     ok, or the code of the error
//	error       the stable name of the error
//	rows        how many were sent
//	ms          how long it took
package audit
