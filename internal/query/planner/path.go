package planner

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
)

// unplanned refuses what no operator carries out.
func unplanned(part *ast.PatternPart) error {
	special := part.Select != nil || part.Where != nil
	for _, r := range part.Rels {
		special = special || r.Repeat != nil || r.Search != nil
	}
	if special {
		return failure.Syntax("NotSupported", "this kind of path is not supported").At(part.At)
	}
	return nil
}
