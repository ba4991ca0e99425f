package snapshot_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/test/damage"
	"memgraphd/test/table"
)

// sweepBytes is the least size of the snapshot that the sweeps damage.
const sweepBytes = 64 << 10

// sweep damages a snapshot in many ways; see the one of package wal for the environment.
type sweep struct {
	t     *testing.T
	fs    *vfs.Mem
	path  string
	data  []byte
	began time.Time

	tried, detected, harmless, undetected atomic.Int64
}

func newSweep(t *testing.T) *sweep {
	t.Helper()
	s := &sweep{t: t, began: time.Now()}
	for nodes := 400; len(s.data) < sweepBytes; nodes += 50 {
		s.fs = newFS(t)
		o := options(s.fs, randomStore(t, 3, nodes))
		o.BlockBytes = 4 << 10
		s.path = must[snapshot.Info](t)(snapshot.Create(t.Context(), o)).Path
		s.data = read(t, s.fs, s.path)
	}
	return s
}

// look verifies a damaged snapshot; same says that it is not damaged after all.
func (s *sweep) look(disk *vfs.Mem, what string, same bool) {
	s.tried.Add(1)
	err := snapshot.Verify(s.t.Context(), disk, s.path, 1)
	var damaged *snapshot.DamagedError
	var version *snapshot.NewerFormatError
	switch {
	case same && err == nil:
		s.harmless.Add(1)
	case !same && (errors.As(err, &damaged) && damaged.File == s.path || errors.As(err, &version)):
		s.detected.Add(1)
	default:
		s.undetected.Add(1)
		s.t.Errorf("%s: %v", what, err)
	}
}

func (s *sweep) put(disk *vfs.Mem, data []byte) {
	f := must[vfs.File](s.t)(disk.OpenReadWrite(s.path))
	err := f.Truncate(0)
	_, writeErr := f.WriteAt(data, 0)
	if err = errors.Join(err, writeErr, f.Close()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sweep) report(what string) {
	table.Add(s.t, table.Row{
		Test: "R7", What: what, States: s.tried.Load(), Detected: s.detected.Load(), Harmless: s.harmless.Load(),
		Undetected: s.undetected.Load(), Took: time.Since(s.began),
	})
}

// TestSweepBits flips every bit of a snapshot.
func TestSweepBits(t *testing.T) {
	s := newSweep(t)
	damage.Sweep(s.fs, s.t.Failed, len(s.data)*8, table.Count(t, "MEMGRAPHD_STEP", 61), func(disk *vfs.Mem, bit int) {
		must[bool](t)(true, disk.FlipBit(s.path, int64(bit)))
		s.look(disk, fmt.Sprintf("bit %d", bit), false)
		must[bool](t)(true, disk.FlipBit(s.path, int64(bit)))
	})
	s.report(fmt.Sprintf("bits of a snapshot of %d KiB", len(s.data)>>10))
}

// TestSweepCuts cuts a snapshot at every offset.
func TestSweepCuts(t *testing.T) {
	s := newSweep(t)
	damage.Sweep(s.fs, s.t.Failed, len(s.data), table.Count(t, "MEMGRAPHD_STEP", 61), func(disk *vfs.Mem, at int) {
		s.put(disk, s.data[:at])
		s.look(disk, fmt.Sprintf("cut at %d", at), false)
	})
	s.report("cuts of a snapshot, at every offset")
}

// TestSweepRandom damages a snapshot at random, in one place or two.
func TestSweepRandom(t *testing.T) {
	s := newSweep(t)
	seed := table.Seed(t)
	damage.Sweep(s.fs, s.t.Failed, table.Count(t, "MEMGRAPHD_FAULTS", 2000), 1, func(disk *vfs.Mem, i int) {
		damaged, fault := damage.Random(rand.New(rand.NewPCG(seed, uint64(i))), [][]byte{s.data})
		s.put(disk, damaged[0])
		s.look(disk, fmt.Sprintf("MEMGRAPHD_SEED=%d, fault %d: %s", seed, i, fault.What), bytes.Equal(damaged[0], s.data))
	})
	s.report("random faults in a snapshot")
}
