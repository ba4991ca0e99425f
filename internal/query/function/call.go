package function

import (
	"errors"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"memgraphd/internal/query/declared"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// ListMax is the largest number of elements that a list may have.
const ListMax = 1 << 28

// DepthMax is how deep lists and maps made by an expression may be nested.
const DepthMax = 500

// reserveMin is the size in bytes from which a value made by an expression is accounted for.
const reserveMin = 4 << 10

// interruptEvery is the number of elements between two looks at Interrupted.
const interruptEvery = 1 << 14

// Call is what the functions of one running statement share. It is used by one goroutine
// at a time.
type Call struct {
	Graph       Graph
	Budget      *memory.Budget   // nil: unlimited
	Now         time.Time        // when the statement began
	Began       time.Time        // when its transaction began
	Clock       func() time.Time // the time now; nil: that of Now
	Zone        *temporal.Zone   // as which the clocks are seen where a function names none; nil: UTC
	Rand        *rand.Rand       // nil makes rand, randomUUID and uniformSample fail
	Interrupted func() error     // asked within long work; nil: never
	// Hops counts the relationships that were followed, where that is limited; nil: null.
	Hops func() value.Value
	User string // who runs the statement, empty for nobody
	// Roles returns the roles of User; nil: none.
	Roles func() []string
	// VirtualIDs counts the virtual nodes and relationships that the statement made, over all
	// that run it; nil: this is the only one.
	VirtualIDs *atomic.Int64
	// Catalogue has the enums and descriptions; nil: there are none.
	Catalogue *declared.Catalogue

	counters   map[string]int64
	virtualIDs int64
	transient  int64
	base       int64 // of transient, what Recycle leaves alone
	node       [1]graph.NodeID
	edge       [1]graph.Edge
	out        [1]value.Value
	typeIDs    []graph.TypeID
	nodeIDs    []graph.NodeID
	integers   []int64
}

// types, ids and ints return scratch columns, which hold until the next call.
func (c *Call) types(n int) []graph.TypeID {
	c.typeIDs = slices.Grow(c.typeIDs[:0], n)[:n]
	return c.typeIDs
}

func (c *Call) ids(n int) []graph.NodeID {
	c.nodeIDs = slices.Grow(c.nodeIDs[:0], n)[:n]
	return c.nodeIDs
}

func (c *Call) ints(n int) []int64 {
	c.integers = slices.Grow(c.integers[:0], n)[:n]
	return c.integers
}

// Reserve accounts for n bytes that a value is about to take. What is reserved is given
// back by Recycle.
func (c *Call) Reserve(n int64) error {
	if n < reserveMin || c.Budget == nil {
		return nil
	}
	if err := c.Budget.Reserve(n); err != nil {
		return LimitReached(err)
	}
	c.transient += n
	return nil
}

// ReserveElements is Reserve for a list of n elements, which it also bounds.
func (c *Call) ReserveElements(n int) error {
	if n > ListMax {
		return failure.New(failure.ResourceError, failure.Runtime, "ListTooLong",
			"a list of %d elements was asked for, at most %d are possible", n, ListMax)
	}
	return c.Reserve(int64(n) * valueSize)
}

// Reserved returns the bytes reserved since the last Recycle.
func (c *Call) Reserved() int64 { return c.transient }

// Unreserve gives back n of the bytes that Reserved counts.
func (c *Call) Unreserve(n int64) {
	c.Budget.Release(n)
	c.transient -= n
}

// Recycle gives back what was reserved for values of earlier batches. The operator that
// drives a pipeline calls it between batches; whoever keeps values longer accounts for
// them itself.
func (c *Call) Recycle() {
	if c.transient > c.base {
		c.Budget.Release(c.transient - c.base)
		c.transient = c.base
	}
}

// Hold keeps what is reserved now through every Recycle, for a pipeline that runs while
// the values of another one's batch are in use. Its result is for Unhold.
func (c *Call) Hold() (before int64) {
	before = c.base
	c.base = c.transient
	return before
}

// Unhold ends the effect of the Hold that returned before.
func (c *Call) Unhold(before int64) { c.base = before }

// Finish readies c for another statement: it gives back what is reserved and forgets the
// counters.
func (c *Call) Finish() {
	c.base = 0
	c.Recycle()
	clear(c.counters)
	c.virtualIDs = 0
}

// Check asks whether the statement has been interrupted.
func (c *Call) Check() error {
	if c.Interrupted == nil {
		return nil
	}
	return c.Interrupted()
}

// QueryBudget is the name of the budget of one query, which has a limit of its own.
const QueryBudget = "query"

// LimitReached makes the refusal of a memory budget an error of the statement. Any other
// error is returned as it is.
func LimitReached(err error) error {
	var limit *memory.LimitError
	if !errors.As(err, &limit) {
		return err
	}
	flag := "--memory-limit"
	if limit.Budget == QueryBudget {
		flag = "--query-memory-limit"
	}
	return failure.New(failure.ResourceError, failure.Runtime, "MemoryLimitExceeded", "%s", limit.Error()).
		WithCode("Neo.ClientError.General.TransactionOutOfMemoryError"). // trying again would not help
		WithHint("do it in smaller parts, or raise %s", flag).
		WithCause(err)
}
