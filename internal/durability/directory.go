package durability

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"memgraphd/internal/durability/retention"
)

// LockInfo says whether the data directory is locked, by whom and since when.
type LockInfo = retention.LockInfo

// LockDirectory is LOCK DATA DIRECTORY: until UnlockDirectory nothing that exists is
// deleted, renamed or rewritten, over restarts too. The open segment of the log is sealed
// first, so that a plain copy has at most one torn file, its last. A snapshot that is
// being written is ended. changed is false where the directory was locked already.
func (m *Manager) LockDirectory(owner string) (changed bool, err error) {
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return false, ErrClosed
	}
	if m.replacing {
		m.mu.Unlock()
		return false, ErrReplaced
	}
	if m.held.Locked {
		m.mu.Unlock()
		return false, nil
	}
	if m.running != nil {
		m.running.cancel(ErrSnapshotEnded)
	}
	m.mu.Unlock()
	m.files.Lock()
	defer m.files.Unlock()
	if m.lockInfo().Locked {
		return false, nil
	}
	if err = m.withRoom(func() error { return m.lockOnce(owner) }); err != nil {
		return false, fmt.Errorf("failed to lock the data directory: %w", err)
	}
	m.o.Log.Info("data directory locked", zap.String("owner", owner))
	return true, nil
}

// lockOnce holds the log and makes the lock durable; where it fails, there is none.
func (m *Manager) lockOnce(owner string) error {
	if err := m.holdLog(); err != nil {
		return err
	}
	info, err := retention.SetLock(m.o.FS, m.o.Dir, owner, m.o.Now())
	if err != nil {
		// A lock that was not reported must not be in force at the next start.
		err = errors.Join(err, retention.ClearLock(m.o.FS, m.o.Dir))
		if m.log != nil {
			m.log.Hold(false)
		}
		return err
	}
	m.setLockInfo(info)
	return nil
}

// holdLog seals the open segment and keeps the next one open. A log that has stopped
// writes nothing any more, and its directory may be copied all the more.
func (m *Manager) holdLog() error {
	if m.log == nil {
		return nil
	}
	if err := m.log.Rotate(context.Background()); err != nil && m.Health() == nil {
		return err
	}
	m.log.Hold(true)
	return nil
}

// UnlockDirectory is UNLOCK DATA DIRECTORY. changed is false where it was not locked.
func (m *Manager) UnlockDirectory() (changed bool, err error) {
	m.files.Lock()
	defer m.files.Unlock()
	if !m.lockInfo().Locked {
		return false, nil
	}
	if err := m.withRoom(func() error { return retention.ClearLock(m.o.FS, m.o.Dir) }); err != nil {
		return false, fmt.Errorf("failed to unlock the data directory: %w", err)
	}
	m.setLockInfo(LockInfo{})
	if m.log != nil {
		m.log.Hold(false)
	}
	m.o.Log.Info("data directory unlocked")
	m.giveBack(context.Background())
	return true, nil
}

// DirectoryLock is DATA DIRECTORY LOCK STATUS.
func (m *Manager) DirectoryLock() (LockInfo, error) { return m.lockInfo(), nil }

func (m *Manager) lockInfo() LockInfo {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.held
}

func (m *Manager) setLockInfo(info LockInfo) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.held = info
}
