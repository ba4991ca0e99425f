package bolt

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"memgraphd/internal/bolt/message"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// fakeEngine understands a few statements:
//
//	RETURN 1       one row with the integer 1
//	ROWS n         n rows of one integer
//	MANY n         the same, which Answer answers too
//	ECHO           one row with the parameters
//	GRAPH          a node, a relationship and a path
//	TYPES          one row of every kind of vector and value
//	WRITE          no rows, counters, a notification
//	CALL           a routing table of the server that the parameters name
//	EXPLAIN        no rows and a plan
//	PROFILE        no rows and a profile
//	WAIT           RUN does not return before it is interrupted
//	SLEEP n        no rows, after n milliseconds
//	STREAM         rows without end
//	HANG           one row, after which PULL does not return before it is interrupted
//	FAIL code      fails in RUN
//	BREAK          fails in PULL after one row
//	DEEP           a value nested too deep
//	COMMIT         writes and waits until a word is sent to gate; FAIL fails it
//	PANIC          a bug
type fakeEngine struct {
	open    atomic.Int64 // sessions
	waiting atomic.Int64 // calls that wait
	ended   atomic.Int64 // calls that waited and were ended
	atOnce  atomic.Int64 // calls of Answer that found what they answer
	last    atomic.Pointer[TxOptions]
	gate    chan string
}

func (e *fakeEngine) NewSession(SessionOptions) Session {
	e.open.Add(1)
	return &fakeSession{engine: e}
}

type fakeSession struct {
	engine *fakeEngine
	inTx   bool
	commit int
	reply  batch.Reply // of Answer
	lost   bool        // the commit of Answer has failed

	mu        sync.Mutex
	asked     bool
	interrupt chan struct{} // closed by Interrupt, nil while nobody waits
}

func fakeError(code, detail string) error {
	return failure.New(failure.ClientError, failure.Runtime, detail, "as asked").WithCode(code)
}

func (s *fakeSession) keep(o TxOptions) {
	o.Bookmarks = append([]string(nil), o.Bookmarks...)
	s.engine.last.Store(&o)
}

func (s *fakeSession) Begin(_ context.Context, o TxOptions) error {
	if err := s.usable(); err != nil {
		return err
	}
	s.keep(o)
	s.inTx = true
	return nil
}

func (s *fakeSession) usable() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked {
		return fakeError("Neo.ClientError.Transaction.Terminated", "Terminated")
	}
	return nil
}

func (s *fakeSession) Run(ctx context.Context, text string, params value.Value, o TxOptions) (Result, error) {
	if err := s.usable(); err != nil && !s.lost {
		return nil, err
	}
	if text == "RETURN 1" {
		r := oneRow
		return &r, nil
	}
	if !s.inTx {
		s.keep(o)
	}
	word, rest, _ := strings.Cut(text, " ")
	switch word {
	case "FAIL":
		return nil, fakeError(rest, "Asked")
	case "PANIC":
		panic("as asked")
	case "WAIT":
		return nil, s.wait(ctx)
	case "COMMIT":
		if s.lost || s.gated(func() {}) == "FAIL" {
			s.lost = false
			return nil, fakeError("Neo.TransientError.Database.Lost", "Asked")
		}
	}
	r := &fakeResult{session: s, text: word}
	return r, r.prepare(word, rest, params)
}

// gated waits for a word, after it has called wait.
func (s *fakeSession) gated(wait func()) string {
	wait()
	if s.engine.gate == nil {
		return ""
	}
	s.engine.waiting.Add(1)
	word := <-s.engine.gate
	s.engine.ended.Add(1)
	return word
}

// Answer answers RETURN 1, MANY, COMMIT and DEEP, the latter in vain.
func (s *fakeSession) Answer(text string, _ value.Value, give func(*batch.Reply) error, wait func()) (time.Duration, bool) {
	if s.usable() != nil || s.lost {
		return 0, false
	}
	if text == "COMMIT" && wait != nil {
		s.engine.atOnce.Add(1)
		if s.lost = s.gated(wait) == "FAIL"; s.lost {
			return 0, false
		}
		s.reply = batch.Reply{Plan: &noRows, Type: "w", Rows: &batch.Batch{}, Bookmark: "mark:7"}
		return 0, give(&s.reply) == nil
	}
	if rest, ok := strings.CutPrefix(text, "MANY "); ok {
		s.engine.atOnce.Add(1)
		r := &fakeResult{session: s}
		if r.prepare("MANY", rest, value.Null) != nil {
			return 0, false
		}
		s.reply = batch.Reply{Plan: &manyRows, Columns: r.columns, Type: "r", Rows: r.rows, Entities: r.entities}
		return 0, give(&s.reply) == nil
	}
	if text != "RETURN 1" && text != "DEEP" {
		return 0, false
	}
	s.engine.atOnce.Add(1)
	s.reply = batch.Reply{Plan: &oneRow, Columns: oneRow.columns, Type: "r", Rows: oneRow.rows}
	if text == "DEEP" {
		s.reply.Plan, s.reply.Rows = &fakeResult{}, single(deep())
	}
	return 0, give(&s.reply) == nil
}

func (s *fakeSession) wait(ctx context.Context) error {
	s.mu.Lock()
	if s.interrupt == nil {
		s.interrupt = make(chan struct{})
	}
	if s.asked {
		close(s.interrupt)
	}
	ended := s.interrupt
	s.mu.Unlock()
	s.engine.waiting.Add(1)
	select {
	case <-ended:
	case <-ctx.Done():
	}
	s.engine.ended.Add(1)
	return fakeError("Neo.ClientError.Transaction.Terminated", "Terminated")
}

func (s *fakeSession) Commit(context.Context) (string, error) {
	if err := s.usable(); err != nil {
		return "", err
	}
	if !s.inTx {
		return "", errors.New("no transaction")
	}
	s.inTx = false
	s.commit++
	return fmt.Sprintf("mark:%d", s.commit), nil
}

func (s *fakeSession) Rollback() error {
	s.inTx = false
	return nil
}

func (s *fakeSession) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inTx, s.asked, s.interrupt = false, false, nil
}

func (s *fakeSession) Interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.asked && s.interrupt != nil {
		close(s.interrupt)
	}
	s.asked = true
}

func (s *fakeSession) Close() { s.engine.open.Add(-1) }

// oneRow is the result of RETURN 1; what it points to is shared and never changes.
var oneRow = fakeResult{
	columns: []string{"1"}, summary: message.Summary{Type: "r", Database: "memgraph"},
	rows: &batch.Batch{Len: 1, Columns: []batch.Vector{{Kind: batch.Ints, Ints: []int64{1}}}},
}

// noRows stands for the plan of COMMIT, manyRows for that of MANY.
var noRows, manyRows fakeResult

type fakeResult struct {
	session  *fakeSession
	text     string
	columns  []string
	rows     *batch.Batch
	at       int
	entities batch.Entities
	summary  message.Summary
}

func (r *fakeResult) prepare(word, rest string, params value.Value) error {
	r.entities = fakeEntities{}
	r.summary = message.Summary{Type: "r", Database: "memgraph"}
	if !r.session.inTx {
		r.summary.Bookmark = "mark:auto"
	}
	r.columns = []string{"x"}
	switch word {
	case "ROWS", "MANY":
		var n int
		if _, err := fmt.Sscan(rest, &n); err != nil {
			return err
		}
		r.rows = integers(n)
		if word == "MANY" {
			r.summary.Bookmark = ""
		}
	case "SLEEP":
		d, err := time.ParseDuration(rest + "ms")
		if err != nil {
			return err
		}
		time.Sleep(d)
		r.rows = integers(0)
	case "STREAM", "BREAK", "HANG":
		r.rows = integers(1000)
	case "ECHO":
		r.rows = single(params)
	case "DEEP":
		r.rows = single(deep())
	case "GRAPH":
		r.columns = []string{"n", "r", "p"}
		r.rows = graphRow()
	case "TYPES":
		r.columns = []string{"ints", "floats", "bools", "strings", "nodes", "edges", "values"}
		r.rows = typeRows()
	case "WRITE":
		r.columns, r.rows = nil, &batch.Batch{}
		r.summary = writeSummary()
	case "COMMIT":
		r.columns, r.rows = nil, &batch.Batch{}
		r.summary = message.Summary{Type: "w", Database: "memgraph", Bookmark: "mark:7"}
	case "CALL":
		r.columns, r.rows = []string{"ttl", "servers"}, routes(params)
	case "EXPLAIN", "PROFILE":
		r.columns, r.rows = nil, &batch.Batch{}
		r.summary.Plan = planOf(word)
	default:
		return failure.Syntax("UnexpectedSyntax", "the fake does not know %q", word)
	}
	return nil
}

func (r *fakeResult) Columns() []string             { return r.columns }
func (r *fakeResult) Summary(into *message.Summary) { *into = r.summary }
func (r *fakeResult) Close()                        {}

// First and Release are there for the interface.
func (r *fakeResult) First() time.Duration { return 0 }
func (r *fakeResult) Release()             {}

func (r *fakeResult) Pull(ctx context.Context, n int64, sink func(*batch.Batch, batch.Entities) error) (bool, error) {
	if r.session == nil {
		return false, sink(r.rows, nil)
	}
	for r.text == "STREAM" && n != 0 {
		if err := errors.Join(ctx.Err(), r.session.usable()); err != nil {
			return false, err
		}
		if err := sink(r.rows, r.entities); err != nil {
			return false, err
		}
	}
	left := r.rows.Len - r.at
	take := left
	if n >= 0 && n < int64(left) {
		take = int(n)
	}
	part := &batch.Batch{Len: r.rows.Len, Columns: r.rows.Columns, Sel: []uint16{}}
	for i := range take {
		part.Sel = append(part.Sel, uint16(r.at+i))
	}
	if r.text == "BREAK" || r.text == "HANG" {
		part.Sel = part.Sel[:1]
	}
	if err := sink(part, r.entities); err != nil {
		return false, err
	}
	if r.text == "HANG" {
		return false, r.session.wait(ctx)
	}
	if r.text == "BREAK" {
		return false, fakeError("Neo.ClientError.Statement.ArithmeticError", "DivisionByZero")
	}
	r.at += take
	return r.at < r.rows.Len, nil
}

func (r *fakeResult) Discard(ctx context.Context, n int64) (bool, error) {
	return r.Pull(ctx, n, func(*batch.Batch, batch.Entities) error { return nil })
}

func integers(n int) *batch.Batch {
	v := batch.Vector{Kind: batch.Ints}
	for i := range n {
		v.Ints = append(v.Ints, int64(i))
	}
	return &batch.Batch{Len: n, Columns: []batch.Vector{v}}
}

// deep is nested too deep to be sent.
func deep() value.Value {
	v := value.Null
	for range 2000 {
		v = value.List([]value.Value{v})
	}
	return v
}

func single(v value.Value) *batch.Batch {
	return &batch.Batch{Len: 1, Columns: []batch.Vector{{Values: []value.Value{v}}}}
}

// graphRow is (0)-[7]->(1)<-[8]-(0): a relationship followed against its direction, and
// a node that comes twice.
func graphRow() *batch.Batch {
	path := value.Path(&value.PathValue{
		Nodes: []graph.NodeID{0, 1, 0}, Edges: []graph.Edge{{ID: 7, Dst: 1}, {ID: 8, Dst: 1}},
	})
	return &batch.Batch{Len: 1, Columns: []batch.Vector{
		{Kind: batch.Nodes, Nodes: []graph.NodeID{300}},
		{Kind: batch.Edges, Edges: []graph.Edge{{ID: 7, Dst: 1}}},
		{Values: []value.Value{path}},
	}}
}

func typeRows() *batch.Batch {
	b := &batch.Batch{Len: 2, Columns: []batch.Vector{
		{Kind: batch.Ints, Ints: []int64{-17, 0}},
		{Kind: batch.Floats, Floats: []float64{1.5, 0}},
		{Kind: batch.Bools, Bools: []bool{true, false}},
		{Kind: batch.Strings, Strings: []string{"straße", ""}},
		{Kind: batch.Nodes, Nodes: []graph.NodeID{1, graph.NoNode}},
		{Kind: batch.Edges, Edges: []graph.Edge{{ID: 7, Dst: 1}, {ID: graph.NoEdge}}},
		{Values: []value.Value{
			value.Map([]value.Entry{
				{Key: "list", Value: value.List([]value.Value{value.Int(1), value.Null, value.Node(2)})},
				{Key: "bytes", Value: value.Bytes([]byte{1, 2})},
			}),
			value.Null,
		}},
	}}
	for i := range 4 {
		b.Columns[i].Nulls.Add(1)
	}
	return b
}

func routes(params value.Value) *batch.Batch {
	table, _ := params.Field("context")
	address, _ := table.Field("address")
	var servers []value.Value
	for _, role := range []string{"WRITE", "READ", "ROUTE"} {
		servers = append(servers, value.Map([]value.Entry{
			{Key: "addresses", Value: value.List([]value.Value{address})}, {Key: "role", Value: value.String(role)},
		}))
	}
	return &batch.Batch{Len: 1, Columns: []batch.Vector{
		{Kind: batch.Ints, Ints: []int64{300}}, {Values: []value.Value{value.List(servers)}},
	}}
}

func writeSummary() message.Summary {
	return message.Summary{
		Type: "w", Database: "memgraph", Bookmark: "mark:auto",
		Stats: message.Stats{NodesCreated: 1, PropertiesSet: 2, LabelsAdded: 3},
		Notifications: []message.Notification{
			{
				Code: "Neo.ClientNotification.Statement.CartesianProduct", Title: "a title", Description: "a description",
				Severity: "INFORMATION", Category: "PERFORMANCE", Position: &message.Position{Offset: 4, Line: 1, Column: 5},
			},
			{Code: "c", Title: "t", Description: "d", Severity: "WARNING", Category: "DEPRECATION"},
		},
	}
}

func planOf(word string) *message.Plan {
	p := &message.Plan{
		Operator: "ProduceResults", Identifiers: []string{"n"},
		Arguments: []value.Entry{{Key: "EstimatedRows", Value: value.Float(1)}},
		Children:  []*message.Plan{{Operator: "AllNodesScan", Identifiers: []string{"n"}}},
	}
	if word == "PROFILE" {
		p.Profile = &message.Profile{DBHits: 5, Rows: 4, Time: 3}
		p.Children[0].Profile = &message.Profile{}
	}
	return p
}

type fakeEntities struct{}

func (fakeEntities) NodeLabels(dst []string, n graph.NodeID) []string {
	if n == 1 {
		return dst
	}
	return append(dst, "A", "B")
}

func (fakeEntities) NodeProperties(dst []batch.Property, n graph.NodeID) []batch.Property {
	return append(dst, batch.Property{Key: "k", Value: value.Int(int64(n) * 10)})
}
func (fakeEntities) NodeElementID(n graph.NodeID) string { return graph.ElementID(uint32(n), 0) }
func (fakeEntities) EdgeSource(graph.Edge) graph.NodeID  { return 0 }
func (fakeEntities) EdgeType(graph.Edge) string          { return "T" }
func (fakeEntities) Enum(value.Value) value.Value        { return value.Null }
func (fakeEntities) EdgeElementID(e graph.Edge) string   { return graph.ElementID(uint32(e.ID), 2) }
func (fakeEntities) EdgeProperties(dst []batch.Property, _ graph.Edge) []batch.Property {
	return append(dst, batch.Property{Key: "w", Value: value.Float(0.5)})
}
