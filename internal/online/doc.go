// Package online takes the files of a running server out of it over Bolt: the two ends of
// one conversation, which the procedures below carry.
//
//	mg.backup.begin(holder) :: (session, lease_ms, description)
//	mg.backup.describe(session) :: (description)
//	mg.backup.read(session, file, offset, bytes) :: (data)
//	mg.backup.keep(session, commit) :: (lease_ms)
//	mg.backup.completed(session, commit) :: (noted)
//	mg.backup.end(session) :: (ended)
//
// A session keeps the files that its description names until it ends: retention gives
// none of them back, unless keep gave up what comes before a commit; with null as commit it
// only begins the lease anew. It is not bound to a connection, so that a reader whose connection
// broke goes on with another one; its name is a secret of 128 bits. It ends by itself
// when nobody has called it for the length of its lease. Descriptions and files are JSON
// texts of what package backup calls by these names; a file goes back as it came.
//
// completed says that the backup is where it belongs, and up to which commit it goes; the server
// counts it, and a session that ends without it as a failure.
//
// read gives the bytes of a file from an offset on as rows of at most a mebibyte, fewer
// than were asked for only at the end of the file, and none behind it. So it may be called
// again after a failure.
//
// A Server has the end in the server, a Source that in the command.
package online
