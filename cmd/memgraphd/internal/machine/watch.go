package machine

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"
)

// memoryEvery is the time between two looks at the machine's memory.
const memoryEvery = 3 * time.Second

// memoryWatch warns when the machine has little memory left, once each time it comes to that.
type memoryWatch struct {
	threshold uint64 // bytes
	available func() (uint64, error)
	log       *zap.Logger

	low bool // it was warned of
}

// WatchMemory looks at the machine's memory until ctx ends.
func WatchMemory(ctx context.Context, threshold int64, log *zap.Logger) {
	if threshold <= 0 {
		return
	}
	w := &memoryWatch{threshold: uint64(threshold), available: availableMemory, log: log}
	tick := time.NewTicker(memoryEvery)
	defer tick.Stop()
	for w.look() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look tells whether there is something to look at. What is low counts as enough again with a quarter more.
func (w *memoryWatch) look() bool {
	bytes, err := w.available()
	switch {
	case err != nil:
		w.log.Warn("the machine's memory cannot be watched", zap.Error(err))
		return false
	case !w.low && bytes < w.threshold:
		w.low = true
		w.log.Warn("the machine has little memory left", zap.Uint64("MiB", bytes>>20), zap.Uint64("threshold", w.threshold>>20))
	case w.low && bytes >= w.threshold+w.threshold/4:
		w.low = false
		w.log.Info("the machine has enough memory again", zap.Uint64("MiB", bytes>>20))
	}
	return true
}

// availableMemory is what the machine can give to programs without swapping.
func availableMemory() (uint64, error) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, err
	}
	return parseAvailable(string(text))
}

func parseAvailable(text string) (uint64, error) {
	for line := range strings.Lines(text) {
		rest, ok := strings.CutPrefix(line, "MemAvailable:")
		if !ok {
			continue
		}
		kib, err := strconv.ParseUint(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 54)
		return kib << 10, err
	}
	return 0, errors.New("/proc/meminfo has no line MemAvailable")
}
