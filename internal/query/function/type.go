package function

// Type is the static type of an argument or a result: a set of the kinds that a value may
// have, null besides. Its bits are those of sema.Type.
type Type uint32

// The static types.
const (
	Boolean Type = 1 << iota
	Integer
	Float
	String
	Bytes
	List
	Map
	Node
	Edge
	Path
	EdgeList
	Date
	Time // with an offset
	LocalTime
	DateTime // with a zone
	LocalDateTime
	Duration
	Point

	Number   = Integer | Float
	Lists    = List | EdgeList
	Instant  = Date | Time | LocalTime | DateTime | LocalDateTime
	Temporal = Instant | Duration
	Any      = Boolean | Number | String | Bytes | Lists | Map | Node | Edge | Path | Temporal | Point
)
