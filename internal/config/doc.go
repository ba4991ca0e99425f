// Package config turns flag files, the environment and the command line into the server's settings.
//
// # Where a value comes from
//
// Later sources win:
//
//  1. the default in the flag table; for the data directory, what systemd gives in STATE_DIRECTORY
//  2. /etc/memgraph/memgraph.conf, if it exists
//  3. $HOME/.memgraph/config, if it exists
//  4. the file that MEMGRAPH_CONFIG names; it has to exist
//  5. MEMGRAPH_<FLAG>, upper case with _ for -, unless it is empty
//  6. the command line
//
// Where none of them gives a flag, what SET DATABASE SETTING has stored wins over the default; Rows is given that.
//
// # Flag files
//
// One flag a line, as gflags has it:
//
//	# a comment, at the start of a line only
//	--bolt-port=7687
//	--storage_wal_enabled          _ and - are the same; a bare switch means true
//	--nostorage-snapshot-on-exit   "no" before a switch means false
//	--flag-file=/etc/memgraph/more.conf
//
// One dash will do for two. The value is everything after the first "=", spaces and quotes included, without
// the white space at the end of the line. A flag file named within another, or on the command line, is read
// where it stands, so what follows it wins over it; includes nest 16 deep at most, a file has at most 1 MiB.
//
// On the command line, the value of a flag that is not a switch may be the next argument.
//
// # What is wrong is said at once
//
// All mistakes of all sources are collected into one error, each naming the flag, the value, what would be
// right, and the place it came from. A flag that nobody knows comes with the nearest known name. A flag that
// Memgraph has and this server has not is a warning, and has no effect; its value has to be right
// all the same.
package config
