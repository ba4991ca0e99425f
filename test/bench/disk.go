package main

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"memgraphd/test/groupcommit"
)

// groupCommit measures the disk with committers that hand records to one writer.
func groupCommit(dir string, clients int, d time.Duration) (figure, error) {
	name := filepath.Join(dir, "group-commit")
	l, err := groupcommit.Create(name)
	if err != nil {
		return figure{}, err
	}
	f, err := loop(clients, d, func(int) (func(int) error, func(), error) {
		record := make([]byte, commitRecord)
		return func(int) error { return l.Commit(record) }, nil, nil
	})
	return f, errors.Join(err, l.Close(), os.Remove(name))
}
