package packstream

import "fmt"

// SyntaxError reports bytes that are not PackStream, or not what the message must hold.
type SyntaxError struct {
	At   int // offset in the message
	What string
}

// Error says what is wrong and where.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at byte %d of the message", e.What, e.At)
}

// LimitError reports a well-formed message that passes a limit.
type LimitError struct {
	What string // what there is too much of
	Max  int
}

// Error names the limit.
func (e *LimitError) Error() string {
	return fmt.Sprintf("the message holds more than %d %s", e.Max, e.What)
}
