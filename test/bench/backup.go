package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"memgraphd/test/harness"
)

const (
	backupPairs   = 500_000 // of nodes, with a relationship each
	backupStep    = 50_000  // pairs of a transaction
	backupWriters = 8
	diskBytes     = 512 << 20
)

// taken is what the command backup prints.
type taken struct {
	Kind      string  `json:"kind"`
	Bytes     int64   `json:"bytes"`
	SentBytes int64   `json:"sentBytes"`
	Seconds   float64 `json:"seconds"`
}

// backups measures a full backup of a million nodes, an incremental one after a hundredth
// of them changed, a restore and a verification, beside the bare disk and cp.
func (b *bench) backups(ctx context.Context) error {
	if err := b.fillForBackup(ctx); err != nil {
		return err
	}
	data := filepath.Join(b.dir, "data")
	size, err := folderBytes(data)
	if err != nil {
		return err
	}
	disk, err := diskRate(b.dir)
	if err != nil {
		return err
	}
	b.printf("backup: %d nodes, %d relationships, data directory of %.0f MB; the disk writes and syncs %.0f MB/s\n",
		2*backupPairs, backupPairs, float64(size)/1e6, disk)
	report := func(name string, bytes int64, took time.Duration) {
		rate := float64(bytes) / 1e6 / took.Seconds()
		b.printf("  %-36s %8.2f MB in %6.2f s  %7.0f MB/s  %.2f of the disk\n", name, float64(bytes)/1e6, took.Seconds(), rate, rate/disk)
	}
	copied := filepath.Join(b.dir, "copied")
	took, err := timed(func() error { return copyFolder(ctx, data, copied) })
	if err != nil {
		return err
	}
	report("cp -a and sync", size, took)

	to, restored := filepath.Join(b.dir, "backups"), filepath.Join(b.dir, "restored")
	quiet, err := b.writersMeanwhile(func() error { time.Sleep(b.each); return nil })
	if err != nil {
		return err
	}
	var full, incremental taken
	var during figure
	took, err = timed(func() error {
		var failed error
		during, failed = b.writersMeanwhile(func() error { return b.command(ctx, &full, "backup", "--to="+to, "--port="+b.server.Port()) })
		return failed
	})
	if err != nil {
		return err
	}
	report("full backup", size, time.Duration(full.Seconds*float64(time.Second)))
	b.printf("    it stored %.0f MB; %v with its writers\n", float64(full.SentBytes)/1e6, took.Round(time.Millisecond))
	b.printf("    %d writers without it %s\n    %d writers during it  %s\n", backupWriters, quiet, backupWriters, during)
	if _, err = harness.Query(ctx, b.driver, "MATCH (n:Backup) WHERE n.id % 100 = 0 SET n.age = n.age + 1", nil); err != nil {
		return err
	}
	if took, err = timed(func() error {
		return b.command(ctx, &incremental, "backup", "--incremental", "--to="+to, "--port="+b.server.Port())
	}); err != nil {
		return err
	}
	report(incremental.Kind+" of one changed percent", incremental.SentBytes, took)
	var ignored struct{}
	if took, err = timed(func() error {
		return b.command(ctx, &ignored, "restore", "--from="+to, "--data-directory="+restored)
	}); err != nil {
		return err
	}
	report("restore", size, took)
	if took, err = timed(func() error { return b.command(ctx, &ignored, "verify", to) }); err != nil {
		return err
	}
	report("verify", size, took)
	if took, err = timed(func() error { return b.command(ctx, &ignored, "verify", to, "--restore") }); err != nil {
		return err
	}
	report("verify --restore", size, took)
	return nil
}

// fillForBackup makes the graph, and a snapshot of it. Each node has a text that does not
// repeat, or compression would make the figures too good.
func (b *bench) fillForBackup(ctx context.Context) error {
	for from := 0; from < backupPairs; from += backupStep {
		_, err := harness.Query(ctx, b.driver, "UNWIND range($from, $to) AS i "+
			"CREATE (:Backup {id: i, name: 'somebody called ' + toString(i), age: i % 90, note: randomUUID() + randomUUID()})"+
			"-[:KNOWS {since: 2000 + i % 26}]->"+
			"(:Backup {id: i + 1000000, name: 'a friend of ' + toString(i), age: i % 80, note: randomUUID() + randomUUID()})",
			map[string]any{"from": from, "to": from + backupStep - 1})
		if err != nil {
			return err
		}
	}
	_, err := harness.Query(ctx, b.driver, "CREATE SNAPSHOT", nil)
	return err
}

// writersMeanwhile measures durable commits for as long as fn takes.
func (b *bench) writersMeanwhile(fn func() error) (figure, error) {
	done := make(chan error, 1)
	stop := make(chan struct{})
	go func() {
		err := fn()
		close(stop)
		done <- err
	}()
	f, err := loopUntil(backupWriters, stop, b.writer)
	return f, errors.Join(err, <-done)
}

// command runs the binary and decodes what it prints as JSON.
func (b *bench) command(ctx context.Context, into any, args ...string) error {
	c := exec.CommandContext(ctx, b.binary, append(args, "--json", "--quiet")...)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		return fmt.Errorf("%q: %w", args, err)
	}
	return json.Unmarshal(out, into)
}

func timed(fn func() error) (time.Duration, error) {
	began := time.Now()
	err := fn()
	return time.Since(began), err
}

func copyFolder(ctx context.Context, from, to string) error {
	if out, err := exec.CommandContext(ctx, "cp", "-a", from, to).CombinedOutput(); err != nil {
		return fmt.Errorf("cp: %w: %s", err, out)
	}
	return exec.CommandContext(ctx, "sync", "-f", to).Run()
}

// folderBytes is the size of all files of a folder, without the spares of the log.
func folderBytes(dir string) (sum int64, err error) {
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) == ".spare" {
			return err
		}
		info, err := e.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	return sum, err
}

// diskRate writes and syncs a file, and returns MB/s.
func diskRate(dir string) (float64, error) {
	file, err := os.Create(filepath.Join(dir, "rate"))
	if err != nil {
		return 0, err
	}
	defer func() {
		_ = file.Close()
		_ = os.Remove(file.Name())
	}()
	took, err := timed(func() error { return zero(file, diskBytes) })
	return diskBytes / 1e6 / took.Seconds(), err
}

// zero fills file with size zero bytes, and syncs it.
func zero(file *os.File, size int) error {
	zeros := make([]byte, 1<<20)
	for range size >> 20 {
		if _, err := file.Write(zeros); err != nil {
			return err
		}
	}
	return file.Sync()
}
