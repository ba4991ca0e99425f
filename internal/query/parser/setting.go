package parser

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/token"
)

// setting reads SET DATABASE SETTING name TO value or SHOW DATABASE SETTING name, or
// returns nil where neither begins.
func (p *parser) setting(start int32) ast.Statement {
	s := &ast.SettingStatement{}
	switch {
	case p.acceptWords("SHOW", "DATABASE", "SETTING"):
		s.Name = p.settingText("the name of a setting")
	case p.acceptWords("SET", "DATABASE", "SETTING"):
		s.Name, s.Value = p.settingTo()
	default:
		return nil
	}
	s.Place = p.since(start)
	return s
}

// settingTo reads name TO value.
func (p *parser) settingTo() (name, to ast.Expr) {
	name = p.settingText("the name of a setting")
	if !p.acceptWord("TO") {
		p.unexpected("TO and the value after the name of the setting")
	}
	return name, p.settingText("the value")
}

// settingText reads a string or a parameter.
func (p *parser) settingText(what string) ast.Expr {
	switch p.kind() {
	case token.String:
		return p.str()
	case token.Param:
		return p.param()
	default:
		p.unexpected("%s in quotes, or a parameter", what)
		return nil
	}
}
