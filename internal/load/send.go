package load

import (
	"context"
	"errors"
	"fmt"
	"time"

	"memgraphd/internal/statement"
)

// Bounds of trying a batch again that met another transaction.
const (
	triesMax   = 8
	firstPause = 20 * time.Millisecond
)

// ErrEnds reports a relationship whose ends are not there, or there more than once.
var ErrEnds = errors.New("the nodes of the relationship are not there, or more than once: " +
	"load the whole dump, and into a database that has no nodes of an earlier try")

// errCount reports a statement that made other things than it says.
var errCount = errors.New("the server made another number of nodes than the statement says")

// ErrUnsure reports a commit whose answer did not come.
var ErrUnsure = errors.New("it is not known whether the server has committed the statements from here on")

// sender runs batches.
type sender struct {
	o      Options
	report Report
}

// send runs a batch and counts it.
func (s *sender) send(ctx context.Context, b *batch) error {
	s.report.NextLine = b.first
	var done Counts
	var err error
	switch b.kind {
	case unknown:
		s.skip(b)
		return nil
	case ignored:
		return nil
	case alone:
		done, err = s.o.Server.Run(ctx, b.list[0].Text, nil)
		if err != nil && !s.o.Server.Refused(err) {
			err = fmt.Errorf("%w: %w", ErrUnsure, err)
		}
		if err != nil {
			err = failed(b.list[0], err)
		}
	case plain, nodes, edges:
		done, err = s.together(ctx, b)
	}
	if err != nil {
		return err
	}
	s.report.Transactions++
	s.report.Statements += int64(b.count)
	s.report.Nodes += done.Nodes
	s.report.Relationships += done.Relationships
	if s.o.Progress != nil {
		s.o.Progress(s.report)
	}
	return nil
}

// skip notes a statement that is not to be had here.
func (s *sender) skip(b *batch) {
	s.report.SkippedCount++
	if len(s.report.Skipped) < skippedMax {
		st := b.list[0]
		s.report.Skipped = append(s.report.Skipped, Skipped{Line: st.Line, Statement: excerpt(st.Text), Reason: b.err.Error()})
	}
}

// together runs a batch in one transaction, again where it met another one.
func (s *sender) together(ctx context.Context, b *batch) (Counts, error) {
	pause := firstPause
	for try := 1; ; try++ {
		done, err := s.once(ctx, b)
		if err == nil || errors.Is(err, ErrUnsure) || !s.o.Server.Transient(err) || try == triesMax {
			return done, err
		}
		if err := s.o.Sleep(ctx, pause); err != nil {
			return done, err
		}
		pause *= 2
	}
}

// once runs a batch in a transaction. What fails in a group is looked for statement by
// statement, so that the user knows which it is.
func (s *sender) once(ctx context.Context, b *batch) (Counts, error) {
	var done Counts
	if err := s.o.Server.Begin(ctx); err != nil {
		return done, err
	}
	for _, st := range b.list {
		c, err := s.o.Server.Run(ctx, st.Text, nil)
		if err != nil {
			return done, errors.Join(failed(st, err), s.o.Server.Rollback(ctx))
		}
		done = done.plus(c)
	}
	for _, g := range b.groups {
		c, err := s.group(ctx, b.kind, g)
		if err != nil {
			return done, err
		}
		done = done.plus(c)
	}
	err := s.o.Server.Commit(ctx)
	switch {
	case err == nil:
		return done, nil
	case !s.o.Server.Refused(err):
		err = fmt.Errorf("%w: %w", ErrUnsure, err)
	}
	what := fmt.Sprintf("one of the %d statements from there on", b.count)
	return done, &StatementError{Line: b.first, Statement: what, Err: err}
}

// group runs the statements of a group as one. After an error the transaction has ended.
func (s *sender) group(ctx context.Context, k kind, g *group) (Counts, error) {
	c, err := s.o.Server.Run(ctx, g.shape, map[string]any{"rows": g.rows})
	if err == nil {
		err = counted(k, c, len(g.rows))
	}
	if err == nil {
		return c, nil
	}
	err = errors.Join(failed(g.from[0], err), s.o.Server.Rollback(ctx))
	if s.o.Server.Transient(err) || ctx.Err() != nil {
		return c, err
	}
	if found := s.find(ctx, k, g); found != nil {
		return c, found
	}
	return c, err
}

func (c Counts) plus(o Counts) Counts {
	return Counts{Nodes: c.Nodes + o.Nodes, Relationships: c.Relationships + o.Relationships}
}

// counted reports a number of things made that is not that of the statements.
func counted(k kind, c Counts, statements int) error {
	switch {
	case k == nodes && c.Nodes != int64(statements):
		return errCount
	case k == edges && c.Relationships != int64(statements):
		return ErrEnds
	}
	return nil
}

// find runs the statements of a group one by one and returns the error of the one that fails.
// Nothing of it stays.
func (s *sender) find(ctx context.Context, k kind, g *group) error {
	if err := s.o.Server.Begin(ctx); err != nil {
		return err
	}
	for _, st := range g.from {
		if err := s.check(ctx, k, st); err != nil {
			return errors.Join(err, s.o.Server.Rollback(ctx))
		}
	}
	return s.o.Server.Rollback(ctx)
}

func (s *sender) check(ctx context.Context, k kind, st statement.Statement) error {
	c, err := s.o.Server.Run(ctx, st.Text, nil)
	if err == nil {
		err = counted(k, c, 1)
	}
	if err != nil {
		return failed(st, err)
	}
	return nil
}
