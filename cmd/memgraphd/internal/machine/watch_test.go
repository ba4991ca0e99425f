package machine

import (
	"errors"
	"slices"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// TestMemoryWatch warns once when memory is low, says when there is enough again, and gives up where nobody can tell.
func TestMemoryWatch(t *testing.T) {
	t.Parallel()
	core, seen := observer.New(zap.InfoLevel)
	var now uint64
	var failed error
	w := &memoryWatch{threshold: 1000 << 20, available: func() (uint64, error) { return now, failed }, log: zap.New(core)}
	for _, now = range []uint64{2000 << 20, 1000 << 20, 999 << 20, 10 << 20, 1100 << 20, 900 << 20, 1250 << 20, 1000 << 20, 0} {
		if !w.look() {
			t.Fatal("it gave up")
		}
	}
	if failed = errors.New("no"); w.look() {
		t.Error("it goes on")
	}
	var got []string
	for _, e := range seen.All() {
		got = append(got, e.Message)
	}
	const low, enough, blind = "the machine has little memory left", "the machine has enough memory again", "the machine's memory cannot be watched"
	if want := []string{low, enough, low, blind}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestParseAvailable(t *testing.T) {
	t.Parallel()
	if n, err := parseAvailable("MemTotal:       24683744 kB\nMemAvailable:   22213000 kB\n"); err != nil || n != 22213000<<10 {
		t.Error(n, err)
	}
	for _, text := range []string{"", "MemAvailable: many kB\n", "MemAvailable:\n", "MemAvailable: 18446744073709551615 kB\n"} {
		if n, err := parseAvailable(text); err == nil {
			t.Errorf("%q is %d", text, n)
		}
	}
}
