package message

import (
	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/query/failure"
)

// Position is a place in the text of a statement.
type Position struct {
	Offset int64 // bytes, from 0
	Line   int64 // from 1
	Column int64 // from 1
}

func (p *Position) append(dst []byte) []byte {
	dst = packstream.AppendMapHeader(dst, 3)
	dst = packstream.AppendInt(packstream.AppendString(dst, "offset"), p.Offset)
	dst = packstream.AppendInt(packstream.AppendString(dst, "line"), p.Line)
	return packstream.AppendInt(packstream.AppendString(dst, "column"), p.Column)
}

// Notification is a remark on a statement that did not make it fail.
type Notification struct {
	Code        string
	Title       string
	Description string
	Severity    string // "WARNING" or "INFORMATION"
	Category    string
	Position    *Position // nil: the statement as a whole
	Status      string    // GQLSTATUS; empty for the general one of the severity
}

// append appends the form up to 5.4.
func (n *Notification) append(dst []byte) []byte {
	entries := 5
	if n.Position != nil {
		entries++
	}
	dst = packstream.AppendMapHeader(dst, entries)
	dst = packstream.AppendString(packstream.AppendString(dst, "code"), n.Code)
	dst = packstream.AppendString(packstream.AppendString(dst, "title"), n.Title)
	dst = packstream.AppendString(packstream.AppendString(dst, "description"), n.Description)
	dst = packstream.AppendString(packstream.AppendString(dst, "severity"), n.Severity)
	dst = packstream.AppendString(packstream.AppendString(dst, "category"), n.Category)
	if n.Position != nil {
		dst = n.Position.append(packstream.AppendString(dst, "position"))
	}
	return dst
}

// status returns the GQLSTATUS.
func (n *Notification) status() string {
	switch {
	case n.Status != "":
		return n.Status
	case n.Severity == "WARNING":
		return "01000"
	}
	return "03000"
}

// appendStatus appends the form of 5.6.
func (n *Notification) appendStatus(dst []byte) []byte {
	status := n.status()
	dst = packstream.AppendMapHeader(dst, 6)
	dst = packstream.AppendString(packstream.AppendString(dst, "gql_status"), status)
	dst = packstream.AppendString(packstream.AppendString(dst, "status_description"), failure.Condition(status)+". "+n.Description)
	dst = packstream.AppendString(packstream.AppendString(dst, "neo4j_code"), n.Code)
	dst = packstream.AppendString(packstream.AppendString(dst, "title"), n.Title)
	dst = packstream.AppendString(packstream.AppendString(dst, "description"), n.Description)
	dst = packstream.AppendString(dst, "diagnostic_record")
	return diagnostics{classification: n.Category, severity: n.Severity, position: n.Position}.append(dst)
}
