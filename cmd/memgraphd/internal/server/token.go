package server

import (
	"fmt"
	"strings"

	"go.uber.org/zap"

	"memgraphd/cmd/memgraphd/internal/exit"
	"memgraphd/internal/config"
	"memgraphd/internal/durability/vfs"
)

const (
	tokenLeast   = 16      // characters of a token for metrics
	tokenFileMax = 4 << 10 // bytes
)

// requireToken has requests for metrics carry the token of the file that c names.
func (s *server) requireToken(c config.Metrics) error {
	token, err := readToken(c.TokenFile)
	if err != nil {
		return exit.With(exit.Config, err)
	}
	s.monitor.Require(token)
	return nil
}

// readToken returns what a file has; "" without one.
func readToken(name string) (string, error) {
	if name == "" {
		return "", nil
	}
	data, err := vfs.ReadFile(vfs.OS(), name, tokenFileMax)
	if err != nil {
		return "", fmt.Errorf("--metrics-token-file: %w", err)
	}
	token := strings.TrimSpace(string(data))
	if len(token) < tokenLeast || strings.ContainsAny(token, " \t\r\n") {
		return "", fmt.Errorf("--metrics-token-file: %s is to have a token of at least %d characters in one word, as `openssl rand -hex 32` writes", name, tokenLeast)
	}
	return token, nil
}

// rereadToken takes over what the file with the token has now; the former one stays where it cannot.
func (s *server) rereadToken() {
	if err := s.requireToken(s.shown.Load().Metrics); err != nil {
		s.notices.Error("the former token for metrics stays in force", zap.Error(err))
	}
}
