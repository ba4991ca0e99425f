package load

import (
	"strconv"
	"unicode/utf8"

	"memgraphd/internal/query/parser"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/value"
)

// depthMax bounds the nesting of values that are looked into; deeper ones are the server's.
const depthMax = 32

// words walks over the tokens of a statement.
type words struct {
	text string
	toks []token.Token // ends with EOF
	pos  int
}

func (w *words) kind() token.Kind { return w.toks[w.pos].Kind }

func (w *words) kindAt(n int) token.Kind {
	return w.toks[min(w.pos+n, len(w.toks)-1)].Kind
}

// word returns the current token as it is written.
func (w *words) word() string { return w.toks[w.pos].Text(w.text) }

// accept moves behind a token of kind k.
func (w *words) accept(k token.Kind) bool {
	if w.kind() != k {
		return false
	}
	w.pos++
	return true
}

// acceptAll moves behind a sequence of kinds, or not at all.
func (w *words) acceptAll(kinds ...token.Kind) bool {
	for i, k := range kinds {
		if w.kindAt(i) != k {
			return false
		}
	}
	w.pos += len(kinds)
	return true
}

// name moves behind a name and returns it as it is written.
func (w *words) name() (string, bool) {
	if !w.kind().IsName() {
		return "", false
	}
	text := w.word()
	w.pos++
	return text, true
}

// literal moves behind a value that is written out, as a parameter has it, or not at all.
func (w *words) literal(depth int) (v any, ok bool) {
	start := w.pos
	if v, ok = w.constant(depth); !ok {
		w.pos = start
	}
	return v, ok
}

func (w *words) constant(depth int) (v any, ok bool) {
	if depth > depthMax {
		return nil, false
	}
	k, text := w.kind(), w.word()
	w.pos++
	switch k {
	case token.Null:
		return nil, true
	case token.True, token.False:
		return k == token.True, true
	case token.Minus:
		return w.negative()
	case token.Integer, token.Float, token.String:
		return native(k, text)
	case token.LBracket:
		return w.list(depth)
	case token.LBrace:
		return w.entries(depth)
	default:
		return nil, false
	}
}

// native returns a number or a string as a parameter has it.
func native(k token.Kind, text string) (any, bool) {
	v, ok := parser.Literal(k, text)
	if !ok {
		return nil, false
	}
	switch v.Kind() { //nolint:exhaustive // literals have no other kinds
	case value.KindInt:
		return v.AsInt(), true
	case value.KindFloat:
		return v.AsFloat(), true
	case value.KindString:
		return v.AsString(), utf8.ValidString(v.AsString())
	default:
		return nil, false
	}
}

func (w *words) negative() (any, bool) {
	if w.kind() != token.Integer && w.kind() != token.Float {
		return nil, false
	}
	text := w.word()
	v, ok := native(w.kind(), text)
	w.pos++
	if n, err := strconv.ParseInt("-"+text, 10, 64); err == nil {
		return n, true // the smallest integer included
	}
	switch v := v.(type) {
	case int64:
		return -v, ok
	case float64:
		return -v, ok
	}
	return nil, false
}

func (w *words) list(depth int) (any, bool) {
	list := []any{}
	for !w.accept(token.RBracket) {
		if len(list) > 0 && !w.accept(token.Comma) {
			return nil, false
		}
		v, ok := w.constant(depth + 1)
		if !ok {
			return nil, false
		}
		list = append(list, v)
	}
	return list, true
}

// entries reads a map, whose keys must differ and be written plainly or in simple backticks.
func (w *words) entries(depth int) (any, bool) {
	entries := map[string]any{}
	for !w.accept(token.RBrace) {
		if len(entries) > 0 && !w.accept(token.Comma) {
			return nil, false
		}
		quoted := w.kind() == token.Quoted
		key, ok := w.name()
		if !ok || !w.accept(token.Colon) {
			return nil, false
		}
		if quoted {
			if key, ok = unquoted(key); !ok {
				return nil, false
			}
		}
		// Two entries of one key are the server's to judge. A map that looks like a value of an
		// enum would become one on its way.
		if _, twice := entries[key]; twice || key == "__type" {
			return nil, false
		}
		if entries[key], ok = w.constant(depth + 1); !ok {
			return nil, false
		}
	}
	return entries, true
}

// unquoted returns the name in backticks, if nothing in it is written in another way.
func unquoted(name string) (string, bool) {
	name = name[1 : len(name)-1]
	for i := range len(name) {
		if name[i] == '`' || name[i] == '\\' {
			return "", false
		}
	}
	return name, utf8.ValidString(name)
}
