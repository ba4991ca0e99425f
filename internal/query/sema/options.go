package sema

import "memgraphd/internal/storage/value"

// Variadic is the MaxArgs of a function that takes any number of arguments.
const Variadic = -1

// Signature is what Analyze needs to know of a function or an aggregate.
type Signature struct {
	Name             string // as it is usually written
	MinArgs, MaxArgs int    // MaxArgs is Variadic where there is no upper bound
	Args             []Type // accepted types; the last one stands for all further arguments
	Result           Type
	Aggregate        bool
	Volatile         bool // two calls with equal arguments may differ
}

// arg returns the types that argument i may have.
func (s *Signature) arg(i int) Type {
	if len(s.Args) == 0 {
		return Any
	}
	return s.Args[min(i, len(s.Args)-1)]
}

// Functions is a catalogue of functions.
type Functions interface {
	// Lookup finds a function by its name, without regard to case.
	Lookup(name string) (Signature, bool)
	// Names lists the functions, for suggestions.
	Names() []string
	// Field finds the type of a field of temporal values of one type, without regard to case.
	Field(of Type, name string) (result Type, ok bool)
	// Fields lists the fields of one type, for suggestions.
	Fields(of Type) []string
}

// Options are what Analyze needs beside the tree.
type Options struct {
	Functions  Functions
	Procedures Procedures // nil: there are none
	Enums      Enums      // nil: there are none
	// Interrupted is asked now and then; what it returns ends the analysis and is its error.
	// It may be nil.
	Interrupted func() error
}

// Enums is a catalogue of enums.
type Enums interface {
	// HasEnum reports whether there is an enum of that name.
	HasEnum(name string) bool
	// EnumValue finds the value of an enum. What is unknown gives an error with a method Hint.
	EnumValue(enum, name string) (value.Value, error)
}
