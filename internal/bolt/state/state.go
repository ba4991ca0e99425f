package state

import "strconv"

// State is what a conversation has come to.
type State uint8

// The states.
const (
	Negotiation State = iota
	Authentication
	Ready
	Streaming
	TxReady
	TxStreaming
	Failed
	Interrupted
	Defunct
)

// States returns every state in the order of a conversation's life.
func States() []State {
	return []State{Negotiation, Authentication, Ready, Streaming, TxReady, TxStreaming, Failed, Interrupted, Defunct}
}

// String returns the name of s in the specification.
func (s State) String() string {
	switch s {
	case Negotiation:
		return "NEGOTIATION"
	case Authentication:
		return "AUTHENTICATION"
	case Ready:
		return "READY"
	case Streaming:
		return "STREAMING"
	case TxReady:
		return "TX_READY"
	case TxStreaming:
		return "TX_STREAMING"
	case Failed:
		return "FAILED"
	case Interrupted:
		return "INTERRUPTED"
	case Defunct:
		return "DEFUNCT"
	}
	return "state " + strconv.Itoa(int(s))
}

// LoggedIn reports whether the client has authenticated itself, as far as s tells.
func (s State) LoggedIn() bool { return s != Negotiation && s != Authentication && s != Defunct }

// Interrupt returns the state after a RESET arrived that has not had its turn yet.
func (s State) Interrupt() State {
	if s.LoggedIn() {
		return Interrupted
	}
	return s
}
