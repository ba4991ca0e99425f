package shell

import (
	"context"
	"errors"
	"io"
	"strings"

	"memgraphd/internal/client"
	"memgraphd/internal/query/token"
)

// statement runs a statement and prints its result.
func (s *Shell) statement(ctx context.Context, text string) error {
	switch keyword(text) {
	case "BEGIN", "BEGIN TRANSACTION":
		return s.done(s.client.Begin(ctx), "Transaction begun.")
	case "COMMIT", "COMMIT TRANSACTION":
		return s.done(s.client.Commit(ctx), "Transaction committed.")
	case "ROLLBACK", "ROLLBACK TRANSACTION":
		return s.done(s.client.Rollback(ctx), "Transaction rolled back.")
	}
	start := s.o.Now()
	clock := s.clock()
	rows, err := s.client.Run(ctx, text, s.params)
	if err != nil {
		clock.stopClock()
		return err
	}
	out, end := s.output()
	count, err := s.result(ctx, rows, text, out, clock)
	clock.stopClock()
	if errors.Is(err, errLeft) {
		err = nil
	}
	if err = errors.Join(err, end()); err != nil {
		return err
	}
	summary, err := rows.Summary(ctx)
	if err != nil {
		return err
	}
	hasColumns := len(rows.Columns()) > 0
	if !s.quiet || hasColumns {
		s.say("%s", s.summed(summary, count, hasColumns, s.o.Now().Sub(start)))
	}
	for _, n := range summary.Notifications() {
		s.say("%s", notified(n.Title(), n.Description()))
	}
	return nil
}

// notified is the line of a notification.
func notified(title, description string) string {
	if description == "" {
		return title
	}
	return strings.TrimSuffix(title, ".") + ": " + description
}

// clock starts to show for how long a statement runs, unless progress of a file is shown.
func (s *Shell) clock() *meter {
	if !s.o.Interactive || s.meter != nil {
		return nil
	}
	return s.startClock()
}

// output returns where a result goes, and what ends it: the pager, if it is long.
func (s *Shell) output() (out io.Writer, end func() error) {
	s.meter.clear()
	if !s.o.Interactive || !s.o.Paged || s.o.Pager == nil || s.o.Size == nil {
		return s.o.Out, func() error { return nil }
	}
	const below = 3 // the summary and the prompt
	_, rows := s.o.Size()
	paged := &screen{out: s.o.Out, rows: max(rows-below, 1), open: s.o.Pager}
	return paged, paged.Close
}

// width is that of the screen which tables have to fit on.
func (s *Shell) width() int {
	if !s.o.Interactive || s.o.Size == nil {
		return 0
	}
	columns, _ := s.o.Size()
	return columns
}

// result prints the rows of a result and counts them. On a terminal a plan is drawn as a tree.
func (s *Shell) result(ctx context.Context, rows *client.Rows, text string, out io.Writer, clock *meter) (int, error) {
	first, err := rows.Next(ctx)
	clock.stopClock()
	if err != nil {
		return 0, err
	}
	if s.o.Interactive && s.o.Format == Table && isPlan(text) {
		return s.plan(ctx, rows, first, out)
	}
	if len(rows.Columns()) == 0 {
		return 0, nil
	}
	p, err := newPrinter(s.o.Format, out, rows.Columns(), s.width())
	if err != nil {
		return 0, err
	}
	count, err := printAll(ctx, p, rows, first)
	return count, errors.Join(err, p.end())
}

// printAll prints the first row and those behind it.
func printAll(ctx context.Context, p printer, rows *client.Rows, row []any) (count int, err error) {
	for row != nil {
		count++
		if err = p.row(row); err != nil {
			return count, err
		}
		if row, err = rows.Next(ctx); err != nil {
			return count, err
		}
	}
	return count, nil
}

// plan draws the plan that comes with the end of a result, or prints the rows where none comes.
func (s *Shell) plan(ctx context.Context, rows *client.Rows, row []any, out io.Writer) (int, error) {
	var held [][]any
	for row != nil && len(held) < blockRows {
		held = append(held, row)
		var err error
		if row, err = rows.Next(ctx); err != nil {
			return 0, err
		}
	}
	summary, err := rows.Summary(ctx)
	if err != nil {
		return 0, err
	}
	drawn, err := drawPlan(out, summary)
	if drawn || err != nil || len(rows.Columns()) == 0 {
		return 0, err
	}
	p, err := newPrinter(s.o.Format, out, rows.Columns(), s.width())
	for i := 0; i < len(held) && err == nil; i++ {
		err = p.row(held[i])
	}
	if err != nil {
		return 0, err
	}
	return len(held), p.end()
}

// isPlan reports whether a statement asks for a plan.
func isPlan(text string) bool {
	scanner := token.NewScanner(text)
	first := scanner.Next().Kind
	return first == token.Explain || first == token.Profile
}
