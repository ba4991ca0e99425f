// Package logfile appends lines to a file, begins it anew by size and by day, and deletes what is old.
//
// The file has the name that it was given, memgraph.log, so that it can be followed. When it has grown to its size, or
// when a line of another day comes, it gets the time in UTC put into its name, as in
// memgraph-20260102T030405.000Z.log, and a new one is begun. Files with such names, the same beginning and the same end
// are its own: when they are older than an age, or more than a size together, the oldest are deleted. Nothing else in
// the directory is ever deleted, renamed or written, and what is no regular file (a pipe, a device, a symbolic link) is
// appended to and left where it is.
//
// A log must not stop what it tells of. Where a file cannot be begun anew, the former one goes on, and it is tried again
// after a minute; where a line cannot be written, the error is returned and the next line is tried anew, from the
// beginning of a line. Reopen goes on in whatever has the name now, so another program may rename the file too.
package logfile
