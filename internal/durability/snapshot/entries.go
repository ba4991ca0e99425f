package snapshot

import (
	"context"
	"fmt"

	"memgraphd/internal/durability/codec"
	"memgraphd/internal/storage/change"
)

// Entries hands over the entries of the catalogue, and reads nothing else of the image. They refer into
// memory that is theirs.
func (s *File) Entries(ctx context.Context, take func(change.Entry) error) error {
	for _, h := range s.footer.blocks {
		if h.kind != kindEntries {
			continue
		}
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		b, err := s.read(h, &blockBuffer{})
		if err != nil {
			return err
		}
		r := codec.NewReader(b[blockBytes:])
		if err := entries(&r, h.count, take); err != nil {
			return fmt.Errorf("snapshot %s, block at byte %d: %w", s.name, h.offset, err)
		}
	}
	return nil
}
