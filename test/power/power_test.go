package power

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"memgraphd/test/harness"
	"memgraphd/test/ledger"
	"memgraphd/test/table"
)

const (
	clients   = 8
	imageMiB  = 400
	controls  = 4
	neverSync = "--storage-wal-file-flush-every-n-tx=1000000"
)

// TestPowerCutExt4 cuts the power MEMGRAPHD_CUTS_EXT4 (3) times, with the mount options
// of ext4 that change when it writes.
func TestPowerCutExt4(t *testing.T) {
	cuts(t, "ext4", table.Count(t, "MEMGRAPHD_CUTS_EXT4", 3),
		[]string{"", "commit=1", "commit=1000", "data=writeback", "data=journal", "nodelalloc", "noauto_da_alloc"}, "-F")
}

// TestPowerCutXFS cuts the power MEMGRAPHD_CUTS_XFS (3) times.
func TestPowerCutXFS(t *testing.T) {
	cuts(t, "xfs", table.Count(t, "MEMGRAPHD_CUTS_XFS", 3), []string{"", "logbsize=256k", "allocsize=1m"})
}

// cuts runs the promise, and then the control that shows that the test can fail.
func cuts(t *testing.T, kind string, count int, options []string, mkfs ...string) {
	t.Helper()
	if !isolated(t) {
		return
	}
	seed := table.Seed(t)
	binary, err := harness.Binary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := &plug{disk: newDisk(t, kind, imageMiB, mkfs...), binary: binary, options: options, r: rand.New(rand.NewPCG(seed, 1)), seed: seed}
	row := p.run(t, count)
	row.What = "power cuts, " + kind
	table.Add(t, row)
	if row.Lost > 0 || row.Undetected > 0 || row.Acknowledged == 0 {
		t.Errorf("%d acknowledged transactions, %d lost, %d wrong", row.Acknowledged, row.Lost, row.Undetected)
	}
	p.disk = newDisk(t, kind, imageMiB, mkfs...)
	p.flags = []string{neverSync}
	row = p.run(t, controls)
	row.What = "power cuts, " + kind + ", control without sync (must lose)"
	table.Add(t, row)
	if row.Lost == 0 {
		t.Error("without syncing nothing was lost: this test shows nothing")
	}
	if row.Undetected > 0 {
		t.Errorf("%d wrong states", row.Undetected)
	}
}

// plug is what is pulled.
type plug struct {
	disk    *disk
	binary  string
	options []string
	flags   []string
	r       *rand.Rand
	seed    uint64
	low     ledger.Mark // acknowledged before the last cut began
}

// run cuts the power again and again, each time under a server that has found what the
// cut before left.
func (p *plug) run(t *testing.T, count int) table.Row {
	t.Helper()
	began := time.Now()
	book := ledger.New(clients, p.seed)
	p.low = book.Acknowledged()
	row := table.Row{Test: "R4", Seed: p.seed}
	for i := range count + 1 {
		last := i == count
		if err := p.once(t.Context(), book, &row, last); err != nil {
			t.Fatalf("cut %d of seed %d, mounted with %s: %v", i, p.seed, p.disk.options, err)
		}
		if !last {
			row.States++
		}
	}
	row.Acknowledged = book.Total()
	row.Took = time.Since(began)
	return row
}

// once starts the server, checks what is there, lets the clients work and pulls the plug.
func (p *plug) once(ctx context.Context, book *ledger.Ledger, row *table.Row, last bool) error {
	flags := append([]string{"--storage-wal-file-size-kib=256", "--storage-snapshot-retention-count=2", "--nostorage-snapshot-on-exit"}, p.flags...)
	s, err := harness.Start(p.binary, filepath.Join(p.disk.mount, "data"), flags...)
	if err != nil {
		return err
	}
	defer s.Kill()
	d, err := s.Driver()
	if err != nil {
		return err
	}
	defer func() { _ = d.Close(context.Background()) }()
	if err = book.Prepare(ctx, d); err != nil {
		return fmt.Errorf("%w\nits log:\n%s", err, s.Log())
	}
	found, err := book.Check(ctx, d, p.low, book.Issued())
	if err != nil {
		return err
	}
	row.Lost += found.Lost
	row.Undetected += int64(len(found.Problems))
	if len(found.Problems) > 0 || found.Lost > 0 && p.flags == nil {
		return fmt.Errorf("%d acknowledged transactions are lost; %q\nits log:\n%s", found.Lost, found.Problems, s.Log())
	}
	book.Adopt(found.Found)
	if last {
		return nil
	}
	return p.pull(ctx, book, s)
}

// pull lets the clients work for a moment and cuts the power.
func (p *plug) pull(ctx context.Context, book *ledger.Ledger, s *harness.Server) error {
	d, err := s.Driver()
	if err != nil {
		return err
	}
	defer func() { _ = d.Close(context.Background()) }()
	working, cancel := context.WithCancel(ctx)
	defer cancel()
	var running sync.WaitGroup
	running.Go(func() { _ = book.Run(working, d) })
	if p.r.IntN(2) == 0 {
		running.Go(func() {
			for working.Err() == nil {
				_, _ = harness.Query(working, d, "CREATE SNAPSHOT", nil)
			}
		})
	}
	time.Sleep(time.Duration(30+p.r.IntN(170)) * time.Millisecond)
	p.low = book.Acknowledged() // what comes later may be a lie, see disk.cut
	err = p.disk.cut()
	s.Kill()
	cancel()
	running.Wait()
	if err = errors.Join(err, p.disk.off()); err != nil {
		return err
	}
	return p.disk.on(p.options[p.r.IntN(len(p.options))])
}
