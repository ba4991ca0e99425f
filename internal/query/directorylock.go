package query

import (
	"context"
	"time"

	"memgraphd/internal/storage/value"
)

func lockDirectory(_ context.Context, s *Session) (table, error) {
	d, err := s.durability()
	if err != nil {
		return table{}, err
	}
	owner := s.user()
	if owner == "" {
		owner = "(nobody logged in)"
	}
	changed, err := d.LockDataDirectory(owner + " from " + s.o.Address)
	switch {
	case err != nil:
		return table{}, durabilityError("LockFailed", "Failed to lock the data directory", err)
	case changed:
		return status("Data directory is now locked."), nil
	}
	return status("Data directory is already locked."), nil
}

func unlockDirectory(_ context.Context, s *Session) (table, error) {
	d, err := s.durability()
	if err != nil {
		return table{}, err
	}
	changed, err := d.UnlockDataDirectory()
	switch {
	case err != nil:
		return table{}, durabilityError("UnlockFailed", "Failed to unlock the data directory", err)
	case changed:
		return status("Data directory is now unlocked."), nil
	}
	return status("Data directory is already unlocked."), nil
}

func lockStatus(_ context.Context, s *Session) (table, error) {
	d, err := s.durability()
	if err != nil {
		return table{}, err
	}
	lock, err := d.DataDirectoryLock()
	switch {
	case err != nil:
		return table{}, durabilityError("LockUnreadable", "Failed to access the data directory", err)
	case !lock.Locked:
		return lockTable("Data directory is unlocked.", value.Null, value.Null), nil
	}
	return lockTable("Data directory is locked.", value.String(lock.Owner),
		value.String(lock.Since.UTC().Format(time.RFC3339))), nil
}

func lockTable(text string, owner, since value.Value) table {
	return table{
		columns: []string{"STATUS", "owner", "since"},
		rows:    [][]value.Value{{value.String(text), owner, since}},
	}
}
