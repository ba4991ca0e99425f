// Package systemd tells the service manager what the server does: starting, ready, alive, stopping, and that a step
// takes long. Without systemd it does nothing.
package systemd

import (
	"context"
	"fmt"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"go.uber.org/zap"
	"golang.org/x/sys/unix"
)

// extension is how much longer systemd waits after each sign of progress.
const extension = time.Minute

// Notifier tells systemd about the state of the server. Log hears what could not be told.
type Notifier struct{ Log *zap.Logger }

func (n Notifier) send(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		n.Log.Warn("systemd was not told", zap.String("state", state), zap.Error(err))
	}
}

// Status says what the server does, and asks for more time to start or stop.
func (n Notifier) Status(text string) {
	n.send(fmt.Sprintf("STATUS=%s\nEXTEND_TIMEOUT_USEC=%d", text, extension.Microseconds()))
}

// Ready says that clients are served.
func (n Notifier) Ready(text string) { n.send(daemon.SdNotifyReady + "\nSTATUS=" + text) }

// Reloading says that the configuration is read anew; ready ends it.
func (n Notifier) Reloading() {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		n.Log.Warn("there is no monotonic clock", zap.Error(err))
		return
	}
	n.send(fmt.Sprintf("%s\nMONOTONIC_USEC=%d\nSTATUS=Reading the configuration", daemon.SdNotifyReloading, now.Nano()/int64(time.Microsecond)))
}

// Stopping says that no more clients are served.
func (n Notifier) Stopping(text string) { n.send(daemon.SdNotifyStopping + "\nSTATUS=" + text) }

// Watch feeds systemd's watchdog, where there is one, as long as alive answers in time.
func (n Notifier) Watch(ctx context.Context, alive func(context.Context) error) {
	interval, err := daemon.SdWatchdogEnabled(false)
	if err != nil || interval == 0 {
		return
	}
	tick := time.NewTicker(interval / 2)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		limited, cancel := context.WithTimeout(ctx, interval/4)
		err := alive(limited)
		cancel()
		if err != nil {
			n.Log.Error("the server does not answer itself", zap.Error(err))
			continue
		}
		n.send(daemon.SdNotifyWatchdog)
	}
}

// Prolong repeats a status until the returned function is called, so that systemd waits for a long step.
func (n Notifier) Prolong(text string) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(extension / 3)
		defer tick.Stop()
		for {
			n.Status(text)
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return func() { cancel(); <-done }
}
