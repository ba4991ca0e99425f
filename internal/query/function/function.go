package function

import (
	"slices"
	"strings"
	"sync"
	"unsafe"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

const valueSize = int64(unsafe.Sizeof(value.Value{}))

// Variadic is the MaxArgs of a function that takes any number of arguments.
const Variadic = -1

// Function describes one function or aggregate. It is immutable.
type Function struct {
	Name    string
	MinArgs int
	MaxArgs int    // Variadic: no upper bound
	Args    []Type // accepted types; the last one stands for all further arguments
	Result  Type
	// NullIn tells that a null among the arguments makes the result null; Eval is not
	// called then.
	NullIn bool
	// Volatile tells that two calls with equal arguments may differ within a statement.
	Volatile bool
	// Aggregate is the kind of an aggregate, NotAggregate for a plain function.
	Aggregate AggregateKind

	// Eval computes one row; it is nil for an aggregate. args are not kept.
	Eval func(c *Call, args []value.Value) (value.Value, error)
	// OnNodes and OnEdges, where they are set, do the same for the one argument of a
	// column of nodes or relationships: dst[i] belongs to ids[i]. Absent entities give null.
	OnNodes func(c *Call, dst []value.Value, ids []graph.NodeID) error
	OnEdges func(c *Call, dst []value.Value, edges []graph.Edge) error
	// OnFloat, where it is set, is a numeric function of one number.
	OnFloat func(float64) float64
}

// IsAggregate reports whether f is an aggregate.
func (f *Function) IsAggregate() bool { return f.Aggregate != NotAggregate }

// ArgType returns the static type that argument i may have.
func (f *Function) ArgType(i int) Type {
	if len(f.Args) == 0 {
		return Any
	}
	return f.Args[min(i, len(f.Args)-1)]
}

// Lookup finds a function by its name, without regard to case.
func Lookup(name string) (*Function, bool) {
	f, ok := catalogue()[strings.ToLower(name)]
	return f, ok
}

// Names returns the names of all functions as they are usually written, sorted.
func Names() []string {
	all := catalogue()
	names := make([]string, 0, len(all))
	for _, f := range all {
		if !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	return names
}

// catalogue builds the table of functions by lower-case name, once.
var catalogue = sync.OnceValue(func() map[string]*Function {
	all := make(map[string]*Function)
	for _, family := range [][]Function{
		graphFunctions(), listFunctions(), scalarFunctions(), conversionFunctions(),
		mathFunctions(), stringFunctions(), trimFunctions(), instantFunctions(), durationFunctions(),
		pointFunctions(), catalogueFunctions(), apocFunctions(), aggregateFunctions(),
	} {
		for i := range family {
			f := &family[i]
			key := strings.ToLower(f.Name)
			if all[key] != nil {
				panic("function: " + f.Name + " is listed twice")
			}
			all[key] = f
		}
	}
	for alias, name := range aliases() {
		all[alias] = all[strings.ToLower(name)]
	}
	return all
})

// aliases are further lower-case names of functions.
func aliases() map[string]string {
	return map[string]string{
		"upper": "toUpper", "lower": "toLower", "rels": "relationships",
		"char_length": "size", "character_length": "size", "stdevp": "stDevP",
		"ceiling": "ceil", "ln": "log", "distance": "point.distance",
	}
}
