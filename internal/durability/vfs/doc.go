// Package vfs is the only door to the file system.
//
// FS and File are what the rest of the durability packages may ask of a disk. OS is the
// real one; Mem is its twin in memory, which counts every operation, can fail or crash
// at any of them, forgets what was not synced, tears writes, flips bits and runs out of
// space.
//
// Rules that both keep, and that callers rely on:
//
//  1. What was written is durable only after Sync or SyncData of its file has returned
//     nil. SyncData also makes the file's size durable; it skips only timestamps.
//  2. A name (a new file, a removal, a rename, a new directory) is durable only after
//     SyncDir of the directory that holds the name has returned nil, whether or not the
//     file's contents are.
//  3. A rename is atomic: after a crash the file has its old name or its new one; when
//     the two lie in different directories it may have both, never none.
//  4. A failed sync says nothing about what is on disk. After Sync or SyncData a second
//     one that succeeds does not repair it: what was waiting may be gone, though it can
//     still be read. What was waiting for SyncDir still waits.
//  5. Files are made with mode 0600 and directories with mode 0700.
//
// Paths are those of path/filepath. Errors match fs.ErrNotExist, fs.ErrExist and the
// syscall errors ENOSPC, EDQUOT and EIO through errors.Is.
package vfs
