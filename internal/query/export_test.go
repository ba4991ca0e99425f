package query

import "time"

// Count adds what succeeded to the tally of a session's engine.
func Count(s *Session, k StatementKind, d time.Duration) { s.took(k, d) }
