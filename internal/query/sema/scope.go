package sema

import "slices"

// scope holds the variables that can be seen at one place. A name is looked up in the
// scope and then in those around it.
type scope struct {
	parent  *scope
	symbols []*Symbol
	byName  map[string]*Symbol // nil while there are few
	before  *scope             // what could be seen before a projection, for messages
}

// scopeFew is the number of variables up to which a scope is searched from end to end.
const scopeFew = 12

// add makes s visible; an earlier variable of the same name is hidden.
func (s *scope) add(sym *Symbol) {
	s.symbols = append(s.symbols, sym)
	if s.byName != nil {
		s.byName[sym.Name] = sym
		return
	}
	if len(s.symbols) > scopeFew {
		s.byName = make(map[string]*Symbol, 2*len(s.symbols))
		for _, sym := range s.symbols {
			s.byName[sym.Name] = sym
		}
	}
}

// own returns the variable called name of this very scope, or nil.
func (s *scope) own(name string) *Symbol {
	if s.byName != nil {
		return s.byName[name]
	}
	for _, sym := range slices.Backward(s.symbols) {
		if sym.Name == name {
			return sym
		}
	}
	return nil
}

// find returns the variable called name, or nil.
func (s *scope) find(name string) *Symbol {
	for ; s != nil; s = s.parent {
		if sym := s.own(name); sym != nil {
			return sym
		}
	}
	return nil
}

// visible returns the variables of this very scope that nothing hides.
func (s *scope) visible() []*Symbol {
	out := make([]*Symbol, 0, len(s.symbols))
	for _, sym := range s.symbols {
		if s.own(sym.Name) == sym {
			out = append(out, sym)
		}
	}
	return out
}

// all returns the variables of s and of the scopes around it that nothing hides.
func (s *scope) all() []*Symbol {
	var out []*Symbol
	for at := s; at != nil; at = at.parent {
		for _, sym := range at.visible() {
			if s.find(sym.Name) == sym {
				out = append(out, sym)
			}
		}
	}
	return out
}

// names returns the names of all variables that can be seen.
func (s *scope) names() []string {
	var out []string
	for ; s != nil; s = s.parent {
		for _, sym := range s.symbols {
			out = append(out, sym.Name)
		}
	}
	return out
}

// had reports whether a projection took away a variable called name.
func (s *scope) had(name string) bool {
	for ; s != nil; s = s.parent {
		for old := s.before; old != nil; old = old.before {
			if old.find(name) != nil {
				return true
			}
		}
	}
	return false
}

// inner returns an empty scope inside s.
func (s *scope) inner() *scope { return &scope{parent: s} }
