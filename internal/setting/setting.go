// Package setting holds the settings of the database that can be changed while the server
// runs, and remembers them.
//
// A setting that was changed is an entry of the store's catalogue, of kind "setting", with
// the name of the setting; so the log and the snapshots have it, and it is there after a
// restart. Its data are
//
//	version    1 byte, 1
//	value      the rest: UTF-8 text, as the user reads and writes it
//
// # Which value is in force
//
// At the start, that of the flag if one was given, then the one that is remembered, then the
// default of the flag. A change while the server runs is in force at once. Where it will not
// be at the next start, because a flag was given, Set says so.
//
// A remembered value that this version does not understand, or of a setting that it does not
// know, stays in the catalogue and is not in force; Load reports it.
package setting

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"memgraphd/internal/spelling"
	"memgraphd/internal/storage/change"
)

// Kind is the kind of the entries of settings.
const Kind = "setting"

// TextMax is the length of the longest value, in bytes.
const TextMax = 1 << 16

const dataVersion = 1

// Store is where the entries are kept.
type Store interface {
	Entries(kind string) []change.Entry
	PutEntry(ctx context.Context, e change.Entry) (change.Index, error)
}

// Definition describes one setting.
type Definition struct {
	Name string
	// Value is what is in force at the start, as flags or their defaults have it.
	Value string
	// Given names the flag and its place if one was given; empty otherwise.
	Given string
	// Check refuses a text with an error that says what would be right, or returns it in
	// its usual form.
	Check func(text string) (string, error)
	// Apply puts a checked value in force; nil where there is nothing to do.
	Apply func(text string)
	// Inert says why the setting is remembered and has no effect; empty for one that has.
	Inert string
	// Secret means that the value is shown to nobody.
	Secret bool
}

// Value is a setting and what is in force.
type Value struct {
	Name, Text string // of a secret, Text is Masked unless it is empty
	Stored     bool   // Text comes from SET DATABASE SETTING, now or before the start
}

// Masked is shown for a secret.
const Masked = "******"

// Table is the settings of one server. Its methods may be called concurrently.
type Table struct {
	store Store
	names []string // in their order; never changed

	change sync.Mutex // held from the check of a value until it is in force

	mu          sync.Mutex
	definitions map[string]Definition // guarded by mu
	values      map[string]Value      // guarded by mu; secrets in clear
}

// New returns a table of settings with the values of the start in force.
func New(s Store, definitions []Definition) *Table {
	t := &Table{store: s, definitions: map[string]Definition{}, values: map[string]Value{}}
	for _, d := range definitions {
		t.definitions[d.Name], t.values[d.Name] = d, Value{Name: d.Name, Text: d.Value}
	}
	t.names = slices.Sorted(maps.Keys(t.definitions))
	return t
}

// Remark is what Load has to say of a remembered value.
type Remark struct {
	Name, Text string // the setting and what is remembered
	Err        error  // why it is not in force; nil: it is
}

// Load puts the remembered values in force where no flag was given.
func (t *Table) Load() []Remark {
	t.change.Lock()
	defer t.change.Unlock()
	var remarks []Remark
	for _, e := range t.store.Entries(Kind) {
		r := Remark{Name: e.Name}
		r.Text, r.Err = t.load(e)
		if d, ok := t.definition(e.Name); ok {
			r.Text = d.Shown(r.Text)
		}
		remarks = append(remarks, r)
	}
	return remarks
}

func (t *Table) load(e change.Entry) (text string, err error) {
	if text, err = Decode(e.Data); err != nil {
		return "", err
	}
	d, ok := t.definition(e.Name)
	switch {
	case !ok:
		return text, t.unknown(e.Name)
	case d.Given != "":
		return text, &OverruledError{Name: e.Name, Given: d.Given}
	}
	checked, err := d.Check(text)
	if err != nil {
		return text, err
	}
	t.putInForce(d, checked, true)
	return text, nil
}

// Redefine takes over a setting whose flag has another value than at the start, or is given now and was not, or the
// other way round. A flag that is given wins, then the value that is remembered, then the default.
func (t *Table) Redefine(d Definition) {
	t.change.Lock()
	defer t.change.Unlock()
	t.mu.Lock()
	_, known := t.definitions[d.Name]
	if known {
		t.definitions[d.Name] = d
	}
	t.mu.Unlock()
	if !known {
		return
	}
	for _, e := range t.store.Entries(Kind) {
		if e.Name != d.Name {
			continue
		}
		if _, err := t.load(e); err == nil {
			return // the remembered value is in force
		}
	}
	t.putInForce(d, d.Value, false)
}

func (t *Table) definition(name string) (Definition, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	d, ok := t.definitions[name]
	return d, ok
}

func (t *Table) putInForce(d Definition, text string, stored bool) {
	if d.Apply != nil {
		d.Apply(text)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.values[d.Name] = Value{Name: d.Name, Text: text, Stored: stored}
}

// Get returns what is in force for a setting, or an *UnknownError.
func (t *Table) Get(name string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	v, ok := t.values[name]
	if !ok {
		return "", t.unknown(name)
	}
	return t.shown(v).Text, nil
}

// All returns what is in force, in the order of the names.
func (t *Table) All() []Value {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]Value, 0, len(t.values))
	for _, name := range t.names {
		all = append(all, t.shown(t.values[name]))
	}
	return all
}

// shown returns what may be shown of a value.
func (t *Table) shown(v Value) Value {
	v.Text = t.definitions[v.Name].Shown(v.Text)
	return v
}

// Shown returns what may be shown of a value.
func (d Definition) Shown(text string) string {
	if d.Secret && text != "" {
		return Masked
	}
	return text
}

// Changed is what Set has done.
type Changed struct {
	Text      string // in force now, as it may be shown
	Overruled string // the flag that wins over it at the next start; empty: none
	Inert     string // why it has no effect; empty: it has
}

// Set remembers a value as a commit of its own, and then puts it in force. The error is an
// *UnknownError, an *InvalidError, or says why the commit failed; then nothing has changed.
func (t *Table) Set(ctx context.Context, name, text string) (Changed, error) {
	t.change.Lock()
	defer t.change.Unlock()
	d, ok := t.definition(name)
	if !ok {
		return Changed{}, t.unknown(name)
	}
	if len(text) > TextMax {
		return Changed{}, &InvalidError{Name: name, Err: fmt.Errorf("it has %d bytes, and at most %d", len(text), TextMax)}
	}
	text, err := d.Check(text)
	if err != nil {
		return Changed{}, &InvalidError{Name: name, Err: err}
	}
	e := change.Entry{Kind: Kind, Name: name, Data: append([]byte{dataVersion}, text...)}
	if _, err := t.store.PutEntry(ctx, e); err != nil {
		return Changed{}, err
	}
	t.putInForce(d, text, true)
	return Changed{Text: d.Shown(text), Overruled: d.Given, Inert: d.Inert}, nil
}

// Decode returns the value in an entry of Kind.
func Decode(data []byte) (text string, err error) {
	if len(data) == 0 || data[0] != dataVersion {
		return "", errNewer
	}
	return string(data[1:]), nil
}

func (t *Table) unknown(name string) error {
	return &UnknownError{
		Name: name, Nearest: spelling.Nearest(name, t.names),
	}
}
