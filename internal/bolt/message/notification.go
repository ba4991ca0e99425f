package message

import "memgraphd/internal/bolt/packstream"

// Position is a place in the text of a statement.
type Position struct {
	Offset int64 // bytes, from 0
	Line   int64 // from 1
	Column int64 // from 1
}

// Notification is a remark on a statement that did not make it fail.
type Notification struct {
	Code        string
	Title       string
	Description string
	Severity    string // "WARNING" or "INFORMATION"
	Category    string
	Position    *Position // nil: the statement as a whole
}

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
	if p := n.Position; p != nil {
		dst = packstream.AppendMapHeader(packstream.AppendString(dst, "position"), 3)
		dst = packstream.AppendInt(packstream.AppendString(dst, "offset"), p.Offset)
		dst = packstream.AppendInt(packstream.AppendString(dst, "line"), p.Line)
		dst = packstream.AppendInt(packstream.AppendString(dst, "column"), p.Column)
	}
	return dst
}
