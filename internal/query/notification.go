package query

import (
	"memgraphd/internal/query/parser"
	"memgraphd/internal/query/plan"
	"memgraphd/internal/query/token"
)

// Notification is a remark about a statement that did not fail.
type Notification struct {
	Code        string
	Title       string
	Description string
	Severity    string // "WARNING" or "INFORMATION"
	Category    string
	Position    *token.Position // nil where no place in the text is meant
	Status      string          // GQLSTATUS, five characters
}

// statusHint is the GQLSTATUS of a hint that was not followed.
const statusHint = "01N31"

// notes makes notifications of the remarks about a plan. planned is the text that it was
// made from and text the one that runs.
func notes(remarks []plan.Remark, planned, text string) []Notification {
	if len(remarks) == 0 {
		return nil
	}
	out := make([]Notification, len(remarks))
	for i, r := range remarks {
		at := r.At
		if planned != text {
			at = parser.Relocate(at, planned, text)
		}
		position := token.Locate(text, at.Start)
		out[i] = Notification{
			Code: r.Code, Title: r.Title, Description: r.Description,
			Severity: "WARNING", Category: "HINT", Position: &position, Status: statusHint,
		}
	}
	return out
}
