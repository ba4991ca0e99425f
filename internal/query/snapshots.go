package query

import (
	"context"
	"errors"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

func createSnapshot(ctx context.Context, s *Session) (table, error) {
	d, err := s.durability()
	if err != nil {
		return table{}, err
	}
	path, err := d.CreateSnapshot(ctx)
	if errors.Is(err, ErrSnapshotEnded) {
		return table{}, failure.New(failure.TransactionError, failure.Runtime, "Terminated", "no snapshot was created: %s", err).
			WithHint("nothing was lost; create it again").WithCode("Neo.TransientError.Transaction.Terminated").WithCause(err)
	}
	if err != nil {
		return table{}, durabilityError("SnapshotFailed", "no snapshot was created", err)
	}
	return table{columns: []string{"path"}, rows: [][]value.Value{{value.String(path)}}}, nil
}

func showSnapshots(ctx context.Context, s *Session) (table, error) {
	d, err := s.durability()
	if err != nil {
		return table{}, err
	}
	kept, err := d.Snapshots(ctx)
	if err != nil {
		return table{}, durabilityError("SnapshotsUnreadable", "the snapshots cannot be listed", err)
	}
	t := table{columns: []string{"path", "timestamp", "creation_time", "size"}}
	for _, k := range kept {
		t.rows = append(t.rows, []value.Value{
			value.String(k.Path), value.Int(int64(k.Index)),
			value.String(k.Created.Format(creationTime)), value.String(sizeText(k.Bytes)),
		})
	}
	return t, nil
}

// creationTime is how snapshot times are shown.
const creationTime = "2006-01-02T15:04:05-0700"

func showNextSnapshot(_ context.Context, s *Session) (table, error) {
	d, err := s.durability()
	if err != nil {
		return table{}, err
	}
	t := table{columns: []string{"path", "creation_time"}}
	if dir, at, ok := d.NextSnapshot(); ok {
		t.rows = [][]value.Value{{value.String(dir), value.String(at.Format(creationTime))}}
	}
	return t, nil
}
