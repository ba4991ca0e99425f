package durability

import (
	"time"

	"go.uber.org/zap"
)

const (
	// lockLong is how long LOCK DATA DIRECTORY may hold without a warning: it keeps every
	// file, and a copy is soon made.
	lockLong = time.Hour
	// lockRepeat is the time between two warnings.
	lockRepeat = 6 * time.Hour
)

// warnLock says that the directory has been locked for long. The caller holds watcher.looking.
func (m *Manager) warnLock() {
	lock, now := m.lockInfo(), m.o.Now()
	w := &m.watcher
	switch {
	case !lock.Locked || !lock.Since.Equal(w.lock):
		w.lock, w.warned = lock.Since, time.Time{}
	case now.Sub(lock.Since) < lockLong || !w.warned.IsZero() && now.Sub(w.warned) < lockRepeat:
		return
	}
	if !lock.Locked || now.Sub(lock.Since) < lockLong {
		return
	}
	w.warned = now
	m.o.Log.Warn("the data directory has been locked for long: no file is given back, and the disk fills, until UNLOCK DATA DIRECTORY",
		zap.String("owner", lock.Owner), zap.Time("since", lock.Since), zap.Duration("held", now.Sub(lock.Since).Round(time.Second)))
}
