//go:build !race

package table

// raceFactor is one without the race detector.
const raceFactor = 1
