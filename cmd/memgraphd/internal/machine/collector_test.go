package machine

import "testing"

func TestCollectorPercent(t *testing.T) {
	for live, want := range map[uint64]int{
		0: 1600, 4 << 20: 1600, 64 << 20: 100, 128 << 20: 50, 1 << 30: 50, 2 << 30: 50, 4 << 30: 25, 100 << 30: 5,
	} {
		if got := collectorPercent(live); got != want {
			t.Errorf("GOGC is %d for %d living bytes, not %d", got, live, want)
		}
	}
}
