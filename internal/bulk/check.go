package bulk

import (
	"context"
	"fmt"

	"memgraphd/internal/csvfile"
)

// checkHeaders looks at the headers of all files before anything is sent, so that a mistake in one does not leave
// half of an import behind.
func (l *loader) checkHeaders(ctx context.Context) error {
	for _, in := range l.o.Nodes {
		if err := l.checkHeader(ctx, in, (*header).forNodes); err != nil {
			return err
		}
	}
	for _, in := range l.o.Relationships {
		if err := l.checkHeader(ctx, in, func(h *header) error { return h.forRelationships(in.Type) }); err != nil {
			return err
		}
	}
	return nil
}

// checkHeader looks at the first line of an input.
func (l *loader) checkHeader(ctx context.Context, in Input, check func(*header) error) error {
	if len(in.Files) == 0 {
		return nil
	}
	name, open := in.Files[0], l.o.Peek
	if open == nil {
		open = l.o.Open
	}
	return l.opened(ctx, name, open, func(r *csvfile.Reader) error {
		fields, err := r.Read(nil)
		if err != nil {
			return fmt.Errorf("%s: %w", name, noEOF(err))
		}
		h, err := parseHeader(fields)
		if err == nil {
			err = check(h)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
}
