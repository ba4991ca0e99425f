// Package loadtest lets a load work on a session of an engine in the same process, for tests of what loads and of what is
// loaded.
package loadtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"memgraphd/internal/load"
	"memgraphd/internal/query"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// Server is the server of a load. Calls may fail when a test says so.
type Server struct {
	Session *query.Session
	// Fail is asked before each call with its number and text, which is BEGIN or COMMIT for those; nil: nothing fails.
	Fail func(call int, text string) error

	calls int
}

var _ load.Server = (*Server)(nil)

// Calls counts the calls that there were.
func (s *Server) Calls() int { return s.calls }

// Begin opens a transaction.
func (s *Server) Begin(ctx context.Context) error {
	if err := s.failed("BEGIN"); err != nil {
		return err
	}
	return s.Session.Begin(ctx, query.TxOptions{})
}

// Run runs a statement to its end.
func (s *Server) Run(ctx context.Context, text string, params map[string]any) (load.Counts, error) {
	if err := s.failed(text); err != nil {
		return load.Counts{}, err
	}
	given := value.Null
	if params != nil {
		given = valueOf(params)
	}
	r, err := s.Session.Run(ctx, text, given, query.TxOptions{})
	if err != nil {
		return load.Counts{}, err
	}
	defer r.Close()
	if _, err := r.Discard(ctx, -1); err != nil {
		return load.Counts{}, err
	}
	c := r.Summary().Counters
	return load.Counts{Nodes: c.NodesCreated, Relationships: c.RelationshipsCreated}, nil
}

// Commit ends the transaction; where it fails, nothing of it stays.
func (s *Server) Commit(ctx context.Context) error {
	if err := s.failed("COMMIT"); err != nil {
		return errors.Join(err, s.Session.Rollback())
	}
	_, err := s.Session.Commit(ctx)
	return err
}

// Rollback gives the transaction up.
func (s *Server) Rollback(context.Context) error { return s.Session.Rollback() }

// Refused tells whether the engine has refused a statement.
func (s *Server) Refused(err error) bool { return failure.Of(err) != nil }

// Transient tells whether the same may succeed later.
func (s *Server) Transient(err error) bool {
	f := failure.Of(err)
	return f != nil && strings.HasPrefix(f.Code, "Neo.TransientError")
}

func (s *Server) failed(text string) error {
	s.calls++
	if s.Fail == nil {
		return nil
	}
	return s.Fail(s.calls, text)
}

// valueOf is what the wire makes of a parameter.
func valueOf(v any) value.Value {
	switch v := v.(type) {
	case nil:
		return value.Null
	case bool:
		return value.Bool(v)
	case int64:
		return value.Int(v)
	case float64:
		return value.Float(v)
	case string:
		return value.String(v)
	case []any:
		list := make([]value.Value, len(v))
		for i := range v {
			list[i] = valueOf(v[i])
		}
		return value.List(list)
	case map[string]any:
		var entries []value.Entry
		for k, x := range v {
			entries = append(entries, value.Entry{Key: k, Value: valueOf(x)})
		}
		slices.SortFunc(entries, func(a, b value.Entry) int { return strings.Compare(a.Key, b.Key) })
		return value.Map(entries)
	}
	panic(fmt.Sprintf("a parameter of type %T", v))
}
