package machine

import (
	"context"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	slackMin = 64 << 20
	slackMax = 1 << 30
	percent  = 100
)

// TuneCollector keeps the room that garbage may take between slackMin and slackMax until ctx ends.
//
// Go's collector lets garbage grow to as much as what lives. For a small graph that means a collection every
// few megabytes, and for a large one a process of twice the size. What lives here is nearly all pages without
// pointers, which cost the collector nothing, so the room is half of what lives within those bounds. GOGC and
// GOMEMLIMIT in the environment win.
func TuneCollector(ctx context.Context, limit int64) {
	LimitHeap(limit)
	if os.Getenv("GOGC") != "" {
		return
	}
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	last := 0
	for {
		metrics.Read(sample)
		if sample[0].Value.Kind() == metrics.KindUint64 {
			next := collectorPercent(sample[0].Value.Uint64())
			if math.Abs(float64(next-last)) > float64(last)/5 {
				debug.SetGCPercent(next)
				last = next
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// ProfileHeap decides whether allocations are sampled, for profiles of the heap. Samples take time and about a
// megabyte. It is to be called once, at the start.
func ProfileHeap(on bool) {
	if !on {
		runtime.MemProfileRate = 0
	}
}

// LimitHeap tells the collector what the process may take, in bytes; 0 is not known. GOMEMLIMIT in the environment wins.
func LimitHeap(limit int64) {
	if os.Getenv("GOMEMLIMIT") == "" && limit > 0 {
		debug.SetMemoryLimit(limit)
	}
}

// collectorPercent is GOGC for so many living bytes.
func collectorPercent(live uint64) int {
	live = max(live, 4<<20)
	slack := min(max(live/2, slackMin), slackMax)
	return max(int(slack*percent/live), 5)
}
