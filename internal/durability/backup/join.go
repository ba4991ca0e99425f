package backup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"memgraphd/internal/durability/object"
)

// OtherDatabaseError reports a repository that belongs to another database.
type OtherDatabaseError struct {
	Store string
	Has   DatabaseID // the repository's
	Want  DatabaseID
}

// Error names both databases.
func (e *OtherDatabaseError) Error() string {
	return fmt.Sprintf("%s holds backups of the database %s, and this one is %s: choose another location", e.Store, e.Has, e.Want)
}

// Join makes the repository of a database, or checks that the one that is there is its.
func Join(ctx context.Context, s object.Store, database DatabaseID, now time.Time) (Repository, error) {
	r, err := ReadRepository(ctx, s)
	if errors.Is(err, object.ErrNotFound) {
		r = Repository{Format: RepositoryFormat, Database: database, Created: now.UTC()}
		err = object.PutJSON(ctx, s, RepositoryName, r)
		if errors.Is(err, object.ErrExists) { // another was faster, or the answer of the store was lost
			r, err = ReadRepository(ctx, s)
		}
	}
	if err != nil {
		return Repository{}, err
	}
	if r.Database != database {
		return Repository{}, &OtherDatabaseError{Store: s.String(), Has: r.Database, Want: database}
	}
	return r, nil
}

// admitted refuses a server that is not the one which archives the timeline to the same
// place: it is a copy, and its log would get between the pieces of the other's.
func (t *taker) admitted(ctx context.Context) error {
	if t.d.Server == "" {
		return nil
	}
	name := TimelineName(t.d.Timeline)
	var c Claim
	err := object.GetJSON(ctx, t.store, name, &c)
	switch {
	case errors.Is(err, object.ErrNotFound):
		return nil
	case err != nil:
		return err
	case c.Server != t.d.Server:
		return &OtherHistoryError{Store: t.store.String(), Object: name, Reason: fmt.Sprintf(
			"another server (%s on %q) archives timeline %d there", c.Server, c.Host, c.Timeline)}
	}
	return nil
}

// ReadRepository says whose a repository is. It fails with object.ErrNotFound where there
// is none.
func ReadRepository(ctx context.Context, s object.Store) (Repository, error) {
	var r Repository
	if err := object.GetJSON(ctx, s, RepositoryName, &r); err != nil {
		return Repository{}, err
	}
	if r.Format > RepositoryFormat {
		return Repository{}, &object.NewerFormatError{Store: s.String(), Name: RepositoryName, Format: uint32(r.Format), Known: RepositoryFormat}
	}
	return r, nil
}
