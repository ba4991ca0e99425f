package wal_test

import (
	"syscall"
	"testing"

	"memgraphd/internal/durability/vfs"
)

// TestTakenBackIsTakenBackForGood has a write fail after all its bytes have reached the
// system, which may put them on the disk at any time: once the caller was told that its
// record is not in the log, no power cut brings it back.
func TestTakenBackIsTakenBackForGood(t *testing.T) {
	late := &vfs.ShortWriteError{Bytes: 1 << 20, Err: syscall.EIO}
	denials := 0
	for seed := range uint64(32) {
		m := vfs.NewMem(seed)
		must(t, m.MkdirAll("/db"))
		must(t, m.SyncDir("/"))
		l := open(t, options(m))
		appendAll(t, l, 1, 1+seed%3)
		failed := false
		m.Inject(func(op vfs.Op) error {
			if failed || op.Kind != vfs.OpWrite {
				return nil
			}
			failed = true
			return late
		})
		w, err := l.Enqueue(record(2 + seed%3))
		must(t, err)
		wantErr(t, w.Wait(), syscall.EIO)
		m.Inject(nil)
		denials++
		for range 16 {
			wantRecords(t, options(m.CrashClone(vfs.RandomBlocks)), 1, 1+seed%3)
		}
		must(t, l.Close())
	}
	t.Logf("%d failed writes", denials)
}
