package parser

import "memgraphd/internal/query/ast"

// session reads SET SESSION SETTING name TO value, RESET SESSION SETTING name, or SET SESSION TRACE ON or OFF, or
// returns nil where none begins.
func (p *parser) session(start int32) ast.Statement {
	s := &ast.SessionStatement{}
	switch {
	case p.acceptWords("SET", "SESSION", "TRACE"):
		switch {
		case p.acceptWord("ON"):
			s.Trace = true
		case p.acceptWord("OFF"):
		default:
			p.unexpected("ON or OFF after SET SESSION TRACE")
		}
	case p.acceptWords("RESET", "SESSION", "SETTING"):
		s.Name = p.settingText("the name of a setting")
	case p.acceptWords("SET", "SESSION", "SETTING"):
		s.Name, s.Value = p.settingTo()
	default:
		return nil
	}
	s.Place = p.since(start)
	return s
}
