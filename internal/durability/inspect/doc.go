// Package inspect says what is in the files of a database without changing any: what a
// file says of itself, the commits of a segment of the log as text, and whether a whole
// data directory is good. The commands inspect, verify and repair are built on it.
package inspect
