package parser

import (
	"memgraphd/internal/query/ast"
)

// backup reads BACKUP DATABASE and SHOW BACKUPS, or returns nil where none begins.
func (p *parser) backup(start int32) ast.Statement {
	s := &ast.BackupStatement{}
	switch {
	case p.acceptWords("BACKUP", "DATABASE"):
		if !p.acceptWord("TO") {
			p.unexpected("TO and the location after BACKUP DATABASE")
		}
		s.Location = p.settingText("the location")
		s.Incremental = p.acceptWord("INCREMENTAL")
	case p.acceptWords("SHOW", "BACKUPS"):
		s.Show = true
		if p.acceptWord("FROM") {
			s.Location = p.settingText("the location")
		}
	default:
		return nil
	}
	s.Place = p.since(start)
	return s
}
