package procedure

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"memgraphd/internal/query/sema"
)

// Registry is the catalogue of procedures. It is immutable; a nil one is empty.
type Registry struct {
	byName map[string]*Procedure // by the name in lower case
	list   []*Procedure          // by name
}

var _ sema.Procedures = (*Registry)(nil)

// NewRegistry returns a catalogue of the built-in procedures and more. version is what
// dbms.components() tells where a call has no Server.
func NewRegistry(version string, more ...Procedure) (*Registry, error) {
	r := &Registry{byName: map[string]*Procedure{}}
	all := slices.Concat(
		r.mgProcedures(), schemaProcedures(), dbProcedures(), serverProcedures(), r.dbmsProcedures(version),
		neo4jSchemaProcedures(), apocMetaProcedures(), llmProcedures(), apocUtilProcedures(), mergeProcedures(), more,
	)
	for i := range all {
		p := &all[i]
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("procedure %s: %w", p.Name, err)
		}
		key := strings.ToLower(p.Name)
		if r.byName[key] != nil {
			return nil, fmt.Errorf("there are two procedures called %s", p.Name)
		}
		r.byName[key] = p
		r.list = append(r.list, p)
	}
	slices.SortFunc(r.list, func(a, b *Procedure) int { return strings.Compare(a.Name, b.Name) })
	return r, nil
}

// check refuses a description that makes no sense.
func (p *Procedure) check() error {
	names := map[string]bool{}
	optional := false
	for _, a := range p.Args {
		switch {
		case a.Name == "" || names[a.Name]:
			return fmt.Errorf("an argument without a name of its own: %q", a.Name)
		case optional && !a.Optional:
			return fmt.Errorf("argument %s is not optional but follows one that is", a.Name)
		}
		names[a.Name], optional = true, a.Optional
	}
	clear(names)
	for _, r := range p.Results {
		if r.Name == "" || names[r.Name] {
			return fmt.Errorf("a result without a name of its own: %q", r.Name)
		}
		names[r.Name] = true
	}
	if p.Name == "" || p.Call == nil {
		return errors.New("it has no name or nothing to call")
	}
	return nil
}

// Lookup finds a procedure by its name, without regard to case.
func (r *Registry) Lookup(name string) (*Procedure, bool) {
	if r == nil {
		return nil, false
	}
	p, ok := r.byName[strings.ToLower(name)]
	return p, ok
}

// Procedure finds what package sema needs to know of a procedure.
func (r *Registry) Procedure(name string) (sema.Procedure, bool) {
	p, ok := r.Lookup(name)
	if !ok {
		return sema.Procedure{}, false
	}
	return p.facts(), true
}

// Names lists the procedures, sorted.
func (r *Registry) Names() []string {
	if r == nil {
		return nil
	}
	names := make([]string, len(r.list))
	for i, p := range r.list {
		names[i] = p.Name
	}
	return names
}
