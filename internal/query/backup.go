package query

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// Backups carries out BACKUP DATABASE and SHOW BACKUPS. Its methods may be called
// concurrently.
type Backups interface {
	// Take takes a backup. It fails with a *LocationError where the location may not be used.
	Take(ctx context.Context, r BackupRequest) (Backup, error)
	// List lists the backups at a location, "" meaning all places that may be used, oldest
	// first. It fails with a *LocationError.
	List(ctx context.Context, location string) ([]Backup, error)
	// Running returns the backup that is being taken; ok is false while none is.
	Running() (r RunningBackup, ok bool)
	// End ends it; Take then fails with ErrBackupEnded. It returns false while none is taken.
	End() bool
}

// BackupRequest says which backup is wanted.
type BackupRequest struct {
	Location    string
	Incremental bool
}

// Backup describes a backup.
type Backup struct {
	Location    string
	ID          string // "": it cannot be read, for Err
	Kind        string // "full" or "incremental"
	Base        string // of an incremental one
	Made        time.Time
	First, Last uint64    // commits between which it can be restored
	LastTime    time.Time // zero: not known
	Objects     int       // that were sent for it
	Bytes       int64     // of them
	Took        time.Duration
	Warnings    []string
	Err         error
}

// RunningBackup describes a backup that is being taken.
type RunningBackup struct {
	Location    string
	Started     time.Time
	Phase       string
	Done, Total int64 // bytes of the database
	Sent        int64 // bytes to the location
}

// ErrBackupEnded reports a backup that somebody ended.
var ErrBackupEnded = errors.New("it was ended")

// LocationError reports a location that a statement may not use.
type LocationError struct{ Reason, Hint string }

// Error says why.
func (e *LocationError) Error() string { return e.Reason }

// backupsAlone is what the statements about backups are called where they may not run.
const backupsAlone = "Taking or listing backups"

// runBackup carries out BACKUP DATABASE and SHOW BACKUPS.
func (s *Session) runBackup(ctx context.Context, r *Result, st *ast.BackupStatement, params value.Value) error {
	if !st.Show {
		if err := s.outsideTransaction(backupsAlone, st); err != nil {
			return err
		}
	}
	b := s.engine.o.Backups
	if b == nil {
		return failure.New(failure.ClientError, failure.Runtime, "NoDataDirectory", "this engine keeps its data in memory only").At(st.At)
	}
	location := ""
	if st.Location != nil {
		var err error
		if location, err = constantText(st.Location, params, wanted{"the location", "a directory, a file that ends with .mgbackup, or s3://bucket/prefix"}); err != nil {
			return err
		}
	}
	var t table
	var err error
	if st.Show {
		t, err = showBackups(ctx, b, location)
	} else {
		t, err = takeBackup(ctx, r, b, BackupRequest{Location: location, Incremental: st.Incremental})
	}
	if err != nil {
		return failure.Of(err).At(st.At)
	}
	r.answer(t)
	return nil
}

func takeBackup(ctx context.Context, r *Result, b Backups, request BackupRequest) (table, error) {
	taken, err := b.Take(ctx, request)
	if errors.Is(err, ErrBackupEnded) {
		return table{}, failure.New(failure.TransactionError, failure.Runtime, "Terminated", "no backup was taken: %s", err).
			WithHint("what was sent is not sent again by the next one").WithCode("Neo.TransientError.Transaction.Terminated").WithCause(err)
	}
	if err != nil {
		return table{}, backupError("BackupFailed", "no backup was taken", err)
	}
	for _, w := range taken.Warnings {
		r.summary.Notifications = append(r.summary.Notifications, Notification{
			Code: "BackupWarning", Title: "The backup is good, and something was found on the way.",
			Description: w, Severity: "WARNING", Category: "GENERIC",
		})
	}
	return table{
		columns: []string{"id", "kind", "location", "last_commit", "bytes", "objects", "duration"},
		rows: [][]value.Value{{
			value.String(taken.ID), value.String(taken.Kind), value.String(taken.Location), value.Int(int64(taken.Last)),
			value.Int(taken.Bytes), value.Int(int64(taken.Objects)), value.String(taken.Took.Round(time.Millisecond).String()),
		}},
	}, nil
}

func showBackups(ctx context.Context, b Backups, location string) (table, error) {
	list, err := b.List(ctx, location)
	if err != nil {
		return table{}, backupError("BackupsUnreadable", "the backups cannot be listed", err)
	}
	t := table{columns: []string{"id", "kind", "base", "location", "made", "first_commit", "last_commit", "last_time", "bytes", "objects", "status"}}
	for _, k := range list {
		if k.Err != nil {
			t.rows = append(t.rows, []value.Value{
				value.Null, value.Null, value.Null, value.String(k.Location), value.Null, value.Null, value.Null, value.Null,
				value.Null, value.Null, value.String(k.Err.Error()),
			})
			continue
		}
		base := value.Null
		if k.Base != "" {
			base = value.String(k.Base)
		}
		t.rows = append(t.rows, []value.Value{
			value.String(k.ID), value.String(k.Kind), base, value.String(k.Location), timeText(k.Made),
			value.Int(int64(k.First)), value.Int(int64(k.Last)), timeText(k.LastTime),
			value.Int(k.Bytes), value.Int(int64(k.Objects)), value.String("complete"),
		})
	}
	return t, nil
}

// timeText writes a moment; one that is not known is null.
func timeText(t time.Time) value.Value {
	if t.IsZero() {
		return value.Null
	}
	return value.String(t.UTC().Format(time.RFC3339Nano))
}

// backupError tells a location that may not be used from what may work another time.
func backupError(detail, what string, err error) error {
	if refused, ok := errors.AsType[*LocationError](err); ok {
		return failure.New(failure.ClientError, failure.Runtime, "LocationForbidden", "%s", refused.Reason).
			WithHint("%s", refused.Hint).WithCode("Neo.ClientError.Security.Forbidden").WithCause(err)
	}
	return durabilityError(detail, what, err)
}

// backupID is what TERMINATE TRANSACTIONS calls the backup that is being taken.
const backupID = "backup"

// backupRow shows a backup as if it were a transaction.
func backupRow(r RunningBackup, now time.Time) []value.Value {
	metadata := []value.Entry{
		{Key: "phase", Value: value.String(r.Phase)},
		{Key: "sent_bytes", Value: value.Int(r.Sent)},
	}
	if r.Total > 0 {
		progress := strconv.FormatFloat(100*float64(r.Done)/float64(r.Total), 'f', 1, 64) + "%"
		metadata = append(metadata, value.Entry{Key: "progress", Value: value.String(progress)})
	}
	text := fmt.Sprintf("BACKUP DATABASE TO %q", r.Location)
	return []value.Value{
		value.String(""), value.String(backupID), value.List([]value.Value{value.String(text)}), value.String("running"),
		value.Map(metadata), value.String(r.Started.UTC().Format(time.RFC3339Nano)), value.Int(now.Sub(r.Started).Milliseconds()),
	}
}

// endBackup ends the backup that is being taken, if one is.
func (e *Engine) endBackup() bool { return e.o.Backups != nil && e.o.Backups.End() }
