package query

import (
	"strings"

	"memgraphd/internal/query/access"
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/procedure"
	"memgraphd/internal/storage/value"
)

var _ procedure.Server = (*Session)(nil)

// CurrentUser returns who the session belongs to.
func (s *Session) CurrentUser() (name string, roles []string) {
	if list := s.roles(); list != nil {
		roles = list()
	}
	return s.user(), roles
}

// Database returns the name of the database.
func (s *Session) Database() string { return databaseName }

// Compatible returns the version of Neo4j whose clients the server serves: that in the name
// that the server tells them.
func (s *Session) Compatible() string {
	if s.engine.o.ServerName != nil {
		if version, ok := versionIn(s.engine.o.ServerName()); ok {
			return version
		}
	}
	return s.engine.o.Version
}

// versionIn finds the version in "Neo4j/5.26.0 and more".
func versionIn(name string) (version string, ok bool) {
	_, rest, found := strings.Cut(name, "/")
	if !found {
		return "", false
	}
	rest = strings.TrimPrefix(rest, "v")
	end := strings.IndexFunc(rest, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if end >= 0 {
		rest = rest[:end]
	}
	rest = strings.Trim(rest, ".")
	return rest, rest != ""
}

// Show returns a list for a procedure that tells it in other words.
func (s *Session) Show(what procedure.Topic) (columns []string, rows [][]value.Value, err error) {
	st, list := &ast.Admin{Verb: ast.ShowIndexes}, listIndexes
	switch what {
	case procedure.AboutIndexes:
	case procedure.AboutConstraints:
		st.Verb, list = ast.ShowConstraints, listConstraints
	case procedure.AboutSettings:
		st.Verb, list = ast.ShowSettings, listSettings
	}
	t, err := list(s, st, value.Null)
	if require(s.rights(), access.NeedsOfVerb(st.Verb)) != nil {
		t.rows = nil
	}
	return t.columns, t.rows, err
}
