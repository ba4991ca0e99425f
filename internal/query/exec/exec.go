// Package exec runs plans: each operator of package plan becomes one here that pulls
// batches of rows from its inputs and reads or writes the graph through a transaction.
//
// A batch belongs to the operator that returned it until that operator is asked for the
// next one. Operators that add columns or drop rows do so in the batch of their input;
// operators that make rows fill a batch of their own and copy the columns that the plan
// says are needed above. What an operator keeps is copied, and its bytes are taken from
// the budget of the query.
package exec

import (
	"io"
	"sync"
	"sync/atomic"
	"time"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/declared"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/procedure"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// Files opens the files that LOAD CSV reads.
type Files interface {
	Open(name string) (io.ReadCloser, error)
}

// Options configure Prepare.
type Options struct {
	Store *storage.Store
	// BatchSize is the number of rows that operators aim at; 0 means batch.Size. It may not
	// be larger than that.
	BatchSize int
	// BitsNodes is how many nodes a graph may have for searches and conditions to keep nodes
	// as bits; 0 means 4,194,304, less than 0 never.
	BitsNodes int
	// LabelsAsked is of how many nodes, and of one in 32 at least, the labels are asked for one
	// by one before the nodes with the labels are kept as bits; 0 means 1,024.
	LabelsAsked int
	// Workers let aggregates use further processors; nil: every statement runs on one.
	Workers *Workers
	// Procedures are what CALL can run; nil: nothing.
	Procedures *procedure.Registry
	// Catalogue has the enums and descriptions; nil: there are none.
	Catalogue *declared.Catalogue
}

// Batches runs parts of a statement in transactions of their own, one after the other.
type Batches interface {
	// Begin begins the transaction of a batch and returns it with its name.
	Begin() (tx *storage.Tx, id string, err error)
	// Commit makes what the batch wrote durable; after an error it is undone.
	Commit() error
	// Rollback undoes it.
	Rollback()
	// Renew begins the transaction that the statement goes on with, whose view has the
	// batches that were committed.
	Renew(former Former) (*storage.Tx, error)
}

// Former says what becomes of the transaction that a statement had before Renew.
type Former uint8

// What becomes of a former transaction.
const (
	KeepFormer Former = iota // values that were read in it are in use
	DropFormer
)

// Run is what one execution of a Program works with.
type Run struct {
	Tx       *storage.Tx
	Params   value.Value   // a map or null
	Literals []value.Value // of a text whose literals were stripped
	Budget   *memory.Budget
	Files    Files
	Server   procedure.Server // what procedures ask; nil: nothing
	Batches  Batches          // nil: CALL { … } IN TRANSACTIONS fails
	Now      func() time.Time // nil: the zero time
	At       time.Time        // the present; zero: what Now returns
	Began    time.Time        // when the transaction began; zero: with this statement
	Seed     uint64           // of rand() and its like
	User     string
	Roles    func() []string // of User; nil: none
	Profile  bool
	Zone     *temporal.Zone // of the clocks; nil: UTC
	// HopsStrict makes a query fail that would follow more relationships than its limit.
	HopsStrict bool
}

// Program is a plan made ready to run, any number of times and at the same time.
type Program struct {
	plan *plan.Plan
	o    Options
	root factory
	subs []*subProgram
	idle sync.Pool // *instance, without profile
	// ran tells that p has run before: most programs run once, and what such a one leaves in
	// idle would live for two more cycles of the garbage collector.
	ran atomic.Bool
}

// Prepare makes a program of p.
func Prepare(p *plan.Plan, o Options) (*Program, error) {
	if o.BatchSize <= 0 || o.BatchSize > batch.Size {
		o.BatchSize = batch.Size
	}
	if o.BitsNodes == 0 {
		o.BitsNodes = bitsNodes
	}
	if o.LabelsAsked == 0 {
		o.LabelsAsked = labelSetLeast
	}
	g := &Program{plan: p, o: o}
	c := &compiler{program: g, plan: p}
	root, err := c.op(p.Root)
	if err != nil {
		return nil, err
	}
	g.root = root
	return g, nil
}

// Tree describes the plan.
func (p *Program) Tree() *plan.Tree { return plan.Describe(p.plan, nil) }

// Plan returns the plan itself.
func (p *Program) Plan() *plan.Plan { return p.plan }
