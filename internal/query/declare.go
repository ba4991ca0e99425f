package query

import (
	"context"
	"errors"
	"slices"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/declared"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// incoming replaces the maps in params that stand for values of enums.
func (e *Engine) incoming(params value.Value) (value.Value, error) {
	params, err := e.catalogue.Incoming(params)
	if err == nil {
		return params, nil
	}
	f := failure.Argument("UnknownEnum", "a parameter is no value of an enum: %s", err)
	if unknown, ok := errors.AsType[*declared.UnknownError](err); ok {
		f = f.WithHint("%s", unknown.Hint())
	}
	return params, f
}

// changeEnum carries out CREATE, ALTER and DROP ENUM.
func (s *Session) changeEnum(ctx context.Context, r *Result, st *ast.EnumStatement, o TxOptions) error {
	if err := s.outsideTransaction("Creating or modifying enums", st); err != nil {
		return err
	}
	if o.ReadOnly {
		return readOnly().At(st.At)
	}
	names := make([]string, len(st.Values))
	for i, n := range st.Values {
		names[i] = n.Text
	}
	c, enum := s.engine.catalogue, st.Enum.Text
	var err error
	switch st.Verb {
	case ast.CreateEnum:
		err = c.CreateEnum(ctx, enum, names)
	case ast.AddEnumValue:
		err = c.AddEnumValue(ctx, enum, names[0])
	case ast.UpdateEnumValue:
		err = c.RenameEnumValue(ctx, enum, names[0], names[1])
	case ast.RemoveEnumValue:
		return notRemoved("ALTER ENUM … REMOVE VALUE").At(st.At).WithHint("rename the value with ALTER ENUM … UPDATE VALUE")
	case ast.DropEnum:
		return notRemoved("DROP ENUM").At(st.At).WithHint("leave it; an enum that is not used costs nothing")
	}
	if err != nil {
		return enumError(err).At(st.At)
	}
	r.answer(table{})
	return nil
}

func notRemoved(what string) *failure.Error {
	return failure.Syntax("NotSupported", "%s is not supported, because nodes and relationships may hold what it would remove", what)
}

// enumError makes an error of the catalogue one of the statement.
func enumError(err error) *failure.Error {
	var unknown *declared.UnknownError
	switch {
	case errors.As(err, &unknown):
		return failure.New(failure.ClientError, failure.Runtime, "UnknownEnum", "%s", err).WithHint("%s", unknown.Hint())
	case errors.Is(err, declared.ErrExists):
		return failure.New(failure.ClientError, failure.Runtime, "EnumExists", "%s", err).WithHint("SHOW ENUMS lists what exists")
	case errors.Is(err, declared.ErrTooMany), errors.Is(err, declared.ErrDuplicate), errors.Is(err, declared.ErrName):
		return failure.New(failure.ClientError, failure.Runtime, "InvalidEnum", "%s", err)
	}
	if f := failure.Of(err); f != nil {
		return f
	}
	return failure.New(failure.DatabaseError, failure.Runtime, "CatalogueFailed", "the catalogue was not changed: %s", err).
		WithHint("see the server's log, mend the cause and try again").WithCause(err)
}

func showEnums(_ context.Context, s *Session) (table, error) {
	t := table{columns: []string{"Enum Name", "Enum Values"}}
	for _, e := range s.engine.catalogue.Enums() {
		t.rows = append(t.rows, []value.Value{value.String(e.Name), texts(e.Values)})
	}
	return t, nil
}

// describe carries out SET DESCRIPTION and DELETE DESCRIPTION.
func (s *Session) describe(ctx context.Context, r *Result, st *ast.DescriptionStatement, o TxOptions) error {
	if err := s.outsideTransaction("Setting or deleting descriptions", st); err != nil {
		return err
	}
	if o.ReadOnly {
		return readOnly().At(st.At)
	}
	d := describedBy(&st.Target)
	if st.Drop {
		dropped, err := s.engine.catalogue.DropDescription(ctx, d.Target)
		if err != nil {
			return enumError(err).At(st.At)
		}
		if !dropped {
			return failure.New(failure.ClientError, failure.Runtime, "DescriptionDoesNotExist", "%s has no description", d.Target).
				At(st.At).WithHint("SHOW DESCRIPTIONS lists those that exist")
		}
		r.answer(table{})
		return nil
	}
	d.Text = st.Text
	if err := s.engine.catalogue.Describe(ctx, d); err != nil {
		return enumError(err).At(st.At)
	}
	r.answer(table{})
	return nil
}

// describedBy returns an empty description of t. The order of labels does not count.
func describedBy(t *ast.DescriptionTarget) declared.Description {
	for _, labels := range []*[]ast.Name{&t.Names, &t.Start, &t.End} {
		byText := func(a, b ast.Name) int { return strings.Compare(a.Text, b.Text) }
		slices.SortFunc(*labels, byText)
		*labels = slices.CompactFunc(*labels, func(a, b ast.Name) bool { return a.Text == b.Text })
	}
	d := declared.Description{
		Target: t.String(), Type: t.Kind.String(), Names: nameTexts(t.Names), Start: nameTexts(t.Start), End: nameTexts(t.End),
		Property: t.Property.Text,
	}
	if t.Value != nil {
		d.Value = t.Value.Value
	}
	return d
}

func nameTexts(names []ast.Name) []string {
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = n.Text
	}
	return list
}

func showDescriptions(_ context.Context, s *Session) (table, error) {
	t := table{columns: []string{"type", "label", "start_node_labels", "end_node_labels", "property", "value", "description"}}
	optional := func(list []string) value.Value {
		if len(list) == 0 {
			return value.Null
		}
		return texts(list)
	}
	for _, d := range s.engine.catalogue.Descriptions() {
		label, property := value.Null, value.Null
		if len(d.Names) > 0 {
			label = value.String(strings.Join(d.Names, ":"))
		}
		if d.Property != "" {
			property = value.String(d.Property)
		}
		t.rows = append(t.rows, []value.Value{
			value.String(d.Type), label, optional(d.Start), optional(d.End), property, d.Value, value.String(d.Text),
		})
	}
	return t, nil
}
