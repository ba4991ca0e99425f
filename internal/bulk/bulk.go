package bulk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Result is what a statement did.
type Result struct {
	Row           []any // the only row of its result
	Nodes         int64 // created
	Relationships int64 // created
}

// Server is one connection. Each statement commits by itself.
type Server interface {
	// Run runs a statement to its end.
	Run(ctx context.Context, text string, params map[string]any) (Result, error)
	// Refused reports whether err is an answer of the server, so that nothing of what failed was done.
	Refused(err error) bool
	// Transient reports whether it is one after which the same may work when it is tried again.
	Transient(err error) bool
}

// Input is files that share a header, which is in the first line of the first one.
type Input struct {
	Labels []string // of all nodes, beside those of a column :LABEL
	Type   string   // of the relationships whose column :TYPE is missing or empty
	Files  []string
}

// CSV says what the text of files means.
type CSV struct {
	Delimiter      string // between fields; "," by default
	ArrayDelimiter string // between the items of a list; ";" by default
	Quote          string // around fields; a double quote by default
	SkipHeaders    bool   // files after the first one of an input begin with a header of their own
	IgnoreExtra    bool   // fields behind those of the header are no mistake
	IgnoreEmpty    bool   // empty fields in quotes are no values either
	Trim           bool   // spaces around texts do not belong to them
}

// Options say what is imported, and how.
type Options struct {
	Nodes         []Input
	Relationships []Input
	JSON          []string // files
	JSONLabels    []string // of the nodes that objects of other forms become
	CSV           CSV

	Open func(name string) (io.ReadCloser, error)
	Peek func(name string) (io.ReadCloser, error) // opens a file for its header alone; nil: as Open
	// Servers are the connections that batches are sent over; none: rows are only checked.
	Servers   []Server
	BatchRows int // that share a transaction; default 5,000
	// Bad is told each bad row that is passed over; nil: there is none. Calls come one at a time.
	Bad func(BadRow) error
	// BadMax is how many bad rows are passed over; -1 for all.
	BadMax int64
	// SkipDuplicates passes over nodes whose id an earlier one has, and does not count them as bad.
	SkipDuplicates bool
	// Progress is told after each batch; nil for nobody.
	Progress func(Report)
	// Sleep waits before a batch is tried again.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Report is what was imported.
type Report struct {
	Nodes         int64 `json:"nodes"`
	Relationships int64 `json:"relationships"`
	BadRows       int64 `json:"bad_rows"`
	Duplicates    int64 `json:"duplicates"` // nodes that were passed over as such
}

// BadRow is a row that was passed over.
type BadRow struct {
	File   string
	Line   int // on which it begins; of JSON the number of the object
	Reason string
	Fields []string
}

// RowError ends an import that tolerates no more bad rows.
type RowError struct {
	Row BadRow
	Max int64 // how many were passed over before it
}

// Error names the row and says what is wrong with it.
func (e *RowError) Error() string {
	more := ""
	if e.Max > 0 {
		more = fmt.Sprintf(" (%d bad rows were passed over before this one)", e.Max)
	}
	return fmt.Sprintf("%s, line %d: %s%s", e.Row.File, e.Row.Line, e.Row.Reason, more)
}

// ErrUnsure reports a batch whose answer did not come.
var ErrUnsure = errors.New("it is not known whether the server has committed the last batches")

// errShort reports a batch that made less than it says.
var errShort = errors.New("the server made fewer relationships than there are rows: nodes were deleted during the import")

// Defaults and bounds.
const (
	defaultBatchRows = 5000
	batchBytesMax    = 2 << 20 // of the fields of a batch, about
	groupsMax        = 64      // batches that are gathered at a time
)

// loader is an import that is going on.
type loader struct {
	o        Options
	ids      *ids
	groups   map[string]*group // by the statement
	gathered []*group          // the same, in the order in which they came
	batches  chan *batch
	sending  sync.WaitGroup // batches that are on their way

	mu     sync.Mutex // guards what follows, and ids.nodes while batches are on their way
	report Report
	failed error
	cancel context.CancelFunc
}

// Run imports files. The report is right after an error too, but for batches that it is not known about (ErrUnsure).
func Run(ctx context.Context, o Options) (Report, error) {
	if o.BatchRows <= 0 {
		o.BatchRows = defaultBatchRows
	}
	o.CSV = o.CSV.withDefaults()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := &loader{o: o, ids: newIDs(), groups: make(map[string]*group), cancel: cancel, batches: make(chan *batch, 2)}
	var workers sync.WaitGroup
	for _, s := range o.Servers {
		workers.Go(func() {
			for b := range l.batches {
				l.fail(l.send(ctx, s, b))
				l.sending.Done()
			}
		})
	}
	err := l.read(ctx)
	close(l.batches)
	workers.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed != nil {
		err = l.failed
	}
	return l.report, err
}

func (c CSV) withDefaults() CSV {
	if c.Delimiter == "" {
		c.Delimiter = ","
	}
	if c.ArrayDelimiter == "" {
		c.ArrayDelimiter = ";"
	}
	if c.Quote == "" {
		c.Quote = `"`
	}
	return c
}

// read reads all files: first the nodes, then, when these are in the database, the relationships.
func (l *loader) read(ctx context.Context) error {
	if err := l.checkHeaders(ctx); err != nil {
		return err
	}
	for _, in := range l.o.Nodes {
		if err := l.csvNodes(ctx, in); err != nil {
			return err
		}
	}
	for _, name := range l.o.JSON {
		if err := l.jsonFile(ctx, name, l.jsonNode); err != nil {
			return err
		}
	}
	if err := l.settle(ctx); err != nil {
		return err
	}
	for _, in := range l.o.Relationships {
		if err := l.csvRelationships(ctx, in); err != nil {
			return err
		}
	}
	for _, name := range l.o.JSON {
		if err := l.jsonFile(ctx, name, l.jsonRelationship); err != nil {
			return err
		}
	}
	return l.settle(ctx)
}

// settle sends what is gathered and waits until all is answered.
func (l *loader) settle(ctx context.Context) error {
	if err := l.flushAll(ctx); err != nil {
		return err
	}
	l.sending.Wait()
	return l.failure()
}

// fail ends the import with its first error.
func (l *loader) fail(err error) {
	if err == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed == nil {
		l.failed = err
	}
	l.cancel()
}

func (l *loader) failure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed
}

// bad passes over a row, or fails where no more are tolerated.
func (l *loader) bad(row BadRow) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.o.Bad == nil || l.o.BadMax >= 0 && l.report.BadRows >= l.o.BadMax {
		return &RowError{Row: row, Max: l.report.BadRows}
	}
	l.report.BadRows++
	return l.o.Bad(row)
}
