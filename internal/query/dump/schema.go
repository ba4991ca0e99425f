package dump

import (
	"slices"
	"strconv"
	"strings"

	"memgraphd/internal/query/declared"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/constraint"
	"memgraphd/internal/storage/value"
)

// Schema is what is declared beside the graph at one moment.
type Schema struct {
	enums        []*declared.Enum
	numbered     map[uint32]*declared.Enum
	indexes      []storage.IndexDef
	constraints  []constraint.Definition
	descriptions []declared.Description
}

// ReadSchema reads the catalogue. Whoever needs it to fit to a view of the graph compares
// the store's SchemaEpoch from before the view with that of afterwards.
func ReadSchema(store *storage.Store, catalogue *declared.Catalogue) (*Schema, error) {
	s := &Schema{enums: catalogue.Enums(), numbered: map[uint32]*declared.Enum{}, descriptions: catalogue.Descriptions()}
	for _, e := range s.enums {
		s.numbered[e.Number] = e
	}
	for _, i := range store.Indexes() {
		if i.Ready {
			s.indexes = append(s.indexes, i.IndexDef)
		}
	}
	for _, e := range store.Entries(constraint.EntryKind) {
		d, err := constraint.Decode(e, store)
		if err != nil {
			return nil, err
		}
		s.constraints = append(s.constraints, d)
	}
	return s, nil
}

// KeepLabels leaves out the indexes and constraints of labels that sees refuses.
func (s *Schema) KeepLabels(store *storage.Store, sees func(label string) bool) {
	s.indexes = slices.DeleteFunc(s.indexes, func(i storage.IndexDef) bool { return !sees(store.LabelName(i.Label)) })
	s.constraints = slices.DeleteFunc(s.constraints, func(c constraint.Definition) bool { return !sees(store.LabelName(c.Label)) })
}

// DropDescriptions leaves out all descriptions.
func (s *Schema) DropDescriptions() { s.descriptions = nil }

// enumNames returns the names of an enum and of one of its values.
func (s *Schema) enumNames(enum, number uint32) (name, of string, ok bool) {
	e := s.numbered[enum]
	if e == nil || int64(number) >= int64(len(e.Values)) {
		return "", "", false
	}
	return e.Name, e.Values[number], true
}

// enumStatements makes the enums.
func (s *Schema) enumStatements() []string {
	out := make([]string, 0, len(s.enums))
	for _, e := range s.enums {
		b := append(appendName([]byte("CREATE ENUM "), e.Name), " VALUES { "...)
		for i, v := range e.Values {
			if i > 0 {
				b = append(b, ", "...)
			}
			b = appendName(b, v)
		}
		out = append(out, string(b)+" };")
	}
	return out
}

// indexStatements makes the indexes.
func (s *Schema) indexStatements(store *storage.Store) []string {
	out := make([]string, 0, len(s.indexes))
	for _, i := range s.indexes {
		b := appendName([]byte("CREATE INDEX ON :"), store.LabelName(i.Label))
		if i.HasKey {
			b = append(appendName(append(b, '('), store.KeyName(i.Key)), ')')
		}
		out = append(out, string(b)+";")
	}
	return out
}

// constraintStatements makes the constraints: existence, uniqueness, data types.
func (s *Schema) constraintStatements(store *storage.Store) []string {
	var out []string
	for _, rule := range []constraint.Rule{constraint.Exists, constraint.Unique, constraint.Typed} {
		for _, d := range s.constraints {
			if d.Rule == rule {
				out = append(out, constraintStatement(&d, store))
			}
		}
	}
	return out
}

func constraintStatement(d *constraint.Definition, store *storage.Store) string {
	keys := make([]string, len(d.Keys))
	for i, k := range d.Keys {
		keys[i] = string(appendName([]byte("u."), store.KeyName(k)))
	}
	b := string(appendName([]byte("CREATE CONSTRAINT ON (u:"), store.LabelName(d.Label))) + ") ASSERT "
	switch d.Rule {
	case constraint.Exists:
		return b + "EXISTS (" + keys[0] + ");"
	case constraint.Unique:
		return b + strings.Join(keys, ", ") + " IS UNIQUE;"
	case constraint.Typed:
		return b + keys[0] + " IS TYPED " + d.Type.String() + ";"
	}
	return ""
}

// descriptionStatements makes the descriptions.
func (s *Schema) descriptionStatements() []string {
	out := make([]string, 0, len(s.descriptions))
	for _, d := range s.descriptions {
		target := d.Target
		if d.Value.Kind() == value.KindInt { // a target is named with negative numbers in parentheses, but not written so
			n := strconv.FormatInt(d.Value.AsInt(), 10)
			if before, ok := strings.CutSuffix(target, "("+n+")"); ok {
				target = before + n
			}
		}
		b := appendString([]byte("SET DESCRIPTION ON "+target+" "), d.Text)
		out = append(out, string(b)+";")
	}
	return out
}
