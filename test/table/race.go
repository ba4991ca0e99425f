//go:build race

package table

// raceFactor is how many times longer a step takes under the race detector.
const raceFactor = 5
