package main

import (
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// groupBytes is the size of the file that bare commits are written to, round and round.
const groupBytes = 64 << 20

// group is the barest group commit: committers queue, and one goroutine writes what has
// gathered and syncs it once for all of them.
type group struct {
	file   *os.File
	offset int64

	mu      sync.Mutex
	waiting []chan error // guarded by mu
	wake    chan struct{}
	quit    chan struct{}
	ended   chan struct{}
}

// groupCommit measures the disk with committers that hand records to one writer.
func groupCommit(dir string, clients int, d time.Duration) (figure, error) {
	file, err := os.Create(filepath.Join(dir, "group-commit"))
	if err != nil {
		return figure{}, err
	}
	defer func() {
		_ = file.Close()
		_ = os.Remove(file.Name())
	}()
	if err = zero(file, groupBytes); err != nil {
		return figure{}, err
	}
	g := &group{
		file: file,
		wake: make(chan struct{}, 1), quit: make(chan struct{}), ended: make(chan struct{}),
	}
	go g.run()
	f, err := loop(clients, d, func(int) (func(int) error, func(), error) {
		done := make(chan error, 1)
		return func(int) error { return g.commit(done) }, nil, nil
	})
	close(g.quit)
	<-g.ended
	return f, err
}

// zero fills file with size zero bytes, so that later writes change no metadata.
func zero(file *os.File, size int) error {
	zeros := make([]byte, 1<<20)
	for range size >> 20 {
		if _, err := file.Write(zeros); err != nil {
			return err
		}
	}
	return file.Sync()
}

// commit waits until a record of its own is synced.
func (g *group) commit(done chan error) error {
	g.mu.Lock()
	g.waiting = append(g.waiting, done)
	g.mu.Unlock()
	select {
	case g.wake <- struct{}{}:
	default:
	}
	return <-done
}

func (g *group) run() {
	defer close(g.ended)
	for {
		select {
		case <-g.quit:
			return
		case <-g.wake:
		}
		g.mu.Lock()
		batch := g.waiting
		g.waiting = nil
		g.mu.Unlock()
		if len(batch) == 0 {
			continue
		}
		err := g.write(commitRecord * len(batch))
		for _, c := range batch {
			c <- err
		}
	}
}

func (g *group) write(n int) error {
	if g.offset+int64(n) > groupBytes {
		g.offset = 0
	}
	if _, err := g.file.WriteAt(make([]byte, n), g.offset); err != nil {
		return err
	}
	g.offset += int64(n)
	return unix.Fdatasync(int(g.file.Fd()))
}
