package load

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"memgraphd/internal/statement"
)

// Counts are what a statement changed.
type Counts struct {
	Nodes         int64 // created
	Relationships int64 // created
}

// Server runs statements. Outside of Begin and Commit a statement commits by itself.
type Server interface {
	Begin(ctx context.Context) error
	// Run runs a statement to its end.
	Run(ctx context.Context, text string, params map[string]any) (Counts, error)
	Commit(ctx context.Context) error
	Rollback(ctx context.Context) error
	// Refused reports whether err is an answer of the server, so that nothing of what failed was done.
	Refused(err error) bool
	// Transient reports whether it is one after which the same may work when it is tried again.
	Transient(err error) bool
}

// Options say what is loaded, and how.
type Options struct {
	In       io.Reader
	Server   Server
	FromLine int // what begins before it is passed over; 0 loads everything
	// BatchStatements is how many statements share a transaction; 0 means 10,000.
	BatchStatements int
	// BatchBytes is about how much text shares a transaction; 0 means 4 MiB.
	BatchBytes int
	// Progress is told after each batch; nil for nobody.
	Progress func(Report)
	// Sleep waits before a batch is tried again.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Skipped is a statement that this server does not have.
type Skipped struct {
	Line      int    `json:"line"`
	Statement string `json:"statement"` // its beginning
	Reason    string `json:"reason"`
}

// skippedMax bounds the list of what was passed over.
const skippedMax = 1000

// Report is what was loaded.
type Report struct {
	Statements    int64     `json:"statements"`
	Transactions  int64     `json:"transactions"`
	Nodes         int64     `json:"nodes"`
	Relationships int64     `json:"relationships"`
	SkippedCount  int64     `json:"skipped_count"`
	Skipped       []Skipped `json:"skipped,omitempty"` // the first 1000
	// NextLine is where to go on after a failure: every statement that begins before it is in
	// the database.
	NextLine int `json:"next_line,omitempty"`
}

// StatementError reports the statement that ended a load.
type StatementError struct {
	Line      int
	Statement string // its beginning
	Err       error
}

// Error says which statement failed, and why.
func (e *StatementError) Error() string {
	return fmt.Sprintf("line %d: %s: %s", e.Line, e.Statement, e.Err)
}

// Unwrap returns the cause.
func (e *StatementError) Unwrap() error { return e.Err }

// excerpt is the beginning of a statement.
func excerpt(text string) string {
	const most = 100
	runes := 0
	for i, r := range text {
		if runes++; runes > most || r == '\n' {
			return text[:i] + "…"
		}
	}
	return text
}

// failed makes err one of a statement.
func failed(st statement.Statement, err error) error {
	return &StatementError{Line: st.Line, Statement: excerpt(st.Text), Err: err}
}

// readAhead is how many batches wait while one runs.
const readAhead = 2

// Run loads a file. The report is right after an error too.
func Run(ctx context.Context, o Options) (Report, error) {
	if o.BatchStatements <= 0 {
		o.BatchStatements = 10_000
	}
	if o.BatchBytes <= 0 {
		o.BatchBytes = 4 << 20
	}
	batches := make(chan *batch, readAhead)
	s := &sender{o: o}
	s.report.NextLine = max(o.FromLine, 1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var reader sync.WaitGroup
	var unread, err error
	reader.Go(func() {
		defer close(batches)
		unread = read(ctx, o, batches)
	})
	for b := range batches {
		if err != nil {
			continue // the reader is about to notice
		}
		if err = s.send(ctx, b); err != nil {
			cancel()
		}
	}
	reader.Wait()
	if err == nil {
		err = unread
	}
	if err == nil {
		s.report.NextLine = 0
	}
	return s.report, err
}

// read cuts the input into batches.
func read(ctx context.Context, o Options, batches chan<- *batch) error {
	g := &gatherer{statements: o.BatchStatements, bytes: o.BatchBytes, names: names{}, emit: func(b *batch) error {
		select {
		case batches <- b:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}}
	err := statement.Each(o.In, func(st statement.Statement) error {
		if st.Line < o.FromLine {
			g.names.told(bare(st.Text))
			return nil
		}
		return g.add(st)
	})
	if err != nil {
		return err
	}
	return g.flush()
}
