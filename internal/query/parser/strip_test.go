package parser_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/parser"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/value"
)

// literals collects the numbered literals below v.
func literals(v reflect.Value, found map[int]value.Value) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return
		}
		if l, ok := reflect.TypeAssert[*ast.Literal](v); ok {
			if l.Auto > 0 {
				found[l.Auto] = l.Value
			}
			return
		}
		literals(v.Elem(), found)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				literals(v.Field(i), found)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			literals(v.Index(i), found)
		}
	default:
	}
}

// other returns a literal of the kind of the token, another than is there.
func other(k token.Kind) string {
	switch k {
	case token.Integer:
		return "77"
	case token.Float:
		return "7.5e3"
	default:
		return `'it\'s ? other'`
	}
}

func TestStripAgreesWithParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := query(t)
		key, values, ok := parser.Strip(text)
		s, err := parser.Parse(text, parser.Options{AutoLiterals: ok})
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		found := map[int]value.Value{}
		literals(reflect.ValueOf(s), found)
		if len(found) != len(values) {
			t.Fatalf("%d literals stripped, %d numbered\n%s\n%s", len(values), len(found), text, key)
		}
		for i, v := range values {
			if render(found[i+1]) != render(v) {
				t.Fatalf("literal %d: stripped %s, parsed %s\n%s", i+1, render(v), render(found[i+1]), text)
			}
		}
		changed := substitute(t, text, found)
		key2, values2, ok2 := parser.Strip(changed)
		if ok && (key2 != key || !ok2 || len(values2) != len(values)) {
			t.Fatalf("other literals give another key\n%s\n%s\n%s\n%s", text, key, changed, key2)
		}
		s2, err := parser.Parse(changed, parser.Options{AutoLiterals: ok2})
		if err != nil {
			t.Fatalf("%v\n%s", err, changed)
		}
		if a, b := shape(s), shape(s2); a != b {
			t.Fatalf("the same key, but another tree\n%s\n%s\n%s\n%s", text, changed, a, b)
		}
	})
}

// substitute replaces the numbered literals of text by others.
func substitute(t *rapid.T, text string, found map[int]value.Value) string {
	var b strings.Builder
	toks := token.Scan(nil, text)
	spans := map[token.Span]bool{}
	s, err := parser.Parse(text, parser.Options{AutoLiterals: true})
	if err != nil {
		t.Fatal(err)
	}
	places(reflect.ValueOf(s), spans)
	if len(spans) != len(found) {
		t.Fatalf("%d places for %d literals", len(spans), len(found))
	}
	end := int32(0)
	for _, tok := range toks {
		b.WriteString(text[end:tok.Start])
		if spans[tok.Span] {
			b.WriteString(other(tok.Kind))
		} else {
			b.WriteString(tok.Text(text))
		}
		end = tok.End
	}
	return b.String()
}

func places(v reflect.Value, spans map[token.Span]bool) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return
		}
		if l, ok := reflect.TypeAssert[*ast.Literal](v); ok {
			if l.Auto > 0 {
				spans[l.At] = true
			}
			return
		}
		places(v.Elem(), spans)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				places(v.Field(i), spans)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			places(v.Index(i), spans)
		}
	default:
	}
}

// shape renders everything in a tree but places and numbered values.
func shape(s ast.Statement) string {
	var b strings.Builder
	writeShape(&b, reflect.ValueOf(s))
	return b.String()
}

func writeShape(b *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			b.WriteString("-")
			return
		}
		if l, ok := reflect.TypeAssert[*ast.Literal](v); ok && l.Auto > 0 {
			fmt.Fprintf(b, "?%d%v", l.Auto, l.Value.Kind())
			return
		}
		writeShape(b, v.Elem())
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[ast.Place]() {
			return
		}
		if x, ok := reflect.TypeAssert[value.Value](v); ok {
			b.WriteString(render(x))
			return
		}
		fmt.Fprintf(b, "%s{", v.Type().Name())
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				writeShape(b, v.Field(i))
				b.WriteString(" ")
			}
		}
		b.WriteString("}")
	case reflect.Slice:
		fmt.Fprintf(b, "%d[", v.Len())
		for i := range v.Len() {
			writeShape(b, v.Index(i))
			b.WriteString(" ")
		}
		b.WriteString("]")
	default:
		fmt.Fprintf(b, "%v", v.Interface())
	}
}

// render shows a literal's value.
func render(v value.Value) string { return ast.ExprString(&ast.Literal{Value: v}) }
