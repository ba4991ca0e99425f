package exec_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"memgraphd/internal/query/exec"
	"memgraphd/internal/storage"
)

// TestCommitsThatWereNotLogged tells clients by the code whether to try again.
func TestCommitsThatWereNotLogged(t *testing.T) {
	cause := errors.New("12 MiB free")
	for _, c := range []struct {
		err                error
		detail, code, text string
	}{
		{fmt.Errorf("%w: %w", storage.ErrJournalFull, cause), "DiskFull", "Neo.TransientError.General.DatabaseUnavailable", "nothing was committed: 12 MiB free"},
		{fmt.Errorf("%w: %w", storage.ErrJournalStopped, cause), "LogStopped", "Neo.DatabaseError.Transaction.TransactionLogError", "the server takes no commits any more: 12 MiB free"},
		{cause, "CommitNotDurable", "Neo.TransientError.General.DatabaseUnavailable", "nothing was committed: 12 MiB free"},
	} {
		f := exec.Failure(fmt.Errorf("%w: %w", storage.ErrJournal, c.err))
		if f.Detail != c.detail || f.Code != c.code || f.Message != c.text || f.Hint == "" || !errors.Is(f, cause) {
			t.Errorf("got %+v", f)
		}
		if strings.Contains(f.Code, "Transient") == strings.Contains(f.Hint, "restart") {
			t.Errorf("the hint of %s is %q", f.Code, f.Hint)
		}
	}
}
