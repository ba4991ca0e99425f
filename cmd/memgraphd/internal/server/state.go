package server

import "strings"

// state is what the server does, for those who ask whether it serves.
type state string

const (
	stateStarting   state = "starting"
	stateRecovering state = "recovering"
	stateServing    state = "serving"
	stateBroken     state = "broken" // serves, without data
	stateStopping   state = "stopping"
)

// health is a state with a sentence about it.
type health struct {
	state state
	text  string
}

// setState notes a state. Its sentence is one line, as systemd wants it.
func (s *server) setState(st state, text string) {
	s.health.Store(&health{st, strings.ReplaceAll(text, "\n", "; ")})
}

// state returns what the server does now.
func (s *server) state() health {
	if h := s.health.Load(); h != nil {
		return *h
	}
	return health{stateStarting, "Starting"}
}
