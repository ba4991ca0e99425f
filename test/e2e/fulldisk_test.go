package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
)

// diskBytes is the size of the file systems that these tests fill.
const diskBytes = 64 << 20

// unavailable is the code of commits that a full disk fails; drivers try them again.
const unavailable = "Neo.TransientError.General.DatabaseUnavailable"

// TestFullDisk fills a real file system of 64 MiB under the server in every way. It needs
// the right to mount, in a mount namespace of its own that ends with the test. It runs alone:
// its thread ends with it, and the servers that other tests started from that thread would be
// killed with it (see Pdeathsig in test/harness).
func TestFullDisk(t *testing.T) {
	for _, system := range []string{"tmpfs", "ext4"} {
		for _, c := range []struct {
			name string
			run  func(*testing.T, *smallDisk)
		}{
			{"Refused", refusedBelowMinimum},
			{"Written", writtenUntilFull},
			{"Snapshot", snapshotOnAFullDisk},
			{"Locked", lockedOnAFullDisk},
			{"Stopped", stoppedOnAFullDisk},
			{"Killed", killedOnAFullDisk},
		} {
			t.Run(system+"/"+c.name, func(t *testing.T) {
				c.run(t, newSmallDisk(t, system))
			})
		}
	}
}

// smallDisk is a mounted file system with a data directory, and a file that takes the room
// of the rest when it is told to.
type smallDisk struct {
	t    *testing.T
	root string
	dir  string
	next int // number of the next node
	s    *harness.Server
	d    neo4j.DriverWithContext
}

// newSmallDisk mounts one that this thread and the servers that it starts see alone.
func newSmallDisk(t *testing.T, system string) *smallDisk {
	t.Helper()
	runtime.LockOSThread() // for good: the thread ends with the test, and its mounts with it
	if err := syscall.Unshare(syscall.CLONE_NEWNS); err != nil {
		t.Skipf("no mount namespace may be made here, which takes root: %v", err)
	}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		t.Skipf("mounts cannot be made private here: %v", err)
	}
	root := t.TempDir()
	switch system {
	case "tmpfs":
		if err := syscall.Mount("tmpfs", root, "tmpfs", 0, "size="+strconv.Itoa(diskBytes)); err != nil {
			t.Skipf("tmpfs cannot be mounted here: %v", err)
		}
	default:
		image := filepath.Join(t.TempDir(), "image")
		if err := os.WriteFile(image, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(image, diskBytes); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"mkfs." + system, "-q", image}, {"mount", "-o", "loop", image, root}} {
			if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
				t.Skipf("no %s file system in a file can be had here: %s: %v\n%s", system, args[0], err, out)
			}
		}
	}
	t.Cleanup(func() { _ = syscall.Unmount(root, syscall.MNT_DETACH) })
	return &smallDisk{t: t, root: root, dir: filepath.Join(root, "data")}
}

// start starts the server with small files of the log.
func (s *smallDisk) start(flags ...string) {
	s.t.Helper()
	flags = append([]string{"--storage-wal-file-size-kib=1024", "--storage-snapshot-retention-count=2", "--storage-snapshot-interval-sec=0"}, flags...)
	s.s, s.d = start(s.t, s.dir, flags...)
}

// put commits a node of some KiB.
func (s *smallDisk) put(kib int) error {
	_, err := harness.Query(s.t.Context(), s.d, "CREATE (:Pad {n: $n, text: $text})",
		map[string]any{"n": s.next, "text": strings.Repeat("x", kib<<10)})
	if err == nil {
		s.next++
	}
	return err
}

// puts commits nodes that must be taken.
func (s *smallDisk) puts(count, kib int) {
	s.t.Helper()
	for range count {
		if err := s.put(kib); err != nil {
			s.t.Fatal(err)
		}
	}
}

// holds checks that exactly the nodes are there that were acknowledged.
func (s *smallDisk) holds() {
	s.t.Helper()
	rows := query(s.t, s.d, "MATCH (p:Pad) RETURN count(*), count(DISTINCT p.n), coalesce(max(p.n), -1)")
	for i, want := range []int64{int64(s.next), int64(s.next), int64(s.next) - 1} {
		if rows[0].Values[i] != want {
			s.t.Fatalf("%v nodes, numbers and greatest number, want %d", rows[0].Values, s.next)
		}
	}
}

func (s *smallDisk) free() int64 {
	s.t.Helper()
	var st syscall.Statfs_t
	if err := syscall.Statfs(s.root, &st); err != nil {
		s.t.Fatal(err)
	}
	return int64(st.Bavail) * st.Bsize
}

// leave has a file of others take all room but some KiB.
func (s *smallDisk) leave(kib int64) {
	s.t.Helper()
	f, err := os.OpenFile(filepath.Join(s.root, "others"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for block := make([]byte, 1<<20); ; {
		room := s.free() - kib<<10
		if room < 4<<10 {
			break
		}
		if _, err := f.Write(block[:min(room, int64(len(block)))]); err != nil {
			if errors.Is(err, syscall.ENOSPC) {
				break
			}
			s.t.Fatal(err)
		}
	}
	_ = f.Sync()
}

// makeRoom takes that file away.
func (s *smallDisk) makeRoom() {
	s.t.Helper()
	if err := os.Remove(filepath.Join(s.root, "others")); err != nil {
		s.t.Fatal(err)
	}
	syscall.Sync()
}

// refused commits until a full disk fails it, and three times more.
func (s *smallDisk) refused(kib int, parts ...string) {
	s.t.Helper()
	deadline := time.Now().Add(within(30))
	for failed := 0; failed < 4; {
		err := s.put(kib)
		if err == nil {
			if time.Now().After(deadline) {
				s.t.Fatal("the disk was never full")
			}
			continue
		}
		failed++
		wantFailure(s.t, err, unavailable, parts...)
	}
	s.holds()
}

// resumes waits until commits are taken again by themselves.
func (s *smallDisk) resumes() {
	s.t.Helper()
	deadline := time.Now().Add(within(10))
	for {
		err := s.put(1)
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("not taken again: %v", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.puts(10, 16)
	s.holds()
}

// stop ends the server in good order and checks that it was one.
func (s *smallDisk) stop() {
	s.t.Helper()
	_ = s.d.Close(context.Background())
	if err := s.s.Stop(); err != nil {
		s.t.Fatalf("not a clean stop: %v\n%s", err, s.s.Log())
	}
}

// files lists the files of the database but for those that mean nothing.
func (s *smallDisk) files() map[string]int64 {
	s.t.Helper()
	sizes := make(map[string]int64)
	err := filepath.WalkDir(s.dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			sizes[path] = info.Size()
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return sizes
}

// refusedBelowMinimum has others fill the disk: commits are refused, and taken again.
func refusedBelowMinimum(t *testing.T, s *smallDisk) {
	t.Helper()
	s.start("--storage-min-free-space=8")
	s.puts(20, 16)
	if since := info(t, s.d, "disk_below_minimum_since"); since != "" {
		t.Errorf("below the minimum since %s", since)
	}
	s.leave(7 << 10)
	s.refused(1, "DiskFull", "--storage-min-free-space keeps 8 MiB", "taken again when 10 MiB are free")
	if since := info(t, s.d, "disk_below_minimum_since"); since == "" {
		t.Error("SHOW STORAGE INFO does not say since when commits are refused")
	}
	for _, text := range []string{"CREATE INDEX ON :Pad(n)", "MATCH (p:Pad) SET p.n = 0", "MATCH (p:Pad) DETACH DELETE p"} {
		_, err := harness.Query(t.Context(), s.d, text, nil)
		wantFailure(t, err, unavailable, "DiskFull")
	}
	s.holds()
	s.makeRoom()
	s.resumes()
	for _, line := range []string{"nearly full: commits are refused", "there is room on the disk of the data directory again"} {
		if n := strings.Count(s.s.Log(), line); n != 1 {
			t.Errorf("said %d times: %s", n, line)
		}
	}
	s.stop()
}

// writtenUntilFull writes until the disk has no room at all.
func writtenUntilFull(_ *testing.T, s *smallDisk) {
	s.start("--storage-min-free-space=0")
	for range 3 {
		s.puts(20, 16)
		s.leave(3 << 10)
		s.refused(48, "no space left on device", "nothing was committed")
		s.refused(48, "no space left on device")
		s.makeRoom()
		s.resumes()
	}
	s.s.Kill()
	s.start("--storage-min-free-space=4")
	s.holds()
	s.resumes()
	s.stop()
}

// snapshotOnAFullDisk fails a snapshot: the former ones stay, and it can be created later.
func snapshotOnAFullDisk(t *testing.T, s *smallDisk) {
	t.Helper()
	s.start("--storage-min-free-space=0")
	s.puts(100, 64)
	query(t, s.d, "CREATE SNAPSHOT")
	s.puts(50, 64)
	before := query(t, s.d, "SHOW SNAPSHOTS")
	s.leave(1 << 10)
	room := s.free()
	for range 3 {
		_, err := harness.Query(t.Context(), s.d, "CREATE SNAPSHOT", nil)
		wantFailure(t, err, unavailable, "no space left on device")
	}
	if left := s.free(); left < room-256<<10 {
		t.Errorf("%d KiB free after snapshots that failed, %d KiB before", left>>10, room>>10)
	}
	if after := query(t, s.d, "SHOW SNAPSHOTS"); fmt.Sprint(after[0].Values) != fmt.Sprint(before[0].Values) || len(after) != len(before) {
		t.Errorf("snapshots %v, before %v", after, before)
	}
	if n := info(t, s.d, "snapshot_failures"); n != "3" {
		t.Errorf("%s failures", n)
	}
	s.holds()
	s.makeRoom()
	query(t, s.d, "CREATE SNAPSHOT")
	s.resumes()
	s.s.Kill()
	s.start()
	s.holds()
	s.stop()
}

// lockedOnAFullDisk locks and unlocks a full disk; no file that was there is lost.
func lockedOnAFullDisk(t *testing.T, s *smallDisk) {
	t.Helper()
	s.start("--storage-min-free-space=0")
	for range 3 {
		s.puts(40, 16)
		query(t, s.d, "CREATE SNAPSHOT")
	}
	s.leave(0)
	_ = s.put(64)
	query(t, s.d, "LOCK DATA DIRECTORY")
	atLock := s.files()
	s.makeRoom()
	s.puts(60, 32)
	query(t, s.d, "CREATE SNAPSHOT")
	s.leave(0)
	s.refused(48, "no space left on device")
	for path, size := range s.files() {
		if was, there := atLock[path]; there && size < was {
			t.Errorf("%s has %d bytes, %d at LOCK", path, size, was)
		}
		delete(atLock, path)
	}
	for path := range atLock {
		t.Errorf("%s is gone", path)
	}
	query(t, s.d, "UNLOCK DATA DIRECTORY")
	s.holds()
	s.makeRoom()
	s.resumes()
	s.stop()
	s.start()
	s.holds()
	s.stop()
}

// stoppedOnAFullDisk stops in good order without room, starts there, and stops again.
func stoppedOnAFullDisk(t *testing.T, s *smallDisk) {
	t.Helper()
	s.start("--storage-min-free-space=0")
	s.puts(200, 32)
	s.leave(0)
	s.refused(48, "no space left on device")
	s.stop()
	if !strings.Contains(s.s.Log(), "no room for the snapshot on exit") {
		t.Errorf("nothing said of the snapshot on exit:\n%s", s.s.Log())
	}
	s.leave(0)
	s.start("--storage-min-free-space=4")
	s.refused(1, "DiskFull")
	s.stop()
	s.leave(0)
	s.start("--storage-min-free-space=4")
	s.holds()
	s.makeRoom()
	s.resumes()
	s.stop()
	s.start()
	s.holds()
	s.stop()
}

// killedOnAFullDisk is killed without room, and started there.
func killedOnAFullDisk(_ *testing.T, s *smallDisk) {
	s.start("--storage-min-free-space=0")
	for range 3 {
		s.puts(30, 16)
		s.leave(0)
		s.refused(48, "no space left on device")
		s.s.Kill()
		s.start("--storage-min-free-space=0")
		s.holds()
		s.makeRoom()
		s.resumes()
	}
	s.stop()
}
