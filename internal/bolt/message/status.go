package message

import (
	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/query/failure"
)

// Outcome is what a result came to, of which clients of 5.6 and later want a status.
type Outcome uint8

// The outcomes.
const (
	OutcomeRows      Outcome = iota // there were records
	OutcomeNoRows                   // there could have been records
	OutcomeNoColumns                // the statement has no RETURN
)

// status returns the GQLSTATUS.
func (o Outcome) status() string {
	switch o {
	case OutcomeRows:
		return "00000"
	case OutcomeNoRows:
		return "02000"
	case OutcomeNoColumns:
		return "00001"
	}
	return "00000"
}

// append appends the status object.
func (o Outcome) append(dst []byte) []byte {
	status := o.status()
	dst = packstream.AppendMapHeader(dst, 2)
	dst = packstream.AppendString(packstream.AppendString(dst, "gql_status"), status)
	return packstream.AppendString(packstream.AppendString(dst, "status_description"), failure.Condition(status))
}

// rank orders statuses as clients expect them: no data, warnings, success, information.
func rank(status string) int {
	switch status[:2] {
	case "02":
		return 0
	case "01":
		return 1
	case "00":
		return 2
	}
	return 3
}

// ranks is the number of different ranks.
const ranks = 4

// diagnostics is the record that goes with a status. Its first three entries are always
// the same.
type diagnostics struct {
	classification string
	severity       string    // of a notification; empty otherwise
	position       *Position // or nil
}

func (d diagnostics) append(dst []byte) []byte {
	entries := 4
	if d.severity != "" {
		entries++
	}
	if d.position != nil {
		entries++
	}
	dst = packstream.AppendMapHeader(dst, entries)
	dst = packstream.AppendString(packstream.AppendString(dst, "OPERATION"), "")
	dst = packstream.AppendString(packstream.AppendString(dst, "OPERATION_CODE"), "0")
	dst = packstream.AppendString(packstream.AppendString(dst, "CURRENT_SCHEMA"), "/")
	dst = packstream.AppendString(packstream.AppendString(dst, "_classification"), d.classification)
	if d.severity != "" {
		dst = packstream.AppendString(packstream.AppendString(dst, "_severity"), d.severity)
	}
	if d.position != nil {
		dst = d.position.append(packstream.AppendString(dst, "_position"))
	}
	return dst
}
