package load_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"memgraphd/internal/load"
	"memgraphd/internal/query/failure"
)

// TestReport loads texts of many kinds and looks at what is told of them. With fail=NAME the
// first commit ends with the failure of that name.
func TestReport(t *testing.T) {
	failures := map[string]error{
		"conflict": failure.New(failure.TransactionError, failure.Runtime, "Conflict", "twice").
			WithCode("Neo.TransientError.Transaction.Outdated"),
		"gone": errors.New("gone"),
	}
	datadriven.RunTest(t, "testdata/report", func(t *testing.T, d *datadriven.TestData) string {
		t.Helper()
		s := newServer(t)
		o := options(s, d.Input)
		o.BatchStatements = 5
		d.MaybeScanArgs(t, "batch", &o.BatchStatements)
		d.MaybeScanArgs(t, "from", &o.FromLine)
		var fail string
		if d.MaybeScanArgs(t, "fail", &fail); fail != "" && failures[fail] == nil {
			d.Fatalf(t, "no failure %s", fail)
		}
		s.Fail = func(_ int, text string) (err error) {
			if text == "COMMIT" {
				err, fail = failures[fail], ""
			}
			return err
		}
		return told(load.Run(background, o))
	})
}

// told writes what came of a load.
func told(r load.Report, err error) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d statements in %d transactions, %d nodes, %d relationships", r.Statements, r.Transactions, r.Nodes, r.Relationships)
	if r.NextLine > 0 {
		fmt.Fprintf(&b, "; go on at %d", r.NextLine)
	}
	for _, s := range r.Skipped {
		fmt.Fprintf(&b, "\nline %d: %s: %s", s.Line, s.Statement, s.Reason)
	}
	if err != nil {
		fmt.Fprintf(&b, "\n%s", err)
	}
	return b.String()
}
