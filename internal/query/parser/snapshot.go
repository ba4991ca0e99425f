package parser

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/token"
)

// recoverSnapshot reads RECOVER SNAPSHOT source [WITH CONFIG map] [FORCE], or returns nil where
// it does not begin.
func (p *parser) recoverSnapshot(start int32) ast.Statement {
	if !p.acceptWords("RECOVER", "SNAPSHOT") {
		return nil
	}
	s := &ast.RecoverSnapshot{Source: p.settingText("the path or the URL of the snapshot")}
	if p.acceptWords("WITH", "CONFIG") {
		if p.kind() != token.LBrace {
			p.unexpected("a map after WITH CONFIG")
			return s
		}
		s.Config, _ = p.mapLiteral().(*ast.Map)
	}
	s.Force = p.acceptWord("FORCE")
	s.Place = p.since(start)
	return s
}
