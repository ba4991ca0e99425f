package parser

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/value"
)

// isolationLevels are the levels in the words of SET … ISOLATION LEVEL, and in those of --isolation-level.
var isolationLevels = []struct{ words, name string }{
	{"SNAPSHOT ISOLATION", "SNAPSHOT_ISOLATION"},
	{"READ COMMITTED", "READ_COMMITTED"},
	{"READ UNCOMMITTED", "READ_UNCOMMITTED"},
}

// standing reads a statement that asks for the only mode, the level of isolation or the only database that there is:
// STORAGE MODE IN_MEMORY_TRANSACTIONAL, SET GLOBAL|SESSION|NEXT TRANSACTION ISOLATION LEVEL level, or USE DATABASE
// name. It returns nil where none begins; other modes and levels nobody has heard of begin none.
func (p *parser) standing(start int32) ast.Statement {
	s := &ast.StandingStatement{}
	switch {
	case p.acceptWords("STORAGE", "MODE", "IN_MEMORY_TRANSACTIONAL"):
	case p.acceptWords("USE", "DATABASE"):
		s.Database = p.database()
	default:
		for _, scope := range []string{"GLOBAL", "SESSION", "NEXT"} {
			if p.acceptWords("SET", scope, "TRANSACTION", "ISOLATION", "LEVEL") {
				s.Scope, s.Level = scope, p.isolationLevel()
			}
		}
		if s.Scope == "" {
			return nil
		}
	}
	s.Place = p.since(start)
	return s
}

// isolationLevel reads a level and returns it in words.
func (p *parser) isolationLevel() string {
	var words []string
	for _, l := range isolationLevels {
		if p.acceptWord(l.name) {
			return l.words
		}
		if p.ahead(l.words) {
			p.skip(2)
			return l.words
		}
		words = append(words, l.words)
	}
	p.unexpected("%s after ISOLATION LEVEL", oneOf(words))
	return ""
}

// database reads the name of a database.
func (p *parser) database() ast.Expr {
	if p.kind() == token.Param || p.kind() == token.String {
		return p.settingText("the name of a database")
	}
	name := p.name("the name of a database")
	return &ast.Literal{Place: name.Place, Value: value.String(name.Text)}
}

// storageOf reads what may follow SHOW STORAGE INFO: ON CURRENT DATABASE or ON DATABASE name.
func (p *parser) storageOf(s *ast.Admin) {
	switch {
	case p.acceptWords("ON", "CURRENT", "DATABASE"):
	case p.acceptWords("ON", "DATABASE"):
		s.Names = []ast.Expr{p.database()}
	}
}
