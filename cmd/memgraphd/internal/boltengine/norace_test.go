//go:build !race

package boltengine

// raceDetector tells that the tests run under the race detector, which slows them down.
const raceDetector = false
