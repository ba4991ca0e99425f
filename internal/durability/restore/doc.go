// Package restore rebuilds a database from a repository of package backup, up to its end, to
// a moment or to a commit, and puts it into a data directory.
package restore
