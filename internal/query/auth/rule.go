package auth

import (
	"cmp"
	"slices"
	"strings"
)

// Subject is what a rule is about.
type Subject uint8

// The subjects.
const (
	Nodes Subject = 1
	Edges Subject = 2 // relationships
)

// Scope says which part of a thing a rule is about.
type Scope uint8

// The scopes.
const (
	Itself        Scope = 0 // that it is there, its labels, and its properties where no rule narrows them
	OneProperty   Scope = 1
	EveryProperty Scope = 2
)

// Actions is a set of what can be done with a thing.
type Actions uint8

// The actions. Properties know Read and SetProperty; the others are of things themselves.
const (
	Read Actions = 1 << iota
	Update
	CreateNew
	DeleteIt
	SetLabel
	RemoveLabel
	SetProperty

	// EveryAction is every action on nodes themselves.
	EveryAction = Read | Update | CreateNew | DeleteIt | SetLabel | RemoveLabel
	// EveryEdgeAction is every action on relationships themselves, which have no labels.
	EveryEdgeAction = Read | Update | CreateNew | DeleteIt
	// EveryPropertyAction is every action on properties.
	EveryPropertyAction = Read | SetProperty
)

// Names returns the names of the actions, as statements spell them.
func (a Actions) Names() []string {
	var names []string
	for _, n := range []struct {
		action Actions
		name   string
	}{
		{CreateNew, "CREATE"},
		{Read, "READ"},
		{Update, "UPDATE"},
		{DeleteIt, "DELETE"},
		{SetLabel, "SET LABEL"},
		{RemoveLabel, "REMOVE LABEL"},
		{SetProperty, "SET PROPERTY"},
	} {
		if a&n.action != 0 {
			names = append(names, n.name)
		}
	}
	return names
}

// String returns the names with commas between, or NOTHING.
func (a Actions) String() string {
	if a == 0 {
		return "NOTHING"
	}
	return strings.Join(a.Names(), ", ")
}

// Target is what a rule is about: the nodes with some labels or the relationships of some
// types, or a property of them.
type Target struct {
	Subject  Subject
	Names    []string // labels or types, sorted; none: all
	Exactly  bool     // the labels of the node are Names and no other; else it has one of them
	Scope    Scope
	Property string // with OneProperty
}

// normal returns t in the one form that it is stored in.
func (t Target) normal() Target {
	t.Names = slices.Clone(t.Names)
	slices.Sort(t.Names)
	t.Names = slices.Compact(t.Names)
	t.Exactly = t.Exactly && t.Subject == Nodes && len(t.Names) > 0
	if t.Scope != OneProperty {
		t.Property = ""
	}
	return t
}

func (t Target) compare(o Target) int {
	exactly := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(t.Subject, o.Subject), slices.Compare(t.Names, o.Names), exactly(t.Exactly)-exactly(o.Exactly),
		cmp.Compare(t.Scope, o.Scope), strings.Compare(t.Property, o.Property),
	)
}

// actions are those that the target knows.
func (t Target) actions() Actions {
	switch {
	case t.Scope != Itself:
		return EveryPropertyAction
	case t.Subject == Edges:
		return EveryEdgeAction
	}
	return EveryAction
}

// Rule is what is granted and denied on a target.
type Rule struct {
	Target
	Granted Actions
	Denied  Actions
}
