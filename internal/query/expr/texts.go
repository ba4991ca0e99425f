package expr

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"

	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// textTest is x STARTS WITH y, x ENDS WITH y or x CONTAINS y; null where one of them is
// no string.
type textTest struct {
	at
	op   string
	x, y Evaluator
}

func (e *textTest) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	if in.Rows() == 0 {
		allNull(out, in)
		return nil
	}
	m := c.mark()
	defer c.release(m)
	x, y, err := c.loadBoth(e.x, e.y, in)
	if err != nil {
		return err
	}
	test := strings.Contains
	switch e.op {
	case "STARTS WITH":
		test = strings.HasPrefix
	case "ENDS WITH":
		test = strings.HasSuffix
	}
	out.Reset(batch.Bools, in.Len)
	for _, r := range c.rows(in) {
		s, t := x.at(r), y.at(r)
		if s.Kind() != value.KindString || t.Kind() != value.KindString {
			out.Nulls.Add(int(r))
			continue
		}
		out.Bools[r] = test(s.AsString(), t.AsString())
	}
	return nil
}

// match is x =~ y: whether the whole string x matches the regular expression y, in the
// syntax of RE2. Null where one of them is no string.
type match struct {
	at
	x, y  Evaluator
	known *regexp.Regexp // of a constant y
}

func newMatch(where at, x, y Evaluator) (*match, error) {
	e := &match{at: where, x: x, y: y}
	if k, ok := literalOf(y); ok && k.Kind() == value.KindString {
		var err error
		if e.known, err = e.expression(k.AsString()); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// expression makes a regular expression that must match from the first to the last byte.
func (e *match) expression(text string) (*regexp.Regexp, error) {
	re, err := regexp.Compile(`\A(?:` + text + `)\z`)
	if err != nil {
		why := err.Error()
		if s, ok := errors.AsType[*syntax.Error](err); ok {
			why = string(s.Code)
		}
		return nil, failure.Argument("InvalidArgumentValue", "the regular expression %q is not valid: %s", text, why).
			At(e.where).WithHint("the syntax is that of RE2").WithCause(err)
	}
	return re, nil
}

// regexpsMax bounds the number of regular expressions that a Context keeps.
const regexpsMax = 256

// compiled returns the regular expression for text, made once per Context.
func (e *match) compiled(c *Context, text string) (*regexp.Regexp, error) {
	if e.known != nil {
		return e.known, nil
	}
	if re := c.regexps[text]; re != nil {
		return re, nil
	}
	re, err := e.expression(text)
	if err != nil {
		return nil, err
	}
	if c.regexps == nil || len(c.regexps) >= regexpsMax {
		c.regexps = make(map[string]*regexp.Regexp)
	}
	c.regexps[text] = re
	return re, nil
}

func (e *match) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	if in.Rows() == 0 {
		allNull(out, in)
		return nil
	}
	m := c.mark()
	defer c.release(m)
	x, y, err := c.loadBoth(e.x, e.y, in)
	if err != nil {
		return err
	}
	out.Reset(batch.Bools, in.Len)
	for _, r := range c.rows(in) {
		s, t := x.at(r), y.at(r)
		if s.Kind() != value.KindString || t.Kind() != value.KindString {
			out.Nulls.Add(int(r))
			continue
		}
		re, err := e.compiled(c, t.AsString())
		if err != nil {
			return err
		}
		out.Bools[r] = re.MatchString(s.AsString())
	}
	return nil
}
