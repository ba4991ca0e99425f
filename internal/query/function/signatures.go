package function

import "memgraphd/internal/query/sema"

// Signatures shows the functions to package sema.
var Signatures sema.Functions = signatures{}

type signatures struct{}

// Lookup finds a function by its name, without regard to case.
func (signatures) Lookup(name string) (sema.Signature, bool) {
	f, ok := Lookup(name)
	if !ok {
		return sema.Signature{}, false
	}
	s := sema.Signature{
		Name: f.Name, MinArgs: f.MinArgs, MaxArgs: f.MaxArgs, Result: sema.Type(f.Result),
		Aggregate: f.IsAggregate(), Volatile: f.Volatile, Args: make([]sema.Type, len(f.Args)),
	}
	for i, t := range f.Args {
		s.Args[i] = sema.Type(t)
	}
	return s, true
}

// Names returns the names of all functions as they are usually written, sorted.
func (signatures) Names() []string { return Names() }

// Field finds the type of a field of points, or of temporal values of one type, without regard to case.
func (signatures) Field(of sema.Type, name string) (sema.Type, bool) {
	t, ok := fieldType(Type(of), name)
	return sema.Type(t), ok
}

// Fields lists the fields of one type as they are usually written.
func (signatures) Fields(of sema.Type) []string { return fieldNames(Type(of)) }
