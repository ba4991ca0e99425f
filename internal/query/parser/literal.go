package parser

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/value"
)

// name reads a name of any kind, reserved words included.
func (p *parser) name(what string) ast.Name {
	if t := p.toks[p.pos]; t.Kind == token.Quoted && t.End-t.Start == 2 {
		p.fail(failure.Syntax("UnexpectedSyntax", "expected %s, found two backticks with nothing between", what))
	}
	return p.key(what)
}

// key reads the name of a key in a map, which may be empty.
func (p *parser) key(what string) ast.Name {
	t := p.toks[p.pos]
	if !t.Kind.IsName() {
		p.unexpected("%s", what)
		return ast.Name{}
	}
	p.next()
	return ast.Name{Place: ast.Place{At: t.Span}, Text: p.nameText(t)}
}

// nameText returns the name in the token t.
func (p *parser) nameText(t token.Token) string {
	text := t.Text(p.text)
	if t.Kind != token.Quoted {
		return text
	}
	return unquoteName(text)
}

// unquoteName returns the name in backticks text.
func unquoteName(text string) string {
	text = text[1 : len(text)-1]
	if strings.Contains(text, "``") {
		text = strings.ReplaceAll(text, "``", "`")
	}
	return text
}

// define reads the name of a variable where only a name can stand.
func (p *parser) define(what string) *ast.Variable {
	if k := p.kind(); k.IsReserved() {
		if p.names == nil {
			p.names = map[token.Kind]bool{}
		}
		p.names[k] = true
	}
	return p.variable(what)
}

// variable reads the name of a variable.
func (p *parser) variable(what string) *ast.Variable {
	n := p.name(what)
	return &ast.Variable{Place: n.Place, Name: n.Text}
}

// param reads $name.
func (p *parser) param() ast.Expr {
	t := p.next()
	name := t.Text(p.text)[1:]
	if name[0] == '`' {
		name = unquoteName(name)
	}
	return &ast.Param{Place: ast.Place{At: t.Span}, Name: name}
}

// literal makes the literal v of the token at index i.
func (p *parser) literal(i int, v value.Value) *ast.Literal {
	l := &ast.Literal{Place: ast.Place{At: p.toks[i].Span}, Value: v}
	if p.auto != nil {
		l.Auto = int(p.auto[i])
	}
	return l
}

// integer reads an integer.
func (p *parser) integer() ast.Expr {
	i := p.pos
	t := p.next()
	n, ok := parseInteger(t.Text(p.text))
	if !ok || n > math.MaxInt64 {
		p.failAt(t.Span, overflow(t.Text(p.text)))
		return bad()
	}
	return p.literal(i, value.Int(int64(n)))
}

// smallestInteger reads the digits of the one integer that has no positive counterpart;
// start is where its sign stands. Elsewhere it returns nil.
func (p *parser) smallestInteger(start int32) ast.Expr {
	text := p.toks[p.pos].Text(p.text)
	n, ok := parseInteger(text)
	if ok && n <= math.MaxInt64 {
		return nil
	}
	if !ok || n != 1<<63 {
		p.failAt(p.toks[p.pos].Span, overflow("-"+text))
		return bad()
	}
	p.next()
	return &ast.Literal{Place: p.since(start), Value: value.Int(math.MinInt64)}
}

func overflow(text string) *failure.Error {
	err := failure.Syntax("IntegerOverflow", "the integer %s does not fit into 64 bits", text)
	if strings.ContainsAny(text, "xXoO") {
		return err
	}
	return err.WithHint("write %s.0 for a float", text)
}

// parseInteger returns the magnitude of the integer in text.
func parseInteger(text string) (uint64, bool) {
	if len(text) < 19 && (len(text) < 2 || text[1] <= '9') {
		n := uint64(0)
		for i := range len(text) {
			n = n*10 + uint64(text[i]-'0')
		}
		return n, true
	}
	n, err := strconv.ParseUint(text, 0, 64)
	return n, err == nil
}

// float reads a float.
func (p *parser) float() ast.Expr {
	i := p.pos
	t := p.next()
	f, err := strconv.ParseFloat(t.Text(p.text), 64)
	if err != nil {
		p.failAt(t.Span, failure.Syntax("FloatingPointOverflow", "the number %s is too large for a float", t.Text(p.text)))
		return bad()
	}
	return p.literal(i, value.Float(f))
}

// badNumber fails at something that only begins as a number.
func (p *parser) badNumber() ast.Expr {
	text := p.toks[p.pos].Text(p.text)
	err := failure.Syntax("InvalidNumberLiteral", "%s is not a number", quote(text))
	switch rest := strings.TrimLeft(text, "0"); {
	case len(rest) < len(text) && strings.Trim(rest, "01234567") == "" && rest != "":
		err = err.WithHint("write %s for a decimal or 0o%s for an octal number", rest, rest)
	case text[0] != '0' && strings.Contains(text, "_") && strings.Trim(text, "0123456789_") == "":
		err = err.WithHint("write %s: digits stand without underscores between", strings.ReplaceAll(text, "_", ""))
	case text[0] != '0' && strings.Trim(text, "0123456789") == text[1:]:
		err = err.WithHint("names that begin with a digit stand in backticks")
	}
	p.fail(err)
	return bad()
}

// str reads a string.
func (p *parser) str() ast.Expr {
	i := p.pos
	t := p.next()
	raw := t.Text(p.text)
	s, at, problem := unquote(raw)
	if problem != nil {
		p.failAt(token.Span{Start: t.Start + int32(at), End: t.Start + int32(min(at+2, len(raw)))}, problem)
		return bad()
	}
	return p.literal(i, value.String(s))
}

// unquote returns the string that raw, with its quotes, stands for; or where and what is
// wrong with it. A string without escapes shares the memory of raw.
func unquote(raw string) (s string, at int, problem *failure.Error) {
	body := raw[1 : len(raw)-1]
	i := strings.IndexByte(body, '\\')
	if i < 0 {
		return body, 0, nil
	}
	var b strings.Builder
	b.Grow(len(body))
	for i >= 0 {
		b.WriteString(body[:i])
		at = len(raw) - 1 - len(body) + i
		n, problem := unescape(&b, body[i:])
		if problem != nil {
			return "", at, problem
		}
		body = body[i+n:]
		i = strings.IndexByte(body, '\\')
	}
	b.WriteString(body)
	return b.String(), 0, nil
}

// unescape writes what the escape at the beginning of s stands for and returns its length.
func unescape(b *strings.Builder, s string) (int, *failure.Error) {
	switch c := s[1]; c {
	case '\\', '\'', '"', '`':
		b.WriteByte(c)
	case 'b', 'B':
		b.WriteByte('\b')
	case 'f', 'F':
		b.WriteByte('\f')
	case 'n', 'N':
		b.WriteByte('\n')
	case 'r', 'R':
		b.WriteByte('\r')
	case 't', 'T':
		b.WriteByte('\t')
	case 'u':
		return unicodeEscape(b, s, 4)
	case 'U':
		return unicodeEscape(b, s, 8)
	default:
		r, _ := utf8.DecodeRuneInString(s[1:])
		return 0, failure.Syntax("InvalidEscape", "\\%c is not an escape", r).WithHint("write \\\\ for a backslash")
	}
	return 2, nil
}

// unicodeEscape writes the character that \uXXXX or \UXXXXXXXX stands for; two halves of
// a surrogate pair make one character.
func unicodeEscape(b *strings.Builder, s string, digits int) (int, *failure.Error) {
	n, ok := hexDigits(s, digits)
	if !ok {
		return 0, failure.Syntax("InvalidUnicodeLiteral", "expected %d hexadecimal digits after \\%c", digits, s[1])
	}
	length := 2 + digits
	if utf16.IsSurrogate(n) {
		rest := s[length:]
		low, ok := rune(0), false
		if strings.HasPrefix(rest, `\u`) {
			low, ok = hexDigits(rest, 4)
		}
		n = utf16.DecodeRune(n, low)
		if !ok || n == utf8.RuneError {
			return 0, failure.Syntax("InvalidUnicodeLiteral", "%s is one half of a character only", s[:length])
		}
		length += 6
	}
	if !utf8.ValidRune(n) {
		return 0, failure.Syntax("InvalidUnicodeLiteral", "%s is no character", s[:length])
	}
	b.WriteRune(n)
	return length, nil
}

// hexDigits reads the digits of the escape at the beginning of s.
func hexDigits(s string, digits int) (rune, bool) {
	if len(s) < 2+digits {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:2+digits], 16, 32)
	return rune(n & math.MaxInt32), err == nil
}

// quote puts text in quotes for a message.
func quote(text string) string { return "'" + text + "'" }
