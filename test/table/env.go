package table

import (
	"os"
	"strconv"
	"testing"
	"time"
)

// Count returns the number in an environment variable, or its default.
func Count(tb testing.TB, name string, otherwise int) int {
	tb.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		tb.Fatalf("%s=%q: %v", name, text, err)
	}
	return n
}

// Duration returns the duration in an environment variable, or its default.
func Duration(tb testing.TB, name string, otherwise time.Duration) time.Duration {
	tb.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		tb.Fatalf("%s=%q: %v", name, text, err)
	}
	return d
}

// Seed returns MEMGRAPHD_SEED, or a seed by the clock, and logs it.
func Seed(tb testing.TB) uint64 {
	tb.Helper()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("MEMGRAPHD_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			tb.Fatalf("MEMGRAPHD_SEED=%q: %v", text, err)
		}
		seed = n
	}
	tb.Logf("MEMGRAPHD_SEED=%d", seed)
	return seed
}

// Fewer returns n, or a part of it under the race detector, for sweeps that the suite also
// runs without it.
func Fewer(n int) int { return max(1, n/raceFactor) }

// Step returns the step of such a sweep: n, or some times as much under the race detector.
func Step[T int | int64 | uint64](n T) T { return n * raceFactor }
