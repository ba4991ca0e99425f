package storage_test

import (
	"testing"
	"time"

	"memgraphd/internal/storage"
)

// TestCollectorInfo counts what was collected.
func TestCollectorInfo(t *testing.T) {
	t.Parallel()
	s := storage.New(storage.Options{Now: time.Now})
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	reader := s.Begin(storage.TxOptions{ReadOnly: true})
	for range 5 {
		tx := s.Begin(storage.TxOptions{})
		if _, err := tx.CreateNode(nil, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		tx.Release()
	}
	if i := s.Collector(); i.Waiting != 5 || i.HeldBytes <= 0 || i.Freed != 0 {
		t.Errorf("with a reader: %+v", i)
	}
	reader.Release()
	s.Collect()
	if i := s.Collector(); i.Waiting != 0 || i.HeldBytes != 0 || i.Freed != 5 {
		t.Errorf("without: %+v", i)
	}
}
