package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"go.uber.org/zap"

	"memgraphd/internal/config"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/monitor"
)

const (
	tokenLeast    = 16      // characters of a token for metrics
	tokenFileMax  = 4 << 10 // bytes
	filesCounted  = 100_000 // of the data directory, at most
	processStatus = "/proc/self/status"
)

// requireToken has requests for metrics carry the token of the file that c names.
func (s *server) requireToken(c config.Metrics) error {
	token, err := readToken(c.TokenFile)
	if err != nil {
		return exit(exitConfig, err)
	}
	s.monitor.Require(token)
	return nil
}

// readToken returns what a file has; "" without one.
func readToken(name string) (string, error) {
	if name == "" {
		return "", nil
	}
	data, err := vfs.ReadFile(vfs.OS(), name, tokenFileMax)
	if err != nil {
		return "", fmt.Errorf("--metrics-token-file: %w", err)
	}
	token := strings.TrimSpace(string(data))
	if len(token) < tokenLeast || strings.ContainsAny(token, " \t\r\n") {
		return "", fmt.Errorf("--metrics-token-file: %s is to have a token of at least %d characters in one word, as `openssl rand -hex 32` writes", name, tokenLeast)
	}
	return token, nil
}

// rereadToken takes over what the file with the token has now; the former one stays where it cannot.
func (s *server) rereadToken() {
	if err := s.requireToken(s.shown.Load().Metrics); err != nil {
		s.notices.Error("the former token for metrics stays in force", zap.Error(err))
	}
}

// process is what the operating system counts of the server.
func (s *server) process() monitor.Process {
	var p monitor.Process
	if status, err := os.ReadFile(processStatus); err == nil {
		p.Resident, p.PeakResident = statusBytes(status, "VmRSS:"), statusBytes(status, "VmHWM:")
	}
	p.DiskUsage = diskUsage(s.cfg.Storage.DataDirectory)
	return p
}

// statusBytes returns a size of /proc/self/status, 0 where it is not there.
func statusBytes(status []byte, name string) int64 {
	for line := range bytes.Lines(status) {
		fields := bytes.Fields(line)
		if len(fields) == 3 && string(fields[0]) == name && string(fields[2]) == "kB" {
			n, err := strconv.ParseInt(string(fields[1]), 10, 64)
			if err != nil {
				return 0
			}
			return n << 10
		}
	}
	return 0
}

// diskUsage is the size of the files below a directory. Files that go away meanwhile do not count.
func diskUsage(dir string) int64 {
	var total int64
	left := filesCounted
	err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // what cannot be read, or is gone, does not count
		}
		if left--; left < 0 {
			return fs.SkipAll
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		info, err := entry.Info()
		if err == nil {
			total += info.Size()
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
	if err != nil {
		return 0
	}
	return total
}
