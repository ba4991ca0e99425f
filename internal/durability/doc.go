// Package durability keeps a graph on disk: it opens a data directory, recovers the
// store from it, logs every commit before it is acknowledged, writes snapshots beside
// the running transactions, and gives back what is no longer needed.
//
// The Manager joins the packages below: wal is the log, snapshot the images, recovery
// the way back, retention what may go and the lock that stops it. What the directory
// holds is drawn in package recovery; what each file holds, in the package that owns it.
//
// # What is promised
//
//  1. With the log on and a sync at each commit, a commit that returned is there after
//     any crash; one that did not return is there as a whole or not at all.
//  2. After a failed sync nothing is acknowledged until a restart has read the log; the
//     graph stays readable. After a failed write the commits that it was for fail, and
//     the next ones are tried again.
//  3. A failed snapshot changes nothing that exists, and is tried again at the next tick.
//  4. No file goes before what replaces it is durable and verified.
//  5. While the data directory is locked, nothing that was there is deleted, renamed or
//     rewritten.
package durability
