package history

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/internal/durability"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/query"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/memory"
	"memgraphd/internal/storage/value"
	"memgraphd/test/table"
)

// inside is a database in this process, on a disk in memory that crashes while clients
// work, with no network and no waiting between: so many more histories fit into an hour
// than with the built server.
type inside struct {
	t     *testing.T
	seed  uint64
	every int // commits between two syncs; only a control has more than one

	mu     sync.RWMutex // clients hold it for a transaction
	disk   *vfs.Mem
	store  *storage.Store
	keeper *durability.Manager
	engine *query.Engine
	kills  int
	tried  atomic.Int64 // transactions
	random *rand.Rand   // of the goroutine that crashes the disk
}

// TestAppendInside records MEMGRAPHD_INSIDE (20) histories of 10 clients with MEMGRAPHD_TXNS
// (60) transactions each against a database in this process. In every second one the disk
// crashes now and then, as by the end of the process or of the power, and some of its
// operations are slow.
func TestAppendInside(t *testing.T) {
	seed := table.Seed(t)
	row := table.Row{Test: "R11", What: "list-append histories, in process, with crashes in half", Seed: seed}
	began := time.Now()
	skews, kills := 0, 0
	for i := range table.Count(t, "MEMGRAPHD_INSIDE", 20) {
		s := newInside(t, seed+uint64(i), 1)
		h := &appenders{s: s, began: time.Now()}
		h.run(10, table.Count(t, "MEMGRAPHD_TXNS", 60), i%2 == 1)
		skews += h.judge(t, &row, fmt.Sprintf("MEMGRAPHD_SEED=%d", s.seed))
		kills += s.kills
		s.stop()
	}
	if kills == 0 {
		t.Error("the disk never crashed")
	}
	row.Took = time.Since(began)
	row.What += fmt.Sprintf(" (%d)", kills)
	table.Add(t, row)
	t.Logf("%d crashes; write skew, which snapshot isolation allows, in %d places", kills, skews)
}

// TestControlInside syncs the log once in a thousand commits: the checker must find what
// the crashes lose, or it finds nothing. Half of the crashes keep all that was written, and a
// snapshot syncs it: a hundred of them are tried.
func TestControlInside(t *testing.T) {
	kills := 0
	for seed := uint64(0); kills < 100; seed++ {
		s := newInside(t, seed, 1000)
		h := &appenders{s: s, began: time.Now()}
		h.run(10, 120, true)
		s.stop()
		kills += s.kills
		if lost := anomalies(h.txns).counts["lost"]; lost > 0 {
			t.Logf("%d crashes until %d commits were missed", kills, lost)
			return
		}
	}
	t.Errorf("%d crashes that lose commits, and none is missed", kills)
}

// insideBytes bounds the store.
const insideBytes = 256 << 20

func newInside(t *testing.T, seed uint64, every int) *inside {
	t.Helper()
	s := &inside{t: t, seed: seed, every: every, disk: vfs.NewMem(seed), random: rand.New(rand.NewPCG(seed, 2))}
	if err := s.start(); err != nil {
		t.Fatalf("MEMGRAPHD_SEED=%d: %v", seed, err)
	}
	s.run("CREATE INDEX ON :List(key)", nil)
	return s
}

func (s *inside) start() (err error) {
	budget := memory.New("history", insideBytes)
	s.store = storage.New(storage.Options{Now: time.Now, Budget: budget})
	s.keeper, err = durability.Open(context.Background(), durability.Options{
		FS: s.disk, Dir: "/data", Store: s.store, WALEnabled: true, SegmentBytes: 16 << 10, RetentionCount: 2,
		RecoveryOnStartup: true, Now: time.Now, FlushEveryN: s.every,
	})
	if err != nil {
		return err
	}
	s.engine, err = query.New(query.Options{Store: s.store, Now: time.Now, Budget: budget})
	return err
}

// stop ends the database; what a crashed disk says is of no interest.
func (s *inside) stop() {
	s.engine.Close()
	_ = s.keeper.Close(context.Background())
	_ = s.store.Close()
}

// crash lets the disk crash within its next operations, and starts again from what it kept.
func (s *inside) crash() {
	s.disk.CrashAt(s.disk.Ops() + 1 + s.random.Uint64N(6))
	for limit := time.Now().Add(100 * time.Millisecond); !s.disk.Crashed() && time.Now().Before(limit); {
		time.Sleep(100 * time.Microsecond)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.disk.Crashed() { // nobody wrote
		s.disk.CrashAt(s.disk.Ops() + 1)
	}
	s.stop()
	models := vfs.CrashModels()
	s.disk = s.disk.CrashClone(models[s.random.IntN(len(models))])
	if err := s.start(); err != nil {
		s.t.Errorf("MEMGRAPHD_SEED=%d: %v", s.seed, err)
		return
	}
	var n atomic.Uint64
	s.disk.Inject(func(op vfs.Op) error { // now and then the disk takes its time
		if op.Kind.Mutates() && n.Add(1)%64 == 0 {
			time.Sleep(300 * time.Microsecond)
		}
		return nil
	})
	s.kills++
}

// clients runs n clients until all have ended, with snapshots meanwhile; with kills, the
// disk crashes now and then. Both come by the number of transactions, not by the clock: a
// quick machine would be through before the first crash.
func (s *inside) clients(n int, kills bool, client func(id int, r *rand.Rand)) {
	var running sync.WaitGroup
	for id := range n {
		running.Go(func() { client(id, rand.New(rand.NewPCG(s.seed, uint64(id)))) })
	}
	done := make(chan struct{})
	go func() {
		running.Wait()
		close(done)
	}()
	for turn := 1; ; turn++ {
		if !s.wait(s.tried.Load()+10+s.random.Int64N(100), done) {
			return
		}
		switch {
		case s.t.Failed():
			<-done
			return
		case kills && turn%2 == 0:
			s.crash()
		default:
			if _, err := s.keeper.CreateSnapshot(context.Background()); err != nil && !s.disk.Crashed() {
				s.t.Errorf("MEMGRAPHD_SEED=%d: %v", s.seed, err)
			}
		}
	}
}

// wait returns once as many transactions were tried, or with false once done is closed.
func (s *inside) wait(tried int64, done <-chan struct{}) bool {
	for s.tried.Load() < tried {
		select {
		case <-done:
			return false
		case <-time.After(100 * time.Microsecond):
		}
	}
	return true
}

// run runs a statement and fails the test where it fails.
func (s *inside) run(text string, params map[string]any) []*neo4j.Record {
	s.t.Helper()
	session := s.engine.NewSession(query.SessionOptions{ID: "history"})
	defer session.Close()
	rows, err := ask(session, text, params)
	if err != nil {
		s.t.Fatalf("MEMGRAPHD_SEED=%d: %s: %v", s.seed, text, err)
	}
	return rows
}

// transact runs fn in a transaction of its own.
func (s *inside) transact(fn func(run func(text string, params map[string]any) ([]*neo4j.Record, error)) error) outcome {
	s.mu.RLock()
	defer s.mu.RUnlock()
	s.tried.Add(1)
	if s.t.Failed() {
		return committed // ends the clients
	}
	session := s.engine.NewSession(query.SessionOptions{ID: "history"})
	defer session.Close()
	ctx := context.Background()
	if err := session.Begin(ctx, query.TxOptions{}); err != nil {
		return aborted
	}
	err := fn(func(text string, params map[string]any) ([]*neo4j.Record, error) { return ask(session, text, params) })
	if err != nil {
		return aborted
	}
	_, err = session.Commit(ctx)
	switch {
	case err == nil:
		return committed
	case s.disk.Crashed():
		return unknown
	}
	return aborted
}

// ask runs a statement to its end.
func ask(session *query.Session, text string, params map[string]any) ([]*neo4j.Record, error) {
	entries := make([]value.Entry, 0, len(params))
	for k, v := range params {
		entries = append(entries, value.Entry{Key: k, Value: toValue(v)})
	}
	ctx := context.Background()
	result, err := session.Run(ctx, text, value.Map(entries), query.TxOptions{})
	if err != nil {
		return nil, err
	}
	defer result.Close()
	var out []*neo4j.Record
	_, err = result.Pull(ctx, -1, func(rows *batch.Batch, _ batch.Entities) error {
		for i := range rows.Rows() {
			record := &neo4j.Record{Keys: result.Columns()}
			for _, column := range rows.Columns {
				record.Values = append(record.Values, toAny(column.Value(rows.Row(i))))
			}
			out = append(out, record)
		}
		return nil
	})
	return out, err
}

// toValue and toAny know what histories are made of: integers and lists of them.
func toValue(v any) value.Value {
	switch v := v.(type) {
	case int:
		return value.Int(int64(v))
	case int64:
		return value.Int(v)
	}
	panic(fmt.Sprintf("a parameter is %T", v))
}

func toAny(v value.Value) any {
	switch v.Kind() { //nolint:exhaustive // see above
	case value.KindInt:
		return v.AsInt()
	case value.KindList:
		elements := v.AsList()
		list := make([]any, len(elements))
		for i, e := range elements {
			list[i] = toAny(e)
		}
		return list
	}
	panic("a result is a " + v.Kind().String())
}
