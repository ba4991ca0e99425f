package wal

// EndBytes is the room behind the records of an open segment.
const EndBytes = endBytes
