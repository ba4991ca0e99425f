package durable

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"memgraphd/internal/durability"
)

// TestStorageRows reads testdata/storageinfo: rows of servers in several states.
func TestStorageRows(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	states := map[string]func(*durability.Info){
		"new": func(*durability.Info) {},
		"well": func(i *durability.Info) {
			i.LogBytes, i.LogSegments, i.Committed, i.Written, i.Synced = 5000, 2, 90, 90, 90
			i.LastSync = now.Add(-90 * time.Second)
			i.LastSnapshot = durability.SnapshotInfo{Path: "data/snapshots/50", Index: 50, Created: now.Add(-time.Hour), Bytes: 4096}
			i.SnapshotTook, i.Snapshots, i.NextSnapshot = 2*time.Second, 4, now.Add(time.Minute)
			i.Recovery.Duration, i.Recovery.Replayed = 1500*time.Millisecond, 17
		},
		"flushing": func(i *durability.Info) {
			i.FlushEveryN, i.Written, i.Synced = 100, 90, 80
			i.Running = &durability.RunningSnapshot{Trigger: "periodic", Started: now, Phase: "write", Done: 455, Total: 1000}
		},
		"stopped": func(i *durability.Info) {
			i.LogErr = errors.New("the log has stopped: input/output error")
			i.SnapshotFailures, i.SnapshotFailed, i.SnapshotErr = 3, now, errors.New("no space left on device")
			i.RetentionFailures = 1
			i.Lock = durability.LockInfo{Locked: true, Owner: "ann from 10.0.0.1", Since: now.Add(-50 * time.Hour)}
			i.Recovery.Damaged = []error{errors.New("damaged")}
		},
		"unlogged": func(i *durability.Info) { i.WALEnabled = false },
	}
	datadriven.RunTest(t, "testdata/storageinfo", func(t *testing.T, d *datadriven.TestData) string {
		t.Helper()
		i := durability.Info{Dir: "data", WALEnabled: true, FlushEveryN: 1}
		states[d.Cmd](&i)
		var b strings.Builder
		for _, r := range storageRows(&i, strings.TrimSpace(d.Input), now) {
			fmt.Fprintf(&b, "%s: %s\n", r.Name, r.Value)
		}
		return b.String()
	})
}
