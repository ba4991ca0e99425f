package parser

import (
	"math"
	"strconv"

	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/value"
)

// Strip takes the literals out of a query that differ between calls of the same shape, so
// that they can share a plan. key is the text with a placeholder for each of them and
// with spaces and comments made uniform; literals are their values in order. ok is false
// where text is no query or cannot be cut into words.
//
// Texts with the same key parse to the same tree but for the values of the numbered
// literals and for places: Parse with AutoLiterals numbers exactly the literals that
// Strip takes out. A prefix CYPHER … is no part of the key. Left alone are
//
//   - everything from RETURN to the end or UNION, because the text names the columns;
//   - WITH and what belongs to it, because its expressions are compared with each other;
//   - the file and the options of LOAD CSV;
//   - lists, indexes, slices and the bounds of a variable length: what stands in "[" and
//     not in the properties of a relationship;
//   - the bounds of a quantifier, and how many paths a selector asks for;
//   - all of EXISTS { … } and its like, where what is around it is left alone.
func Strip(text string) (key string, literals []value.Value, ok bool) {
	k, literals, ok := AppendStrip(make([]byte, 0, len(text)+16), nil, text)
	return string(k), literals, ok
}

// AppendStrip is Strip that appends to what the caller brings.
func AppendStrip(key []byte, literals []value.Value, text string) ([]byte, []value.Value, bool) {
	s, _, err := prefix(token.NewScanner(text), text)
	if err != nil {
		return key, literals, false
	}
	first := s
	begin := first.Next()
	if !beginsQuery(begin, text) {
		return key, literals, false
	}
	r := newRegions()
	end := begin.Start
	for {
		t := s.Next()
		switch t.Kind {
		case token.EOF:
			return key, literals, true
		case token.Illegal, token.BadNumber, token.UnterminatedString, token.UnterminatedName, token.UnterminatedComment:
			return key, literals, false
		default:
		}
		if r.returning {
			key = append(key, text[end:t.End]...)
			r.step(t.Kind, t.Text(text))
			end = t.End
			continue
		}
		end = t.End
		key = append(key, ' ')
		word := t.Text(text)
		if !r.step(t.Kind, word) || !isOrdinary(t.Kind, word) {
			key = append(key, word...)
			continue
		}
		v, mark, ok := literalValue(t.Kind, word)
		if !ok {
			return key, literals, false
		}
		key = append(key, '?', mark)
		literals = append(literals, v)
	}
}

// beginsClause reports whether word begins a clause where an expression has ended, in which
// literals are taken out, and is a name elsewhere.
func beginsClause(word string) bool {
	return token.EqualFold(word, "INSERT") || token.EqualFold(word, "FILTER") || token.EqualFold(word, "LET")
}

// beginsQuery reports whether a query can begin with t.
func beginsQuery(t token.Token, text string) bool {
	switch t.Kind {
	case token.Word:
		return beginsClause(t.Text(text))
	case token.Match, token.Optional, token.Create, token.Merge, token.Unwind, token.With, token.Return,
		token.Foreach, token.Load, token.Call:
		return true
	default:
		return false
	}
}

// numberLiterals returns for each token its number among the literals that Strip takes
// out, or 0. The statement begins with the token start.
func numberLiterals(text string, toks []token.Token, start int) []int32 {
	numbers := make([]int32, len(toks))
	if !beginsQuery(toks[start], text) {
		return numbers
	}
	r := newRegions()
	n := int32(0)
	for i := start; i < len(toks); i++ {
		t := toks[i]
		if returning := r.returning; r.step(t.Kind, t.Text(text)) && !returning && isOrdinary(t.Kind, t.Text(text)) {
			n++
			numbers[i] = n
		}
	}
	return numbers
}

// isOrdinary reports whether a literal fits into a value on its own: the digits of the
// smallest integer do not, without their sign.
func isOrdinary(k token.Kind, text string) bool {
	if k != token.Integer || len(text) < 18 {
		return true
	}
	n, ok := parseInteger(text)
	return ok && n <= math.MaxInt64
}

// literalValue returns the value of a literal and the letter of its placeholder.
func literalValue(k token.Kind, text string) (v value.Value, mark byte, ok bool) {
	switch k {
	case token.Integer:
		n, ok := parseInteger(text)
		return value.Int(int64(n)), 'i', ok
	case token.Float:
		f, err := strconv.ParseFloat(text, 64)
		return value.Float(f), 'f', err == nil
	default:
		s, _, problem := unquote(text)
		return value.String(s), 's', problem == nil
	}
}

// Relocate returns where in the text current the words stand that span covers in the text
// planned. The two have the same key, and so the same number of tokens behind a prefix.
func Relocate(span token.Span, planned, current string) token.Span {
	from, _, _ := prefix(token.NewScanner(planned), planned)
	to, _, _ := prefix(token.NewScanner(current), current)
	out := token.Span{Start: int32(len(current)), End: int32(len(current))}
	started := false
	for {
		f, t := from.Next(), to.Next()
		if f.Kind == token.EOF || t.Kind == token.EOF || (started && f.Start >= span.End) {
			return out
		}
		if !started && f.End > span.Start {
			out.Start, started = t.Start, true
		}
		if started {
			out.End = t.End
		}
	}
}

// Literal returns the value of a number or a string as it is written. ok is false where it is
// none, or not one that stands alone: the digits of the smallest integer need their sign.
func Literal(k token.Kind, text string) (v value.Value, ok bool) {
	switch k {
	case token.Integer, token.Float, token.String:
		if !isOrdinary(k, text) {
			return value.Null, false
		}
		v, _, ok = literalValue(k, text)
		return v, ok
	default:
		return value.Null, false
	}
}
