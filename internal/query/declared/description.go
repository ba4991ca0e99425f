package declared

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/value"
)

// descriptionKind is the kind of the entries of descriptions. Their name is the text of the
// target.
const descriptionKind = "description"

// Description is the description of one target. It is immutable.
type Description struct {
	Target string // as it is written, which tells the targets apart
	Type   string // what is described, for example LABEL PROPERTY
	Names  []string
	Start  []string // labels of the start node
	End    []string
	// Property is empty where none is described.
	Property string
	// Value is null where no value is described, else a string, a number or a boolean.
	Value value.Value
	Text  string
}

// descriptionLists is the number of lists in the data of a description.
const descriptionLists = 7

func (x *contents) description(e change.Entry) {
	lists, err := unpack(e.Data, descriptionLists)
	if err != nil || len(lists[0]) != 1 || len(lists[4]) != 1 || len(lists[6]) != 1 {
		x.damaged(e, errShape)
		return
	}
	v, ok := unpackValue(lists[5])
	if !ok {
		x.damaged(e, errShape)
		return
	}
	d := Description{
		Target: e.Name, Type: lists[0][0], Names: lists[1], Start: lists[2], End: lists[3],
		Property: lists[4][0], Value: v, Text: lists[6][0],
	}
	x.descriptions[e.Name] = d
	if d.Property != "" && len(d.Names) == 0 {
		x.ofProperty[d.Property] = append(x.ofProperty[d.Property], d)
	}
}

// packValue returns a type and a text, or nothing for null.
func packValue(v value.Value) []string {
	switch v.Kind() { //nolint:exhaustive // no others are described
	case value.KindString:
		return []string{"string", v.AsString()}
	case value.KindInt:
		return []string{"integer", strconv.FormatInt(v.AsInt(), 10)}
	case value.KindFloat:
		return []string{"float", strconv.FormatFloat(v.AsFloat(), 'g', -1, 64)}
	case value.KindBool:
		return []string{"boolean", strconv.FormatBool(v.AsBool())}
	default:
		return nil
	}
}

func unpackValue(parts []string) (value.Value, bool) {
	if len(parts) == 0 {
		return value.Null, true
	}
	if len(parts) != 2 {
		return value.Null, false
	}
	switch parts[0] {
	case "string":
		return value.String(parts[1]), true
	case "integer":
		i, err := strconv.ParseInt(parts[1], 10, 64)
		return value.Int(i), err == nil
	case "float":
		f, err := strconv.ParseFloat(parts[1], 64)
		return value.Float(f), err == nil
	case "boolean":
		b, err := strconv.ParseBool(parts[1])
		return value.Bool(b), err == nil
	}
	return value.Null, false
}

// Descriptions returns all descriptions, sorted by their targets.
func (c *Catalogue) Descriptions() []Description {
	x := c.now()
	all := make([]Description, 0, len(x.descriptions))
	for _, target := range slices.Sorted(maps.Keys(x.descriptions)) {
		all = append(all, x.descriptions[target])
	}
	return all
}

// DescriptionOf returns the description of a value of a property.
func (c *Catalogue) DescriptionOf(property string, v value.Value) (text string, ok bool) {
	for _, d := range c.now().ofProperty[property] {
		if value.Equal(d.Value, v) == value.Yes {
			return d.Text, true
		}
	}
	return "", false
}

// Describe stores a description; it replaces an earlier one of the same target.
func (c *Catalogue) Describe(ctx context.Context, d Description) error {
	_, err := c.store.PutEntry(ctx, change.Entry{
		Kind: descriptionKind, Name: d.Target,
		Data: pack([]string{d.Type}, d.Names, d.Start, d.End, []string{d.Property}, packValue(d.Value), []string{d.Text}),
	})
	return err
}

// DropDescription removes the description of a target; dropped is false if there is none.
func (c *Catalogue) DropDescription(ctx context.Context, target string) (dropped bool, err error) {
	_, dropped, err = c.store.DeleteEntry(ctx, descriptionKind, target)
	return dropped, err
}
