package command

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"memgraphd/internal/durability/object"
)

const locationHelp = "a directory, a file ending with " + object.ArchiveSuffix + ", or s3://bucket/prefix"

// interruptible returns a context that the first SIGINT or SIGTERM ends; a second one ends
// the process.
func interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}
