package groupcommit_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"memgraphd/test/groupcommit"
)

// TestCommit has many goroutines commit, and finds every record in the file, once.
func TestCommit(t *testing.T) {
	const committers, each = 32, 50
	name := filepath.Join(t.TempDir(), "log")
	l, err := groupcommit.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err = l.Commit(nil); !errors.Is(err, groupcommit.ErrTooLarge) {
		t.Errorf("a record of no bytes: %v", err)
	}
	var group sync.WaitGroup
	for c := range committers {
		group.Go(func() {
			for i := range each {
				if failed := l.Commit(binary.LittleEndian.AppendUint64(nil, uint64(1+c*each+i))); failed != nil {
					t.Error(failed)
				}
			}
		})
	}
	group.Wait()
	if err = l.Close(); err != nil {
		t.Fatal(err)
	}
	all, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if end := all[8*committers*each:]; bytes.Trim(end, "\x00") != nil {
		t.Error("there is something behind the records")
	}
	seen := make(map[uint64]bool)
	for i := range committers * each {
		n := binary.LittleEndian.Uint64(all[8*i:])
		if n == 0 || n > committers*each || seen[n] {
			t.Fatalf("record %d is %d", i, n)
		}
		seen[n] = true
	}
}

func TestCreateFails(t *testing.T) {
	if _, err := groupcommit.Create(filepath.Join(t.TempDir(), "no", "log")); err == nil {
		t.Fatal("a file in no directory")
	}
}
