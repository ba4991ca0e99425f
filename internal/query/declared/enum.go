package declared

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"memgraphd/internal/spelling"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/value"
)

// enumKind is the kind of the entries of enums. Their data are the number of the enum and
// the names of its values; the place of a name, from 0, is the number of the value. No
// number is ever given twice.
const enumKind = "enum"

// ValuesMax is how many values an enum may have.
const ValuesMax = 1 << 16

// Enum is one enum. It is immutable.
type Enum struct {
	Name   string
	Number uint32
	Values []string
}

// ErrUnknown is the class of errors about enums and values that do not exist.
var ErrUnknown = errors.New("unknown enum or value")

// UnknownError reports an enum, or a value of one, that does not exist.
type UnknownError struct {
	Enum    string
	Value   string // empty: the enum does not exist
	Nearest string // what may have been meant, or empty
}

// Error says what does not exist.
func (e *UnknownError) Error() string {
	if e.Value == "" {
		return fmt.Sprintf("there is no enum `%s`", e.Enum)
	}
	return fmt.Sprintf("the enum `%s` has no value `%s`", e.Enum, e.Value)
}

// Unwrap returns ErrUnknown.
func (*UnknownError) Unwrap() error { return ErrUnknown }

// Hint says what to do.
func (e *UnknownError) Hint() string {
	switch {
	case e.Nearest != "":
		return "did you mean " + e.Nearest + "?"
	case e.Value == "":
		return "SHOW ENUMS lists those that exist; CREATE ENUM makes one"
	}
	return "SHOW ENUMS lists its values; ALTER ENUM " + e.Enum + " ADD VALUE adds one"
}

func (x *contents) enum(e change.Entry) {
	lists, err := unpack(e.Data, 2)
	if err != nil || len(lists[0]) != 1 {
		x.damaged(e, cmp.Or(err, errShape))
		return
	}
	number, err := strconv.ParseUint(lists[0][0], 10, 32)
	if err != nil {
		x.damaged(e, err)
		return
	}
	n := &Enum{Name: e.Name, Number: uint32(number), Values: lists[1]}
	x.enums[n.Name], x.numbered[n.Number] = n, n
}

// Enums returns the enums in the order in which they were created.
func (c *Catalogue) Enums() []*Enum {
	all := slices.Collect(maps.Values(c.now().enums))
	slices.SortFunc(all, func(a, b *Enum) int { return int(a.Number) - int(b.Number) })
	return all
}

// HasEnums reports whether there is any enum.
func (c *Catalogue) HasEnums() bool { return len(c.now().enums) > 0 }

// HasEnum reports whether there is an enum of that name.
func (c *Catalogue) HasEnum(name string) bool { return c.now().enums[name] != nil }

// EnumValue returns the value of an enum by their names, or an *UnknownError.
func (c *Catalogue) EnumValue(enum, name string) (value.Value, error) {
	x := c.now()
	e := x.enums[enum]
	if e == nil {
		return value.Null, &UnknownError{Enum: enum, Nearest: spelling.Nearest(enum, slices.Sorted(maps.Keys(x.enums)))}
	}
	i := slices.Index(e.Values, name)
	if i < 0 {
		err := &UnknownError{Enum: enum, Value: name}
		if near := spelling.Nearest(name, e.Values); near != "" {
			err.Nearest = enum + "::" + near
		}
		return value.Null, err
	}
	return value.Enum(e.Number, uint32(i)), nil
}

// ParseEnum returns the value that a text of the form Enum::Value names. ok is false where
// the text has another form.
func (c *Catalogue) ParseEnum(text string) (v value.Value, ok bool, err error) {
	enum, name, ok := strings.Cut(text, "::")
	if !ok || enum == "" || name == "" {
		return value.Null, false, nil
	}
	v, err = c.EnumValue(enum, name)
	return v, true, err
}

// EnumText returns the text Enum::Value of a value of an enum.
func (c *Catalogue) EnumText(v value.Value) string {
	enum, number := v.AsEnum()
	if e := c.now().numbered[enum]; e != nil && int64(number) < int64(len(e.Values)) {
		return e.Name + "::" + e.Values[number]
	}
	return fmt.Sprintf("enum%d::value%d", enum, number) // its entry cannot be read
}

// The keys and the type of the map that stands for a value of an enum outside of the server.
const (
	typeKey, valueKey = "__type", "__value"
	enumType          = "mg_enum"
)

// Outgoing returns the map that stands for a value of an enum outside of the server.
func (c *Catalogue) Outgoing(v value.Value) value.Value {
	return value.Map([]value.Entry{
		{Key: typeKey, Value: value.String(enumType)}, {Key: valueKey, Value: value.String(c.EnumText(v))},
	})
}

// Incoming returns v with every map that stands for a value of an enum replaced by it. Where
// there are no enums, such a map stays one.
func (c *Catalogue) Incoming(v value.Value) (value.Value, error) {
	if !c.HasEnums() {
		return v, nil
	}
	out, _, err := c.incoming(v)
	return out, err
}

// incoming tells whether it replaced anything. Its depth is that of v, which the decoder bounds.
func (c *Catalogue) incoming(v value.Value) (out value.Value, changed bool, err error) {
	switch v.Kind() { //nolint:exhaustive // the others hold nothing
	case value.KindList:
		return c.incomingList(v)
	case value.KindMap:
		if text, ok := enumMap(v); ok {
			out, ok, err = c.ParseEnum(text)
			if !ok {
				return v, false, fmt.Errorf("%w: %q; write the name of an enum, :: and a value", ErrUnknown, text)
			}
			return out, true, err
		}
		return c.incomingMap(v)
	default:
		return v, false, nil
	}
}

func (c *Catalogue) incomingList(v value.Value) (value.Value, bool, error) {
	var elements []value.Value
	for i, e := range v.AsList() {
		x, changed, err := c.incoming(e)
		if err != nil {
			return v, false, err
		}
		if changed {
			if elements == nil {
				elements = slices.Clone(v.AsList())
			}
			elements[i] = x
		}
	}
	if elements == nil {
		return v, false, nil
	}
	return value.List(elements), true, nil
}

func (c *Catalogue) incomingMap(v value.Value) (value.Value, bool, error) {
	var entries []value.Entry
	for i, e := range v.AsMap() {
		x, changed, err := c.incoming(e.Value)
		if err != nil {
			return v, false, err
		}
		if changed {
			if entries == nil {
				entries = slices.Clone(v.AsMap())
			}
			entries[i].Value = x
		}
	}
	if entries == nil {
		return v, false, nil
	}
	return value.Map(entries), true, nil
}

// enumMap returns the text in a map that stands for a value of an enum.
func enumMap(v value.Value) (text string, ok bool) {
	if len(v.AsMap()) != 2 {
		return "", false
	}
	t, _ := v.Field(typeKey)
	x, _ := v.Field(valueKey)
	if t.Kind() != value.KindString || t.AsString() != enumType || x.Kind() != value.KindString {
		return "", false
	}
	return x.AsString(), true
}

// Errors of changes of enums.
var (
	ErrExists    = errors.New("exists already")
	ErrTooMany   = fmt.Errorf("an enum has at most %d values", ValuesMax)
	ErrDuplicate = errors.New("stands twice among the values")
	ErrName      = errors.New("the names of enums and values are not empty and have no colons")
)

// CreateEnum makes an enum.
func (c *Catalogue) CreateEnum(ctx context.Context, name string, values []string) error {
	c.change.Lock()
	defer c.change.Unlock()
	x := c.now()
	if x.err != nil {
		return x.err
	}
	if x.enums[name] != nil {
		return fmt.Errorf("the enum `%s` %w", name, ErrExists)
	}
	if err := checkNames(name, values); err != nil {
		return err
	}
	number := uint32(0)
	for n := range x.numbered {
		number = max(number, n+1)
	}
	return c.put(ctx, &Enum{Name: name, Number: number, Values: values})
}

// AddEnumValue adds a value, which is greater than the others.
func (c *Catalogue) AddEnumValue(ctx context.Context, enum, name string) error {
	return c.alter(ctx, enum, func(values []string) ([]string, error) {
		if slices.Contains(values, name) {
			return nil, fmt.Errorf("the value `%s` of the enum `%s` %w", name, enum, ErrExists)
		}
		return append(values, name), nil
	})
}

// RenameEnumValue gives a value another name, wherever it is stored.
func (c *Catalogue) RenameEnumValue(ctx context.Context, enum, from, to string) error {
	if _, err := c.EnumValue(enum, from); err != nil {
		return err
	}
	return c.alter(ctx, enum, func(values []string) ([]string, error) {
		if slices.Contains(values, to) {
			return nil, fmt.Errorf("the value `%s` of the enum `%s` %w", to, enum, ErrExists)
		}
		i := slices.Index(values, from)
		if i < 0 {
			return nil, &UnknownError{Enum: enum, Value: from}
		}
		values[i] = to
		return values, nil
	})
}

// alter changes the values of an enum; apply is given a copy.
func (c *Catalogue) alter(ctx context.Context, enum string, apply func([]string) ([]string, error)) error {
	c.change.Lock()
	defer c.change.Unlock()
	x := c.now()
	if x.err != nil {
		return x.err
	}
	e := x.enums[enum]
	if e == nil {
		_, err := c.EnumValue(enum, "")
		return err
	}
	values, err := apply(slices.Clone(e.Values))
	if err != nil {
		return err
	}
	if err := checkNames(enum, values); err != nil {
		return err
	}
	return c.put(ctx, &Enum{Name: enum, Number: e.Number, Values: values})
}

func checkNames(enum string, values []string) error {
	if len(values) > ValuesMax {
		return ErrTooMany
	}
	seen := make(map[string]bool, len(values))
	for _, v := range values {
		if seen[v] {
			return fmt.Errorf("`%s` %w", v, ErrDuplicate)
		}
		seen[v] = true
		if v == "" || strings.Contains(v, "::") {
			return ErrName
		}
	}
	if enum == "" || strings.Contains(enum, "::") {
		return ErrName
	}
	return nil
}

func (c *Catalogue) put(ctx context.Context, e *Enum) error {
	_, err := c.store.PutEntry(ctx, change.Entry{
		Kind: enumKind, Name: e.Name, Data: pack([]string{strconv.FormatUint(uint64(e.Number), 10)}, e.Values),
	})
	return err
}
