package wal_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
	"memgraphd/test/damage"
	"memgraphd/test/table"
)

// sweepBytes is the size of the chain of segments that the sweeps damage.
const sweepBytes = 64 << 10

// sweep damages a log in many ways.
//
//	MEMGRAPHD_STEP    every so manieth bit and offset (61); 1 is all of them
//	MEMGRAPHD_FAULTS  how many random faults (2000)
type sweep struct {
	t     *testing.T
	base  *vfs.Mem
	names []string
	files [][]byte
	want  []wal.Record
	last  uint64
	began time.Time

	tried, detected, harmless, undetected atomic.Int64
}

// newSweep makes a log that was closed in good order. Every record was synced before the
// next was written, so that only the last of them is without proof.
func newSweep(t *testing.T) *sweep {
	t.Helper()
	s := &sweep{t: t, base: newMem(t), began: time.Now()}
	o := options(s.base)
	o.SegmentBytes = 12 << 10
	l := open(t, o)
	total := 0
	for total < sweepBytes-8<<10 {
		s.last++
		appendAll(t, l, s.last, s.last)
		s.want = append(s.want, record(s.last))
		total += len(s.want[s.last-1].Payload) + 64
	}
	must(t, l.Close())
	for _, segment := range segmentsOf(t, s.base) {
		data, err := vfs.ReadFile(s.base, segment.Name, 1<<20)
		must(t, err)
		s.names = append(s.names, segment.Name)
		s.files = append(s.files, data)
	}
	return s
}

// loss is what damage may take without being refused.
type loss uint8

const (
	nothing  loss = iota
	reported      // records behind the newest promise that can be read, as a torn tail
	silent        // what a cut of the newest segment takes together with all its promises
)

// look reads a damaged log.
func (s *sweep) look(disk *vfs.Mem, what string, allowed loss) {
	s.tried.Add(1)
	next := uint64(1)
	end, err := wal.Scan(options(disk), 1, func(r wal.Record) error {
		if next > s.last || !s.same(r, s.want[next-1]) {
			s.undetected.Add(1)
			s.t.Errorf("%s: record %d is another: %+v", what, next, r)
		}
		next++
		return nil
	})
	switch {
	case told(err):
		s.detected.Add(1)
	case err != nil:
		s.t.Errorf("%s: error %v", what, err)
	case next > s.last, allowed == silent, allowed == reported && end.Tail != nil:
		s.harmless.Add(1)
	default:
		s.undetected.Add(1)
		s.t.Errorf("%s: records after %d of %d are lost without a word", what, next-1, s.last)
	}
}

// same compares records field by field, fast.
func (s *sweep) same(a, b wal.Record) bool {
	return a.Kind == b.Kind && a.Index == b.Index && a.Term == b.Term && a.Timeline == b.Timeline && a.Wall == b.Wall &&
		bytes.Equal(a.Payload, b.Payload)
}

func (s *sweep) report(what string) {
	table.Add(s.t, table.Row{
		Test: "R7", What: what, States: s.tried.Load(), Detected: s.detected.Load(), Harmless: s.harmless.Load(),
		Undetected: s.undetected.Load(), Took: time.Since(s.began),
	})
}

// put writes a file as it is to be, durably.
func (s *sweep) put(disk *vfs.Mem, name string, data []byte) {
	f, err := disk.OpenReadWrite(name)
	must(s.t, err)
	must(s.t, f.Truncate(0))
	_, err = f.WriteAt(data, 0)
	must(s.t, err)
	must(s.t, f.Close())
}

// TestSweepBits flips every bit of a log.
func TestSweepBits(t *testing.T) {
	s := newSweep(t)
	total := 0
	for _, data := range s.files {
		total += len(data) * 8
	}
	damage.Sweep(s.base, s.t.Failed, total, table.Count(t, "MEMGRAPHD_STEP", 61), func(disk *vfs.Mem, bit int) {
		file := 0
		for bit >= len(s.files[file])*8 {
			bit -= len(s.files[file]) * 8
			file++
		}
		name := s.names[file]
		must(t, disk.FlipBit(name, int64(bit)))
		s.look(disk, fmt.Sprintf("%s bit %d", name, bit), nothing)
		must(t, disk.FlipBit(name, int64(bit)))
	})
	s.report(fmt.Sprintf("bits of a log of %d KiB", total/8>>10))
}

// TestSweepCuts cuts every segment at every offset.
func TestSweepCuts(t *testing.T) {
	s := newSweep(t)
	total := 0
	for _, data := range s.files {
		total += len(data)
	}
	damage.Sweep(s.base, s.t.Failed, total, table.Count(t, "MEMGRAPHD_STEP", 61), func(disk *vfs.Mem, at int) {
		file := 0
		for at >= len(s.files[file]) {
			at -= len(s.files[file])
			file++
		}
		name := s.names[file]
		s.put(disk, name, s.files[file][:at])
		allowed := nothing
		if file == len(s.files)-1 {
			allowed = silent
		}
		s.look(disk, fmt.Sprintf("%s cut at %d", name, at), allowed)
		s.put(disk, name, s.files[file])
	})
	s.report("cuts of a log, at every offset")
}

// TestSweepRandom damages a log at random, in one place or two.
func TestSweepRandom(t *testing.T) {
	s := newSweep(t)
	seed := table.Seed(t)
	newest := len(s.files) - 1
	damage.Sweep(s.base, s.t.Failed, table.Count(t, "MEMGRAPHD_FAULTS", 2000), 1, func(disk *vfs.Mem, i int) {
		damaged, fault := damage.Random(rand.New(rand.NewPCG(seed, uint64(i))), s.files)
		for _, file := range fault.Touched {
			s.put(disk, s.names[file], damaged[file])
		}
		allowed := reported
		if fault.Cut && slices.Contains(fault.Touched, newest) {
			allowed = silent
		}
		s.look(disk, fmt.Sprintf("MEMGRAPHD_SEED=%d, fault %d: %s", seed, i, fault.What), allowed)
		for _, file := range fault.Touched {
			s.put(disk, s.names[file], s.files[file])
		}
	})
	s.report("random faults in a log")
}
