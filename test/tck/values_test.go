package tck

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A value of a result, or of a cell that it is compared with, is one of: nil, bool, int64,
// float64, string, []any, map[string]any, *node, *relationship, *path. Temporal values are
// the strings of their canonical text, because cells have no other form for them.

// node is a node by what can be seen of it.
type node struct {
	labels []string
	props  map[string]any
}

// relationship is a relationship by what can be seen of it.
type relationship struct {
	kind  string
	props map[string]any
}

// path is a walk: len(nodes) == len(rels)+1.
type path struct {
	nodes   []*node
	rels    []*relationship
	forward []bool // the direction in which each relationship was followed
}

// parseCell reads the notation of cells and parameters.
func parseCell(text string) (any, error) {
	p := cellParser{text: strings.TrimSpace(text)}
	v, err := p.value()
	if err == nil && p.at != len(p.text) {
		err = fmt.Errorf("unexpected %q", p.text[p.at:])
	}
	if err != nil {
		return nil, fmt.Errorf("cell %s: %w", text, err)
	}
	return v, nil
}

type cellParser struct {
	text string
	at   int
}

// space passes over blanks.
func (p *cellParser) space() {
	for p.at < len(p.text) && p.text[p.at] == ' ' {
		p.at++
	}
}

// has passes over s and blanks after it, and reports whether it was there.
func (p *cellParser) has(s string) bool {
	if !strings.HasPrefix(p.text[p.at:], s) {
		return false
	}
	p.at += len(s)
	p.space()
	return true
}

// need is has that fails.
func (p *cellParser) need(s string) error {
	if !p.has(s) {
		return fmt.Errorf("expected %q at %q", s, p.text[p.at:])
	}
	return nil
}

func (p *cellParser) value() (any, error) {
	p.space()
	switch {
	case p.at == len(p.text):
		return nil, errors.New("expected a value")
	case p.text[p.at] == '\'':
		return p.quoted()
	case strings.HasPrefix(p.text[p.at:], "[:"):
		return p.relationship()
	case p.text[p.at] == '[':
		return p.list()
	case p.text[p.at] == '{':
		return p.mapping()
	case p.text[p.at] == '(':
		return p.node()
	case p.text[p.at] == '<':
		return p.path()
	}
	return p.word()
}

// word reads a number, a boolean or null.
func (p *cellParser) word() (any, error) {
	start := p.at
	for p.at < len(p.text) && !strings.ContainsRune(",]}) ", rune(p.text[p.at])) {
		p.at++
	}
	word := p.text[start:p.at]
	p.space()
	switch word {
	case "null":
		return nil, nil //nolint:nilnil // null is a value
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "NaN":
		return math.NaN(), nil
	}
	if n, err := strconv.ParseInt(word, 10, 64); err == nil {
		return n, nil
	}
	return strconv.ParseFloat(word, 64)
}

// quoted reads a string, whose only escapes are those of the quote and of the backslash.
func (p *cellParser) quoted() (any, error) {
	p.at++
	var b strings.Builder
	for p.at < len(p.text) {
		c := p.text[p.at]
		p.at++
		if c == '\'' {
			p.space()
			return b.String(), nil
		}
		if c == '\\' && p.at < len(p.text) && (p.text[p.at] == '\'' || p.text[p.at] == '\\') {
			c = p.text[p.at]
			p.at++
		}
		b.WriteByte(c)
	}
	return nil, errors.New("a string has no end")
}

func (p *cellParser) list() (any, error) {
	p.has("[")
	list := []any{}
	for !p.has("]") {
		if len(list) > 0 {
			if err := p.need(","); err != nil {
				return nil, err
			}
		}
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

func (p *cellParser) mapping() (map[string]any, error) {
	p.has("{")
	m := map[string]any{}
	for !p.has("}") {
		if len(m) > 0 {
			if err := p.need(","); err != nil {
				return nil, err
			}
		}
		key := p.name()
		if err := p.need(":"); err != nil {
			return nil, err
		}
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		m[key] = v
	}
	return m, nil
}

// name reads a key, a label or a type.
func (p *cellParser) name() string {
	start := p.at
	for p.at < len(p.text) && (p.text[p.at] >= 0x80 || strings.IndexByte("_$", p.text[p.at]) >= 0 || isAlphanumeric(p.text[p.at])) {
		p.at++
	}
	name := p.text[start:p.at]
	p.space()
	return name
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// props reads an optional map of properties.
func (p *cellParser) props() (map[string]any, error) {
	if !strings.HasPrefix(p.text[p.at:], "{") {
		return map[string]any{}, nil
	}
	return p.mapping()
}

func (p *cellParser) node() (*node, error) {
	n := &node{}
	if err := p.need("("); err != nil {
		return nil, err
	}
	for p.has(":") {
		n.labels = append(n.labels, p.name())
	}
	var err error
	if n.props, err = p.props(); err != nil {
		return nil, err
	}
	return n, p.need(")")
}

func (p *cellParser) relationship() (*relationship, error) {
	r := &relationship{}
	if err := p.need("[:"); err != nil {
		return nil, err
	}
	r.kind = p.name()
	var err error
	if r.props, err = p.props(); err != nil {
		return nil, err
	}
	return r, p.need("]")
}

func (p *cellParser) path() (*path, error) {
	p.has("<")
	out := &path{}
	for {
		n, err := p.node()
		if err != nil {
			return nil, err
		}
		out.nodes = append(out.nodes, n)
		if p.has(">") {
			return out, nil
		}
		forward := !p.has("<-")
		if forward {
			if err = p.need("-"); err != nil {
				return nil, err
			}
		}
		r, err := p.relationship()
		if err != nil {
			return nil, err
		}
		end := "-"
		if forward {
			end = "->"
		}
		if err = p.need(end); err != nil {
			return nil, err
		}
		out.rels = append(out.rels, r)
		out.forward = append(out.forward, forward)
	}
}
