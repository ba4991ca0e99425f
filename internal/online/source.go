package online

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/internal/client"
	"memgraphd/internal/durability/backup"
)

const (
	// readBytes is what a Source asks for at once: much, so that the way to the server and
	// back does not count, and little enough for two of them in memory.
	readBytes = 4 << 20
	// Pauses before a call is tried again over a new connection.
	retryFirst = 100 * time.Millisecond
	retryMax   = 5 * time.Second
	// endMax bounds how long the end of a session may take.
	endMax = 10 * time.Second
)

// Source reads the files of a running server. Its methods may be called concurrently. A
// call whose connection broke is made again over a new one for as long as the session
// lives.
type Source struct {
	session string
	lease   time.Duration

	mu sync.Mutex // one call at a time
	c  *client.Client

	stop    context.CancelFunc // of the renewals
	renewed sync.WaitGroup
}

var (
	_ backup.Source = (*Source)(nil)
	_ backup.Keeper = (*Source)(nil)
)

// Connect begins a session of a server. holder is who reads, for those who look at what the
// server keeps.
func Connect(ctx context.Context, o client.Options, holder string) (*Source, error) {
	c, err := client.Connect(ctx, o)
	if err != nil {
		return nil, err
	}
	s := &Source{c: c}
	begun, err := s.once(ctx, "CALL mg.backup.begin($holder) YIELD session, lease_ms", map[string]any{"holder": holder})
	if err != nil {
		return nil, errors.Join(explain(err), c.Close(ctx))
	}
	id, ok := cell[string](begun, 0)
	lease, ok2 := cell[int64](begun, 1)
	if !ok || !ok2 || lease <= 0 {
		return nil, errors.Join(errAnswer("mg.backup.begin"), c.Close(ctx))
	}
	s.session, s.lease = id, time.Duration(lease)*time.Millisecond
	renewing, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	s.renewed.Go(func() { s.renew(renewing) })
	return s, nil
}

// Describe says what the server has.
func (s *Source) Describe(ctx context.Context) (backup.Description, error) {
	var d backup.Description
	rows, err := s.again(ctx, "CALL mg.backup.describe($session) YIELD description", nil)
	if err != nil {
		return d, err
	}
	described, ok := cell[string](rows, 0)
	if !ok {
		return d, errAnswer("mg.backup.describe")
	}
	if err := json.Unmarshal([]byte(described), &d); err != nil {
		return d, fmt.Errorf("%w: %w", errAnswer("mg.backup.describe"), err)
	}
	return d, nil
}

// Keep says that of the log only what begins with a commit is still needed.
func (s *Source) Keep(ctx context.Context, from uint64) error {
	_, err := s.again(ctx, "CALL mg.backup.keep($session, $commit) YIELD lease_ms", map[string]any{"commit": int64(min(from, math.MaxInt64))})
	return err
}

// Completed tells the server that a backup is there. One of an earlier version does not want to
// know.
func (s *Source) Completed(ctx context.Context, last uint64) error {
	_, err := s.again(ctx, "CALL mg.backup.completed($session, $commit) YIELD noted", map[string]any{"commit": int64(min(last, math.MaxInt64))})
	if errors.Is(err, errNoProcedure) {
		return nil
	}
	return err
}

// Open reads a file of the description from an offset on. While the reader's user has one
// part, the next is on its way.
func (s *Source) Open(ctx context.Context, file backup.SourceFile, offset int64) (io.ReadCloser, error) {
	if err := file.Check(); err != nil {
		return nil, err
	}
	named, err := json.Marshal(file)
	if err != nil {
		return nil, fmt.Errorf("naming the file: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	r := &remote{s: s, file: string(named), offset: offset, ctx: ctx, cancel: cancel, parts: make(chan part)}
	r.fetching.Go(r.fetch)
	return r, nil
}

// Close ends the session and the connection.
func (s *Source) Close() error {
	s.stop()
	s.renewed.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), endMax)
	defer cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	// A session that cannot be ended now ends by itself.
	_, _ = s.once(ctx, "CALL mg.backup.end($session) YIELD ended", map[string]any{"session": s.session})
	return s.c.Close(ctx)
}

// renew keeps the session alive while what was read is being written.
func (s *Source) renew(ctx context.Context) {
	tick := time.NewTicker(s.lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		// A session that is lost fails the next call, which says so.
		_, _ = s.again(ctx, "CALL mg.backup.keep($session, null) YIELD lease_ms", nil)
	}
}

// again makes a call, and again while connections break and the session can still live.
func (s *Source) again(ctx context.Context, call string, parameters map[string]any) ([][]any, error) {
	if parameters == nil {
		parameters = make(map[string]any)
	}
	parameters["session"] = s.session
	s.mu.Lock()
	defer s.mu.Unlock()
	pause, waited := retryFirst, time.Duration(0)
	for {
		rows, err := s.once(ctx, call, parameters)
		if refused := new(neo4j.Neo4jError); err == nil || errors.As(err, &refused) || waited >= s.lease || ctx.Err() != nil {
			return rows, explain(err)
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, context.Cause(ctx)
		}
		waited += pause
		pause = min(2*pause, retryMax)
	}
}

// once makes a call.
func (s *Source) once(ctx context.Context, call string, parameters map[string]any) ([][]any, error) {
	rows, err := s.c.Run(ctx, call, parameters)
	if err != nil {
		return nil, err
	}
	var all [][]any
	for {
		row, err := rows.Next(ctx)
		if err != nil {
			return nil, err
		}
		if row == nil {
			return all, nil
		}
		all = append(all, row)
	}
}

// errNoProcedure reports a server without one of the procedures of the package comment.
var errNoProcedure = errors.New("the server is none that can be backed up like this")

// explain turns an error of the server into what the user of a command has to know.
func explain(err error) error {
	refused := new(neo4j.Neo4jError)
	if !errors.As(err, &refused) {
		return err
	}
	if refused.Code == "Neo.ClientError.Procedure.ProcedureNotFound" {
		return fmt.Errorf("%w: %s", errNoProcedure, refused.Msg)
	}
	return fmt.Errorf("the server says: %s", refused.Msg)
}

// cell returns a cell of the first row.
func cell[T any](rows [][]any, at int) (T, bool) {
	var none T
	if len(rows) == 0 || at >= len(rows[0]) {
		return none, false
	}
	v, ok := rows[0][at].(T)
	return v, ok
}

func errAnswer(procedure string) error {
	return fmt.Errorf("the server's answer to %s is not understood: it is probably newer than this program", procedure)
}
