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
// Strip takes out. Left alone are
//
//   - everything from RETURN to the end or UNION, because the text names the columns;
//   - WITH and what belongs to it, because its expressions are compared with each other;
//   - the file and the options of LOAD CSV;
//   - lists, indexes, slices and the bounds of a variable length: what stands in "[" and
//     not in the properties of a relationship;
//   - EXISTS { … }, which may have clauses of these kinds inside.
func Strip(text string) (key string, literals []value.Value, ok bool) {
	k, literals, ok := AppendStrip(make([]byte, 0, len(text)+16), nil, text)
	return string(k), literals, ok
}

// AppendStrip is Strip that appends to what the caller brings.
func AppendStrip(key []byte, literals []value.Value, text string) ([]byte, []value.Value, bool) {
	s := token.NewScanner(text)
	first := s
	if !beginsQuery(first.Next().Kind) {
		return key, literals, false
	}
	r := newRegions()
	end := int32(0)
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
			r.step(t.Kind)
			end = t.End
			continue
		}
		end = t.End
		key = append(key, ' ')
		word := t.Text(text)
		if !r.step(t.Kind) || !isOrdinary(t.Kind, word) {
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

// beginsQuery reports whether a query can begin with a token of kind k.
func beginsQuery(k token.Kind) bool {
	switch k {
	case token.Match, token.Optional, token.Create, token.Merge, token.Unwind, token.With, token.Return,
		token.Foreach, token.Load:
		return true
	default:
		return false
	}
}

// numberLiterals returns for each token its number among the literals that Strip takes
// out, or 0.
func numberLiterals(text string, toks []token.Token) []int32 {
	numbers := make([]int32, len(toks))
	if !beginsQuery(toks[0].Kind) {
		return numbers
	}
	r := newRegions()
	n := int32(0)
	for i, t := range toks {
		if returning := r.returning; r.step(t.Kind) && !returning && isOrdinary(t.Kind, t.Text(text)) {
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

// The ways in which the inside of brackets is treated.
const (
	keep       uint8 = iota // literals stay
	strip                   // literals are taken out
	properties              // they are taken out inside braces only
)

// regionsDepth is how many open brackets are told apart; deeper inside literals stay.
const regionsDepth = 32

// regions follows the tokens of a query and tells which literals are taken out. Only
// keywords where a clause can begin count, that is behind the end of an expression; the
// same word elsewhere is a name.
type regions struct {
	around    [regionsDepth]uint8 // the treatment around each open bracket
	depth     int                 // open brackets
	mode      uint8
	returning bool // between RETURN and UNION
	ended     bool // the last token can end an expression
	last      token.Kind
}

func newRegions() regions { return regions{ended: true} }

// step passes over a token of kind k and reports whether it is a literal to be taken out.
func (r *regions) step(k token.Kind) bool {
	last := r.last
	r.last = k
	switch k {
	case token.Integer, token.Float, token.String:
		r.ended = true
		return r.mode == strip
	case token.Word, token.Quoted, token.Param:
		r.ended = true
	case token.LParen, token.LBracket, token.LBrace:
		r.open(k, last)
		r.ended = false
	case token.RParen, token.RBracket, token.RBrace:
		r.close()
		r.ended = true
	case token.Star:
		r.ended = last == token.With || last == token.Return || last == token.Distinct
	default:
		if k.IsKeyword() {
			r.ended = r.keyword(k, last)
		} else {
			r.ended = false
		}
	}
	return false
}

// open enters brackets of kind k after a token of kind last.
func (r *regions) open(k, last token.Kind) {
	if r.depth < regionsDepth {
		r.around[r.depth] = r.mode
	}
	r.depth++
	switch {
	case r.depth > regionsDepth:
		r.mode = keep
	case k == token.LBracket && last == token.Minus && r.mode == strip:
		r.mode = properties
	case k == token.LBracket, k == token.LBrace && last == token.Exists:
		r.mode = keep
	case k == token.LBrace && r.mode == properties:
		r.mode = strip
	case k == token.LParen && r.mode == properties:
		r.mode = keep
	}
}

func (r *regions) close() {
	if r.depth == 0 {
		return
	}
	r.depth--
	if r.depth < regionsDepth {
		r.mode = r.around[r.depth]
	}
}

// keyword passes over the keyword k and reports whether it can end an expression.
func (r *regions) keyword(k, last token.Kind) bool {
	if last == token.Dot || last == token.Colon || last == token.As {
		return true
	}
	switch k {
	case token.True, token.False, token.Null, token.End, token.Asc, token.Ascending, token.Desc, token.Descending:
		return true
	case token.Match, token.Create, token.Merge, token.Set, token.Unwind, token.Remove, token.Delete,
		token.Foreach, token.Optional, token.Detach, token.Return, token.With, token.Load, token.Union:
		if !r.ended {
			return true
		}
		if r.depth == 0 {
			r.clause(k)
		}
		return k == token.Union
	default:
		return false
	}
}

// clause begins the clause k.
func (r *regions) clause(k token.Kind) {
	switch k {
	case token.Union:
		r.returning = false
		r.mode = keep
	case token.Return:
		r.returning = true
		r.mode = keep
	case token.With, token.Load:
		r.mode = keep
	default:
		if !r.returning {
			r.mode = strip
		}
	}
}

// Relocate returns where in the text current the words stand that span covers in the text
// planned. The two have the same key, and so the same number of tokens.
func Relocate(span token.Span, planned, current string) token.Span {
	from, to := token.NewScanner(planned), token.NewScanner(current)
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
