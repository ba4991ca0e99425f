package server

import (
	"errors"
	"time"

	"go.uber.org/zap"

	"memgraphd/cmd/memgraphd/internal/certificate"
	"memgraphd/cmd/memgraphd/internal/exit"
	"memgraphd/internal/config"
)

// Probe reads the files that the configuration names, without which a server does not start.
func Probe(c *config.Config) error {
	_, certificates := certificate.Open(c.Bolt.TLS, time.Now, zap.NewNop())
	_, archive := archiveOptions(c)
	_, token := readToken(c.Metrics.TokenFile)
	return exit.With(exit.Config, errors.Join(certificates, archive, token, probeInitFiles(c.Start)))
}
