package message

import (
	"fmt"

	"memgraphd/internal/bolt/packstream"
	"memgraphd/internal/bolt/wire"
)

// Kind is the tag of a message.
type Kind uint8

// The requests.
const (
	KindHello     Kind = 0x01
	KindGoodbye   Kind = 0x02
	KindReset     Kind = 0x0F
	KindRun       Kind = 0x10
	KindBegin     Kind = 0x11
	KindCommit    Kind = 0x12
	KindRollback  Kind = 0x13
	KindDiscard   Kind = 0x2F
	KindPull      Kind = 0x3F
	KindTelemetry Kind = 0x54
	KindRoute     Kind = 0x66
	KindLogon     Kind = 0x6A
	KindLogoff    Kind = 0x6B
)

// The replies.
const (
	KindSuccess Kind = 0x70
	KindRecord  Kind = 0x71
	KindIgnored Kind = 0x7E
	KindFailure Kind = 0x7F
)

// Requests returns the kinds that a client sends.
func Requests() []Kind {
	return []Kind{
		KindHello, KindLogon, KindLogoff, KindTelemetry, KindGoodbye, KindReset, KindRun,
		KindDiscard, KindPull, KindBegin, KindCommit, KindRollback, KindRoute,
	}
}

// String returns the name of the message.
func (k Kind) String() string {
	switch k {
	case KindHello:
		return "HELLO"
	case KindGoodbye:
		return "GOODBYE"
	case KindReset:
		return "RESET"
	case KindRun:
		return "RUN"
	case KindBegin:
		return "BEGIN"
	case KindCommit:
		return "COMMIT"
	case KindRollback:
		return "ROLLBACK"
	case KindDiscard:
		return "DISCARD"
	case KindPull:
		return "PULL"
	case KindTelemetry:
		return "TELEMETRY"
	case KindRoute:
		return "ROUTE"
	case KindLogon:
		return "LOGON"
	case KindLogoff:
		return "LOGOFF"
	case KindSuccess:
		return "SUCCESS"
	case KindRecord:
		return "RECORD"
	case KindIgnored:
		return "IGNORED"
	case KindFailure:
		return "FAILURE"
	}
	return fmt.Sprintf("message %02X", uint8(k))
}

// Since returns the first version that has the request k; ok is false if none has.
func (k Kind) Since() (v wire.Version, ok bool) {
	switch k {
	case KindHello, KindGoodbye, KindReset, KindRun, KindBegin, KindCommit, KindRollback,
		KindDiscard, KindPull:
		return wire.V41, true
	case KindRoute:
		return wire.V43, true
	case KindLogon, KindLogoff:
		return wire.V51, true
	case KindTelemetry:
		return wire.V54, true
	case KindSuccess, KindRecord, KindIgnored, KindFailure:
	}
	return wire.Version{}, false
}

// In reports whether k is a request of version v.
func (k Kind) In(v wire.Version) bool {
	since, ok := k.Since()
	return ok && v.AtLeast(since)
}

// Fields returns the number of fields of the request k.
func (k Kind) Fields() int {
	switch k {
	case KindGoodbye, KindReset, KindCommit, KindRollback, KindLogoff:
		return 0
	case KindHello, KindLogon, KindTelemetry, KindBegin, KindDiscard, KindPull,
		KindSuccess, KindRecord, KindFailure:
		return 1
	case KindRun, KindRoute:
		return 3
	case KindIgnored:
	}
	return 0
}

// Peek returns the kind that the bytes of a message announce; 0 is none.
func Peek(body []byte) Kind {
	if len(body) < 2 || body[0]&0xF0 != 0xB0 {
		return 0
	}
	return Kind(body[1])
}

// Open reads the head of a request and checks its number of fields.
func Open(d *packstream.Decoder) (Kind, error) {
	fields, tag, err := d.StructHeader()
	if err != nil {
		return 0, err
	}
	k := Kind(tag)
	if _, ok := k.Since(); !ok {
		return 0, &packstream.SyntaxError{At: 1, What: "unknown " + k.String()}
	}
	if fields != k.Fields() {
		return 0, &packstream.SyntaxError{At: 0, What: fmt.Sprintf("%s with %d fields instead of %d", k, fields, k.Fields())}
	}
	return k, nil
}
