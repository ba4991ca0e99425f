package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
	"unicode"

	"go.uber.org/zap"

	"memgraphd/cmd/memgraphd/internal/exit"
	"memgraphd/internal/query/auth"
)

// openUsers reads the users of the database, and makes the first one where the environment
// names it and there is none.
func (s *server) openUsers(ctx context.Context) error {
	c := &s.cfg.Auth
	o := auth.Options{Catalogue: s.store, Now: time.Now, Log: s.log, RequirePassword: c.RequirePassword}
	var err error
	if o.Names, err = auth.Whole(c.Names); err != nil {
		return exit.With(exit.Config, fmt.Errorf("--auth-user-or-role-name-regex: %w", err))
	}
	if o.Passwords, err = auth.Whole(c.Passwords); err != nil {
		return exit.With(exit.Config, fmt.Errorf("--auth-password-strength-regex: %w", err))
	}
	if o.Algorithm, err = auth.ParseAlgorithm(c.Algorithm); err != nil {
		return exit.With(exit.Config, fmt.Errorf("--password-encryption-algorithm: %w", err))
	}
	if s.users, err = auth.Open(o); err != nil {
		return err
	}
	if s.broken() {
		return nil
	}
	return exit.With(exit.Config, s.createFirstUser(ctx))
}

// broken reports whether the database could not be opened, so that its users are not known.
func (s *server) broken() bool { return s.disk.Broken() != nil }

// createFirstUser makes the user of the environment while no user exists.
func (s *server) createFirstUser(ctx context.Context) error {
	first := s.cfg.Auth.First
	from := "MEMGRAPH_USER"
	if s.users.Exist() {
		if first.Name != "" {
			s.log.Info("users exist already; MEMGRAPH_USER makes none")
		}
		return nil
	}
	if first.File != "" {
		from = first.FileFrom
		var err error
		first.Name, first.Password, err = readPassfile(first.File)
		if errors.Is(err, fs.ErrNotExist) && from == "CREDENTIALS_DIRECTORY" {
			return nil // the service has other credentials
		}
		if err != nil {
			return fmt.Errorf("%s: %w", from, err)
		}
	}
	if first.Name == "" {
		return nil
	}
	if _, err := s.users.CreateUser(ctx, first.Name, auth.PlainPassword(first.Password), auth.Refuse); err != nil {
		return fmt.Errorf("the first user, which %s names, cannot be created: %w", from, err)
	}
	s.notices.Info("the first user was created; from now on everybody has to log in", zap.String("user", first.Name), zap.String("named by", from))
	return nil
}

// passfileMax bounds the file with a user and a password.
const passfileMax = 4096

// readPassfile reads user:password from the first line of a file; \: and \\ stand for a colon
// and a backslash in the name.
func readPassfile(name string) (user, password string, err error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return "", "", err
	}
	if len(data) > passfileMax {
		return "", "", fmt.Errorf("%s has %d bytes, and at most %d", name, len(data), passfileMax)
	}
	text, _, _ := strings.Cut(string(data), "\n")
	text = strings.TrimSuffix(text, "\r")
	user, password, ok := splitPassfile(text)
	switch {
	case !ok || user == "" || password == "":
		return "", "", fmt.Errorf("%s has not the form user:password", name)
	case strings.ContainsFunc(user, unicode.IsControl):
		return "", "", fmt.Errorf("%s has a user name with control characters", name)
	}
	return user, password, nil
}

// splitPassfile cuts a line at its first colon that no backslash precedes.
func splitPassfile(line string) (user, password string, ok bool) {
	var parts [2]strings.Builder
	at := 0
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && i+1 < len(line) && (line[i+1] == ':' || line[i+1] == '\\'):
			i++
		case line[i] == ':' && at == 0:
			at = 1
			continue
		}
		parts[at].WriteByte(line[i])
	}
	return parts[0].String(), parts[1].String(), at == 1
}
