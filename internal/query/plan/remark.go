package plan

import "memgraphd/internal/query/token"

// Remark is something about a plan that its author wants to know: a hint that could not be
// followed.
type Remark struct {
	Code        string
	Title       string
	Description string
	At          token.Span
}
