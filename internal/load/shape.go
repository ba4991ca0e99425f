package load

import (
	"strconv"
	"strings"

	"memgraphd/internal/query/token"
)

// kind says how a statement is run.
type kind uint8

const (
	plain   kind = iota // in a transaction with others
	nodes               // makes a node: many become one statement
	edges               // makes a relationship between two nodes: many become one statement
	alone               // not in a transaction with others
	ignored             // the grouping of statements in the file, which does not count
	unknown             // not to be had here
)

// shape is a statement whose values have become parameters: text is what those of one shape
// have in common, and row[i] stands where it says row[i].
type shape struct {
	kind kind
	text string
	row  []any
}

// rowName is the variable that holds the values of one statement.
const rowName = "`__mg_row__`"

// unwind stands before every shape.
const unwind = "UNWIND $rows AS " + rowName + " "

// shaper writes the shape of one statement after the other.
type shaper struct {
	words

	out []byte
	row []any
}

// shapeOf returns the shape of a statement, if it makes one node or one relationship and its
// values do not depend on anything.
func (s *shaper) shapeOf(text string) (shape, bool) {
	first := token.NewScanner(text)
	switch first.Next().Kind {
	case token.Create, token.Match:
	default:
		return shape{}, false
	}
	s.words = words{text: text, toks: token.Scan(s.toks[:0], text)}
	s.out, s.row = append(s.out[:0], unwind...), nil
	k := nodes
	var ok bool
	if s.kind() == token.Create {
		ok = s.node()
	} else {
		k, ok = edges, s.edge()
	}
	s.accept(token.Semicolon)
	if !ok || s.kind() != token.EOF {
		return shape{}, false
	}
	return shape{kind: k, text: string(s.out), row: s.row}, true
}

func (s *shaper) put(parts ...string) {
	for _, p := range parts {
		s.out = append(s.out, p...)
	}
}

// param writes a place of the row that holds v.
func (s *shaper) param(v any) {
	s.put(rowName, "[")
	s.out = append(strconv.AppendInt(s.out, int64(len(s.row)), 10), ']')
	s.row = append(s.row, v)
}

// node reads CREATE (n:A:B {p: 1}).
func (s *shaper) node() bool {
	if !s.acceptAll(token.Create, token.LParen) {
		return false
	}
	s.name()
	s.put("CREATE (")
	for s.accept(token.Colon) {
		label, ok := s.name()
		if !ok {
			return false
		}
		s.put(":", label)
	}
	if s.kind() == token.LBrace {
		s.put(" ")
		if !s.properties(0) {
			return false
		}
	}
	s.put(")")
	return s.accept(token.RParen)
}

// edge reads MATCH (u:H), (v:H) WHERE u.k = 0 AND v.k = 1 CREATE (u)-[:T {p: 1}]->(v).
func (s *shaper) edge() bool {
	if !s.accept(token.Match) {
		return false
	}
	s.put("MATCH (u:")
	u, ok := s.end()
	if !ok || !s.accept(token.Comma) {
		return false
	}
	s.put("), (v:")
	v, ok := s.end()
	if !ok || u == v || !s.accept(token.Where) {
		return false
	}
	s.put(") WHERE u.")
	if !s.identified(u) || !s.accept(token.And) {
		return false
	}
	s.put(" AND v.")
	if !s.identified(v) || !s.acceptAll(token.Create, token.LParen) || !s.is(u) {
		return false
	}
	if !s.acceptAll(token.RParen, token.Minus, token.LBracket, token.Colon) {
		return false
	}
	kind, ok := s.name()
	if !ok {
		return false
	}
	s.put(" CREATE (u)-[:", kind)
	if s.kind() == token.LBrace {
		s.put(" ")
		if !s.properties(0) {
			return false
		}
	}
	s.put("]->(v)")
	return s.acceptAll(token.RBracket, token.Minus, token.Greater, token.LParen) && s.is(v) && s.accept(token.RParen)
}

// end reads (u:H) and returns the variable; the label is written.
func (s *shaper) end() (variable string, ok bool) {
	if !s.accept(token.LParen) {
		return "", false
	}
	if variable, ok = s.name(); !ok || !s.accept(token.Colon) {
		return "", false
	}
	label, ok := s.name()
	s.put(label)
	return variable, ok && s.accept(token.RParen)
}

// is moves behind a variable.
func (s *shaper) is(variable string) bool {
	name, ok := s.name()
	return ok && name == variable
}

// identified reads u.k = 0 and writes k and a place for the number.
func (s *shaper) identified(variable string) bool {
	if !s.is(variable) || !s.accept(token.Dot) {
		return false
	}
	key, ok := s.name()
	if !ok || !s.accept(token.Equal) || s.kind() != token.Integer {
		return false
	}
	v, ok := s.literal(0)
	s.put(key, " = ")
	s.param(v)
	return ok
}

// properties reads a map and writes it with its keys.
func (s *shaper) properties(depth int) bool {
	if !s.accept(token.LBrace) {
		return false
	}
	s.put("{")
	for first := true; !s.accept(token.RBrace); first = false {
		if !first {
			if !s.accept(token.Comma) {
				return false
			}
			s.put(", ")
		}
		key, ok := s.name()
		if !ok || !s.accept(token.Colon) {
			return false
		}
		s.put(key, ": ")
		if !s.value(depth + 1) {
			return false
		}
	}
	s.put("}")
	return true
}

// pure are the functions whose result follows from their arguments.
const pure = " date time localtime datetime localdatetime duration point tobytestring toenum "

// value reads an expression that depends on nothing, and writes it with places for what is
// written out in it.
func (s *shaper) value(depth int) bool {
	if depth > depthMax {
		return false
	}
	if v, ok := s.literal(depth); ok {
		s.param(v)
		return true
	}
	switch s.kind() {
	case token.LBrace:
		return s.properties(depth)
	case token.LBracket:
		return s.enclosed(token.RBracket, "[", "]", depth)
	case token.LParen:
		return s.quotient(depth)
	case token.Minus:
		s.pos++
		s.put("-")
		return s.value(depth + 1)
	default:
		return s.named(depth)
	}
}

// named reads Enum::Value or the call of a function.
func (s *shaper) named(depth int) bool {
	k := s.kind()
	name, ok := s.name()
	if !ok {
		return false
	}
	if s.acceptAll(token.Colon, token.Colon) {
		of, ok := s.name()
		s.put(name, "::", of)
		return ok
	}
	if k == token.Quoted || !strings.Contains(pure, " "+strings.ToLower(name)+" ") || s.kind() != token.LParen || s.kindAt(1) == token.RParen {
		return false
	}
	s.put(name)
	return s.enclosed(token.RParen, "(", ")", depth)
}

// enclosed reads values with commas between them, in brackets.
func (s *shaper) enclosed(last token.Kind, open, shut string, depth int) bool {
	s.pos++
	s.put(open)
	for first := true; !s.accept(last); first = false {
		if !first {
			if !s.accept(token.Comma) {
				return false
			}
			s.put(", ")
		}
		if !s.value(depth + 1) {
			return false
		}
	}
	s.put(shut)
	return true
}

// quotient reads (0.0 / 0.0), which is how a dump writes what is no number, or is infinite.
func (s *shaper) quotient(depth int) bool {
	s.pos++
	s.put("(")
	if !s.value(depth + 1) {
		return false
	}
	if s.accept(token.Slash) {
		s.put(" / ")
		if !s.value(depth + 1) {
			return false
		}
	}
	s.put(")")
	return s.accept(token.RParen)
}
