package durability

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/durability/recovery"
	"memgraphd/internal/durability/retention"
	"memgraphd/internal/durability/vfs"
)

// ballastName is a file without meaning that holds room for the server itself: to start,
// to stop in good order, to LOCK and to UNLOCK on a disk that others have filled. It is
// given up when one of these finds no room, and made again when there is some.
const ballastName = ".ballast"

// ballastRetry is the time between two tries to make one.
const ballastRetry = time.Minute

// ballast is what is known of the file; Manager.files guards it.
type ballast struct {
	there bool
	next  time.Time // when to try again
}

func (o *Options) ballastPath() string { return filepath.Join(o.Dir, ballastName) }

// findBallast looks whether one of the right size is there.
func (m *Manager) findBallast() {
	info, err := m.o.FS.Stat(m.o.ballastPath())
	m.ballast.there = err == nil && info.Size == m.o.BallastBytes
}

// keepBallast makes one if it is missing and there is room to spare.
func (m *Manager) keepBallast() {
	if m.o.BallastBytes == 0 || m.broken != nil || !m.files.TryLock() {
		return
	}
	defer m.files.Unlock()
	if m.ballast.there || m.lockInfo().Locked || m.o.Now().Before(m.ballast.next) || m.space.below.Load() {
		return
	}
	free, ok := m.space.left()
	if !ok || free < m.o.SpaceMin+4*uint64(m.o.BallastBytes) {
		return
	}
	if err := m.o.makeBallast(); err != nil {
		m.ballast.next = m.o.Now().Add(ballastRetry)
		m.o.Log.Warn("no room could be set aside for stopping on a full disk", zap.Error(errors.Join(err, m.o.removeBallast())))
		return
	}
	m.ballast.there = true
}

// makeBallast writes the file with bytes that no file system makes smaller.
func (o *Options) makeBallast() error {
	data := make([]byte, o.BallastBytes)
	// Read never fails.
	_, _ = rand.NewChaCha8([32]byte([]byte("room for a server on a full disk"))).Read(data)
	if err := vfs.WriteFileSync(o.FS, o.ballastPath(), data); err != nil {
		return err
	}
	return o.FS.SyncDir(o.Dir)
}

func (o *Options) removeBallast() error {
	err := o.FS.Remove(o.ballastPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return errors.Join(err, o.FS.SyncDir(o.Dir))
}

// dropBallast gives the room back and reports whether there was any. The caller holds
// files, and has seen that the directory is not locked, or is about to unlock it.
func (m *Manager) dropBallast() bool {
	if !m.ballast.there {
		return false
	}
	m.ballast = ballast{next: m.o.Now().Add(ballastRetry)}
	if err := m.o.removeBallast(); err != nil {
		m.o.Log.Warn("the room that was set aside could not be given back", zap.Error(err))
		return false
	}
	m.o.Log.Info("the room that was set aside for a full disk is used now", zap.Int64("bytes", m.o.BallastBytes))
	return true
}

// withRoom runs what changes files, and once more with the room that was set aside if
// there was none. The caller holds files.
func (m *Manager) withRoom(change func() error) error {
	err := change()
	if vfs.NoSpace(err) && m.dropBallast() {
		return change()
	}
	return err
}

// roomToClose gives the ballast up if a close could need it.
func (m *Manager) roomToClose() {
	if !m.ballast.there || m.lockInfo().Locked {
		return
	}
	free, ok := m.space.left()
	if _, err := m.writes.trouble(); ok && free < 2*uint64(m.o.BallastBytes) || vfs.NoSpace(err) {
		m.dropBallast()
	}
}

// probe writes into the directory. On a full disk it takes the room that was set aside,
// unless the directory is locked. A database that is there is opened even without room:
// it can be read.
func probe(o *Options) error {
	err := writeProbe(o.FS, o.Dir)
	if !vfs.NoSpace(err) {
		return err
	}
	lock, lockErr := retention.ReadLock(o.FS, o.Dir)
	if lockErr != nil {
		return errors.Join(err, lockErr)
	}
	if !lock.Locked && o.removeBallast() == nil && writeProbe(o.FS, o.Dir) == nil {
		return nil
	}
	if there, existsErr := recovery.Exists(o.FS, o.Dir); existsErr != nil || !there {
		return errors.Join(err, existsErr)
	}
	o.Log.Error("the disk of the data directory is full: the database is opened, but commits fail until there is room", zap.Error(err))
	return nil
}

// writeProbe writes, syncs and removes a file.
func writeProbe(fsys vfs.FS, dir string) error {
	name := filepath.Join(dir, ".write-test")
	if err := vfs.WriteFileSync(fsys, name, []byte("memgraphd\n")); err != nil {
		if vfs.NoSpace(err) {
			return errors.Join(err, removeIfThere(fsys, name))
		}
		return err
	}
	return fsys.Remove(name)
}

func removeIfThere(fsys vfs.FS, name string) error {
	if err := fsys.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
