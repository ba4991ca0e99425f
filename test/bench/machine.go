package main

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

const (
	sequentialBytes = 512 << 20
	memoryWords     = 64 << 20 // of 8 bytes
	memorySteps     = 4 << 20
)

// machine measures what the bare machine does: its memory and its disk. Echo and group commit
// are measured where something stands beside them.
func (b *bench) machine(context.Context) error {
	sweep, chase := memorySpeed()
	b.memory = sweep
	written, read, err := diskSpeed(b.dir, sequentialBytes)
	if err != nil {
		return err
	}
	one, err := groupCommit(b.dir, 1, b.each/2)
	if err != nil {
		return err
	}
	b.printf("machine: memory %.1f GB/s in sequence on one core, %.0f ns a load that waits for the one before; disk %.0f MB/s written and synced, "+
		"%.0f MB/s read; a write of %d bytes and a sync %s\n", sweep/1e9, float64(chase.Nanoseconds()), written/1e6, read/1e6, commitRecord, one)
	return nil
}

// memorySpeed returns the bytes a second that one core reads in sequence, and how long a load
// takes whose address the one before gives.
func memorySpeed() (sequence float64, chase time.Duration) {
	words := make([]uint64, memoryWords)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range words { // a permutation of one cycle, by Sattolo
		words[i] = uint64(i)
	}
	for i := len(words) - 1; i > 0; i-- {
		j := r.IntN(i)
		words[i], words[j] = words[j], words[i]
	}
	sum, best := uint64(0), time.Hour
	for range 3 {
		begin := time.Now()
		for _, w := range words {
			sum += w
		}
		best = min(best, time.Since(begin))
	}
	begin, at := time.Now(), sum%memoryWords
	for range memorySteps {
		at = words[at]
	}
	chase = time.Since(begin)
	if at == memoryWords { // never: it keeps the loop
		return 0, 0
	}
	return memoryWords * 8 / best.Seconds(), chase / memorySteps
}

// diskSpeed returns the bytes a second that the disk takes in sequence, synced, and gives.
func diskSpeed(dir string, size int) (written, read float64, err error) {
	name := filepath.Join(dir, "sequential")
	file, err := os.Create(name)
	if err != nil {
		return 0, 0, err
	}
	defer func() {
		_ = file.Close()
		_ = os.Remove(name)
	}()
	buf := make([]byte, 1<<20)
	for i := range buf {
		buf[i] = byte(i * 7)
	}
	begin := time.Now()
	for range size >> 20 {
		if _, err = file.Write(buf); err != nil {
			return 0, 0, err
		}
	}
	if err = file.Sync(); err != nil {
		return 0, 0, err
	}
	written = float64(size) / time.Since(begin).Seconds()
	if err = forget(file); err != nil {
		return 0, 0, err
	}
	begin = time.Now()
	for at := range size >> 20 {
		if _, err = file.ReadAt(buf, int64(at)<<20); err != nil {
			return 0, 0, err
		}
	}
	return written, float64(size) / time.Since(begin).Seconds(), nil
}

// forget drops a file from the cache of the system, so that it is read from the disk.
func forget(file *os.File) error { return unix.Fadvise(int(file.Fd()), 0, 0, unix.FADV_DONTNEED) }
