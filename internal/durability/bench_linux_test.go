package durability_test

import (
	"syscall"
	"time"
)

// processorTime returns what the process has used so far, which says more than the clock on
// a machine that has other work too.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
