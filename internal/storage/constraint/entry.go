package constraint

import (
	"encoding/binary"
	"errors"
	"fmt"

	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
)

// EntryKind is the kind of the catalogue entries of constraints.
const EntryKind = "constraint"

const entryVersion = 1

// ErrEntry reports an entry of the catalogue that is no constraint.
var ErrEntry = errors.New("unreadable constraint entry")

// ErrDefinition reports a constraint that there cannot be.
var ErrDefinition = errors.New("no such constraint is possible")

// Encode returns the entry of d, and d as Decode gives it back.
func Encode(d Definition, names Names) (change.Entry, Definition, error) {
	given := len(d.Keys)
	d = normalized(d, names)
	switch {
	case len(d.Keys) != given:
		return change.Entry{}, d, fmt.Errorf("%w: a property is named twice", ErrDefinition)
	case given == 0 || given > KeysMax:
		return change.Entry{}, d, fmt.Errorf("%w: %d properties, of 1 to %d", ErrDefinition, given, KeysMax)
	case !d.valid():
		return change.Entry{}, d, fmt.Errorf("%w: rule %d, type %d, %d properties", ErrDefinition, d.Rule, d.Type, given)
	}
	data := []byte{entryVersion, byte(d.Rule), byte(d.Type), byte(len(d.Keys))}
	data = appendText(data, names.LabelName(d.Label))
	for _, k := range d.Keys {
		data = appendText(data, names.KeyName(k))
	}
	return change.Entry{Kind: EntryKind, Name: EntryName(&d, names), Data: data}, d, nil
}

// EntryName returns the name of the entry of d, for example "unique :User(email)".
func EntryName(d *Definition, names Names) string { return d.Rule.String() + " " + Target(d, names) }

// valid reports whether rule, type and number of keys go together.
func (d *Definition) valid() bool {
	switch d.Rule {
	case Exists:
		return d.Type == 0 && len(d.Keys) == 1
	case Unique:
		return d.Type == 0
	case Typed:
		return d.Type > 0 && d.Type < typesEnd && len(d.Keys) == 1
	}
	return false
}

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// entryHead is the bytes before the label.
const entryHead = 4

// Decode returns the constraint of an entry.
func Decode(e change.Entry, names Interner) (Definition, error) {
	if err := e.CheckVersion(entryVersion); err != nil {
		return Definition{}, err
	}
	fail := fmt.Errorf("%w %q", ErrEntry, e.Name)
	if len(e.Data) < entryHead || e.Data[0] != entryVersion {
		return Definition{}, fail
	}
	count := int(e.Data[3])
	if count < 1 || count > KeysMax {
		return Definition{}, fail
	}
	texts := make([]string, 1+count)
	rest := e.Data[entryHead:]
	for i := range texts {
		length, n := binary.Uvarint(rest)
		if n <= 0 || length > uint64(len(rest)-n) {
			return Definition{}, fail
		}
		texts[i], rest = string(rest[n:n+int(length)]), rest[n+int(length):]
		if i > 1 && texts[i-1] >= texts[i] {
			return Definition{}, fail
		}
	}
	d := Definition{Rule: Rule(e.Data[1]), Type: Type(e.Data[2]), Keys: make([]graph.KeyID, count)}
	if len(rest) > 0 || !d.valid() {
		return Definition{}, fail
	}
	var err error
	if d.Label, err = names.InternLabel(texts[0]); err != nil {
		return Definition{}, err
	}
	for i, text := range texts[1:] {
		if d.Keys[i], err = names.InternKey(text); err != nil {
			return Definition{}, err
		}
	}
	return d, nil
}
