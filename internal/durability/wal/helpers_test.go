package wal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"go.uber.org/goleak"

	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/durability/wal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const dir = "/db/wal"

var database = [16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}

// options are those of most tests: small segments, no promise while a test runs.
func options(fsys vfs.FS) wal.Options {
	return wal.Options{
		FS: fsys, Dir: dir, SegmentBytes: 2048, Database: database,
		IdlePromise: time.Hour, Now: time.Now, SpareMax: -1,
	}
}

func newMem(tb testing.TB) *vfs.Mem {
	tb.Helper()
	m := vfs.NewMem(1)
	must(tb, m.MkdirAll("/db"))
	must(tb, m.SyncDir("/"))
	return m
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
}

// record returns the record of an index; size and contents follow from it.
func record(index uint64) wal.Record {
	random := rand.New(rand.NewPCG(index, 99))
	payload := make([]byte, random.IntN(300))
	for i := range payload {
		payload[i] = byte(random.Uint32())
	}
	return wal.Record{
		Kind: wal.KindCommit, Index: index, Term: index / 10, Timeline: 1, Wall: int64(index) * 1000,
		Payload: payload,
	}
}

func sameRecord(a, b wal.Record) bool {
	same := bytes.Equal(a.Payload, b.Payload)
	a.Payload, b.Payload, a.Reserved, b.Reserved = nil, nil, 0, 0
	return same && fmt.Sprint(a) == fmt.Sprint(b)
}

// scan returns all records from an index.
func scan(o wal.Options, from uint64) ([]wal.Record, wal.End, error) {
	var records []wal.Record
	end, err := wal.Scan(o, from, func(r wal.Record) error {
		r.Payload = bytes.Clone(r.Payload)
		records = append(records, r)
		return nil
	})
	return records, end, err
}

// open scans and opens a log that must be in order.
func open(tb testing.TB, o wal.Options) *wal.Log {
	tb.Helper()
	_, end, err := scan(o, 1)
	must(tb, err)
	l, err := wal.Open(o, end)
	must(tb, err)
	return l
}

// appendAll adds records and waits for them.
func appendAll(tb testing.TB, l *wal.Log, from, to uint64) {
	tb.Helper()
	var waiters []wal.Waiter
	for index := from; index <= to; index++ {
		w, err := l.Enqueue(record(index))
		must(tb, err)
		waiters = append(waiters, w)
	}
	for _, w := range waiters {
		must(tb, w.Wait())
	}
}

// wantRecords checks that a log holds exactly the records of a range.
func wantRecords(tb testing.TB, o wal.Options, from, to uint64) wal.End {
	tb.Helper()
	records, end, err := scan(o, from)
	must(tb, err)
	if len(records) != int(to+1-from) {
		tb.Fatalf("%d records, want %d to %d", len(records), from, to)
	}
	for i, r := range records {
		if want := record(from + uint64(i)); !sameRecord(r, want) {
			tb.Fatalf("record %d: %+v, want %+v", from+uint64(i), r, want)
		}
	}
	if end.Last != to {
		tb.Fatalf("last %d, want %d", end.Last, to)
	}
	return end
}

func background() context.Context { return context.Background() }
