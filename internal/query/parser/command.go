package parser

import "memgraphd/internal/query/ast"

// command reads a statement that is no query, or returns nil where none begins.
func (p *parser) command() ast.Statement { return nil }
