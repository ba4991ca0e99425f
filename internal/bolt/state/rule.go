package state

import (
	"strconv"

	"memgraphd/internal/bolt/message"
	"memgraphd/internal/bolt/wire"
)

// Action is what the server does with a request.
type Action uint8

// The actions.
const (
	Refuse  Action = iota // FAILURE: the message does not belong here; close
	Perform               // carry the request out and take Done, More or Failed
	Ignore                // IGNORED
	Hangup                // close without an answer
)

// String returns the word that the documentation uses.
func (a Action) String() string {
	switch a {
	case Refuse:
		return "refuse"
	case Perform:
		return "perform"
	case Ignore:
		return "ignore"
	case Hangup:
		return "hang up"
	}
	return "action " + strconv.Itoa(int(a))
}

// Rule says what follows from one request in one state.
type Rule struct {
	Action Action
	Done   State // after success
	More   State // after success while records are left: in this result, or in another of the transaction
	Failed State // after failure
}

// On returns the rule for the request k in state s of a conversation of version v.
func On(v wire.Version, s State, k message.Kind) Rule {
	switch {
	case s == Defunct:
		return Rule{Action: Refuse, Done: Defunct, More: Defunct, Failed: Defunct}
	case !k.In(v):
		return refuse()
	case k == message.KindGoodbye:
		return Rule{Action: Hangup, Done: Defunct, More: Defunct, Failed: Defunct}
	case k == message.KindReset:
		if s.LoggedIn() {
			return perform(Ready, Ready, Defunct)
		}
		return refuse()
	}
	switch s {
	case Negotiation:
		return onNegotiation(v, k)
	case Authentication:
		if k == message.KindLogon {
			return perform(Ready, Ready, Defunct)
		}
	case Ready:
		return onReady(k)
	case Streaming:
		return onStreaming(k, Streaming, Ready)
	case TxReady:
		return onTxReady(k)
	case TxStreaming:
		if k == message.KindRun {
			return perform(TxStreaming, TxStreaming, Failed)
		}
		return onStreaming(k, TxStreaming, TxReady)
	case Failed, Interrupted:
		return Rule{Action: Ignore, Done: s, More: s, Failed: s}
	case Defunct:
	}
	return refuse()
}

func onNegotiation(v wire.Version, k message.Kind) Rule {
	switch {
	case k != message.KindHello:
		return refuse()
	case v.AtLeast(wire.V51):
		return perform(Authentication, Authentication, Defunct)
	}
	return perform(Ready, Ready, Defunct)
}

func onReady(k message.Kind) Rule {
	switch k {
	case message.KindRun:
		return perform(Streaming, Streaming, Failed)
	case message.KindBegin:
		return perform(TxReady, TxReady, Failed)
	case message.KindRoute, message.KindTelemetry:
		return perform(Ready, Ready, Failed)
	case message.KindLogoff:
		return perform(Authentication, Authentication, Failed)
	case message.KindHello, message.KindGoodbye, message.KindReset, message.KindCommit,
		message.KindRollback, message.KindDiscard, message.KindPull, message.KindLogon,
		message.KindSuccess, message.KindRecord, message.KindIgnored, message.KindFailure:
	}
	return refuse()
}

func onTxReady(k message.Kind) Rule {
	switch k {
	case message.KindRun:
		return perform(TxStreaming, TxStreaming, Failed)
	case message.KindCommit, message.KindRollback:
		return perform(Ready, Ready, Failed)
	case message.KindHello, message.KindGoodbye, message.KindReset, message.KindBegin,
		message.KindDiscard, message.KindPull, message.KindTelemetry, message.KindRoute,
		message.KindLogon, message.KindLogoff, message.KindSuccess, message.KindRecord,
		message.KindIgnored, message.KindFailure:
	}
	return refuse()
}

func onStreaming(k message.Kind, more, done State) Rule {
	if k == message.KindPull || k == message.KindDiscard {
		return perform(done, more, Failed)
	}
	return refuse()
}

func perform(done, more, failed State) Rule {
	return Rule{Action: Perform, Done: done, More: more, Failed: failed}
}

func refuse() Rule {
	return Rule{Action: Refuse, Done: Defunct, More: Defunct, Failed: Defunct}
}
