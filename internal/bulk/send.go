package bulk

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Bounds of trying a batch again that met another transaction.
const (
	triesMax   = 8
	firstPause = 20 * time.Millisecond
)

// send has a server create what is in a batch. What is refused is halved until the row is found.
func (l *loader) send(ctx context.Context, s Server, b *batch) error {
	if ctx.Err() != nil {
		return nil //nolint:nilerr // whoever ended the import says why
	}
	made, err := l.create(ctx, s, b)
	switch {
	case err == nil:
		l.count(b, made)
		return nil
	case !s.Refused(err):
		if ctx.Err() != nil {
			err = context.Canceled
		}
		return fmt.Errorf("%w: %w", ErrUnsure, err)
	case s.Transient(err):
		return err
	case len(b.rows) == 1:
		from := b.sources[0]
		return l.bad(BadRow{File: from.file, Line: from.line, Reason: err.Error(), Fields: from.fields})
	}
	first, second := b.halves()
	if err := l.send(ctx, s, first); err != nil {
		return err
	}
	return l.send(ctx, s, second)
}

func (b *batch) halves() (first, second *batch) {
	half := len(b.rows) / 2
	first = &batch{text: b.text, nodes: b.nodes, rows: b.rows[:half], sources: b.sources[:half]}
	second = &batch{text: b.text, nodes: b.nodes, rows: b.rows[half:], sources: b.sources[half:]}
	if b.nodes {
		first.slots, second.slots = b.slots[:half], b.slots[half:]
	}
	return first, second
}

// create runs the statement of a batch, again where it met another transaction, and returns the nodes that it made.
func (l *loader) create(ctx context.Context, s Server, b *batch) (made []any, err error) {
	pause := firstPause
	for try := 1; ; try++ {
		var r Result
		if r, err = s.Run(ctx, b.text, map[string]any{"rows": b.rows}); err == nil {
			return checked(b, r)
		}
		if !s.Refused(err) || !s.Transient(err) || try == triesMax {
			return nil, err
		}
		if err := l.o.Sleep(ctx, pause); err != nil {
			return nil, err
		}
		pause *= 2
	}
}

// checked compares what a server says that it made with the batch.
func checked(b *batch, r Result) ([]any, error) {
	if !b.nodes {
		if r.Relationships != int64(len(b.rows)) {
			return nil, errShort
		}
		return nil, nil
	}
	if len(r.Row) == 1 {
		if made, ok := r.Row[0].([]any); ok && len(made) == len(b.rows) {
			for _, id := range made {
				if _, ok := id.(int64); !ok {
					return nil, errors.New("the server gave a node an id that is no integer")
				}
			}
			return made, nil
		}
	}
	return nil, errors.New("the server did not tell the ids of the nodes that it made")
}
