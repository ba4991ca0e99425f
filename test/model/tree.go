package model

import (
	"maps"
	"reflect"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/parser"
	"memgraphd/internal/storage/value"
	"memgraphd/test/model/reference"
)

// Trees are changed by reflection, so that nodes which the language gets later are covered
// without a word here.

// visit calls f for every place inside of v that can be set, from the outside in.
func visit(v reflect.Value, f func(reflect.Value)) {
	if v.CanSet() {
		f(v)
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			visit(v.Elem(), f)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[value.Value]() || v.Type() == reflect.TypeFor[ast.Place]() {
			return
		}
		for _, field := range v.Fields() {
			visit(field, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			visit(v.Index(i), f)
		}
	}
}

// exprType is the type of the places in which expressions stand.
func exprType() reflect.Type { return reflect.TypeFor[ast.Expr]() }

// parseQuery parses a query that is known to be one.
func parseQuery(text string) *ast.Query {
	tree, err := parser.Parse(text, parser.Options{})
	if err != nil {
		return nil
	}
	q, _ := tree.(*ast.Query)
	return q
}

// printed writes a tree, or "" where a change has left it without a text.
func printed(q *ast.Query) (text string) {
	defer func() {
		if recover() != nil {
			text = ""
		}
	}()
	return ast.String(q)
}

// parameterized writes a query with parameters in place of its literals; nil where it has
// none. Literals that are written alike become one parameter, because expressions are
// recognised by how they are written.
func parameterized(text string, params map[string]value.Value) *variant {
	q := parseQuery(text)
	if q == nil {
		return nil
	}
	all := map[string]value.Value{}
	maps.Copy(all, params)
	names := map[string]string{}
	visit(reflect.ValueOf(q), func(at reflect.Value) {
		if at.Type() != exprType() || at.IsNil() {
			return
		}
		l, ok := reflect.TypeAssert[*ast.Literal](at)
		if !ok || l.Value.IsNull() {
			return
		}
		key := l.Value.Kind().String() + reference.Text(l.Value)
		if names[key] == "" {
			names[key] = "q" + itoa(len(names))
			all[names[key]] = l.Value
		}
		at.Set(reflect.ValueOf(&ast.Param{Place: l.Place, Name: names[key]}))
	})
	out := printed(q)
	if len(names) == 0 || out == "" {
		return nil
	}
	return &variant{name: ", with parameters", text: out, params: all}
}
