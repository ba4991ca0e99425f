package function

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// trimFunctions take characters off the ends of a string: white space, or those of the
// second argument. trim(BOTH x FROM y) and its like are written as calls of these.
func trimFunctions() []Function {
	two := []Type{String, String}
	return []Function{
		{Name: "trim", MinArgs: 1, MaxArgs: 2, Args: two, Result: String, NullIn: true, Eval: trimming("trim", strings.Trim, strings.TrimFunc)},
		{Name: "bTrim", MinArgs: 1, MaxArgs: 2, Args: two, Result: String, NullIn: true, Eval: trimming("bTrim", strings.Trim, strings.TrimFunc)},
		{Name: "lTrim", MinArgs: 1, MaxArgs: 2, Args: two, Result: String, NullIn: true, Eval: trimming("lTrim", strings.TrimLeft, strings.TrimLeftFunc)},
		{Name: "rTrim", MinArgs: 1, MaxArgs: 2, Args: two, Result: String, NullIn: true, Eval: trimming("rTrim", strings.TrimRight, strings.TrimRightFunc)},
		{Name: "normalize", MinArgs: 1, MaxArgs: 2, Args: two, Result: String, NullIn: true, Eval: normalize},
	}
}

func trimming(
	name string, of func(s, characters string) string, space func(s string, drop func(rune) bool) string,
) func(*Call, []value.Value) (value.Value, error) {
	return func(_ *Call, args []value.Value) (value.Value, error) {
		s, err := argString(name, args[0])
		if err != nil {
			return value.Null, err
		}
		if len(args) == 1 {
			return value.String(space(s, unicode.IsSpace)), nil
		}
		characters, err := argString(name, args[1])
		if err != nil {
			return value.Null, err
		}
		return value.String(of(s, characters)), nil
	}
}

// normalForm returns the Unicode normal form with a name.
func normalForm(name string) (norm.Form, bool) {
	switch strings.ToUpper(name) {
	case "NFC":
		return norm.NFC, true
	case "NFD":
		return norm.NFD, true
	case "NFKC":
		return norm.NFKC, true
	case "NFKD":
		return norm.NFKD, true
	}
	return 0, false
}

// normalize is normalize(s[, form]); the form is NFC where none is given.
func normalize(c *Call, args []value.Value) (value.Value, error) {
	s, err := argString("normalize", args[0])
	if err != nil {
		return value.Null, err
	}
	form := norm.NFC
	if len(args) == 2 {
		name, err := argString("normalize", args[1])
		if err != nil {
			return value.Null, err
		}
		var ok bool
		if form, ok = normalForm(name); !ok {
			return value.Null, failure.Argument("InvalidArgumentValue", "normalize() knows no form %q", name).
				WithHint("use NFC, NFD, NFKC or NFKD")
		}
	}
	if err := c.Reserve(3 * int64(len(s))); err != nil {
		return value.Null, err
	}
	return value.String(form.String(s)), nil
}
