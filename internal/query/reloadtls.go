package query

import (
	"context"
	"errors"

	"memgraphd/internal/query/failure"
)

// reloadTLS reads the certificate of the server anew.
func reloadTLS(_ context.Context, s *Session) (table, error) {
	reload := s.engine.o.ReloadTLS
	if reload == nil {
		reload = func() error { return errors.New("this engine serves no connections") }
	}
	if err := reload(); err != nil {
		return table{}, failure.New(failure.ClientError, failure.Runtime, "ReloadFailed", "the former certificate stays in force: %s", err).
			WithHint("mend the files that --bolt-cert-file, --bolt-key-file and --bolt-client-ca-file name, and send it again").WithCause(err)
	}
	return table{}, nil
}
