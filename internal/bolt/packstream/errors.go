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

// StructureError reports a structure where a plain value is needed.
type StructureError struct {
	Tag byte
}

// Error names the structure.
func (e *StructureError) Error() string {
	return fmt.Sprintf("a value of type %s cannot be used as a parameter", structureName(e.Tag))
}

// Tags of the structures that stand for values.
const (
	TagNode         = 0x4E
	TagRelationship = 0x52
	TagUnbound      = 0x72
	TagPath         = 0x50
)

// structureName returns the name of the structure that a client knows it by.
func structureName(tag byte) string {
	switch tag {
	case TagNode:
		return "Node"
	case TagRelationship, TagUnbound:
		return "Relationship"
	case TagPath:
		return "Path"
	case 'D':
		return "Date"
	case 'T':
		return "Time"
	case 't':
		return "LocalTime"
	case 'I', 'i', 'F', 'f':
		return "DateTime"
	case 'd':
		return "LocalDateTime"
	case 'E':
		return "Duration"
	case 'X', 'Y':
		return "Point"
	case 'V':
		return "Vector"
	}
	return fmt.Sprintf("structure %02X", tag)
}
