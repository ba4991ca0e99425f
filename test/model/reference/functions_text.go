package reference

import (
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/value"
)

// textFunction finds a function of strings.
func textFunction(name string) function {
	switch name {
	case "toupper", "upper":
		return ofTexts(func(s []string) value.Value { return value.String(strings.ToUpper(s[0])) })
	case "tolower", "lower":
		return ofTexts(func(s []string) value.Value { return value.String(strings.ToLower(s[0])) })
	case "trim":
		return ofTexts(func(s []string) value.Value { return value.String(strings.TrimSpace(s[0])) })
	case "ltrim":
		return ofTexts(func(s []string) value.Value { return value.String(strings.TrimLeft(s[0], " \t\n\r")) })
	case "rtrim":
		return ofTexts(func(s []string) value.Value { return value.String(strings.TrimRight(s[0], " \t\n\r")) })
	case "contains":
		return ofTexts(func(s []string) value.Value { return value.Bool(strings.Contains(s[0], s[1])) })
	case "startswith":
		return ofTexts(func(s []string) value.Value { return value.Bool(strings.HasPrefix(s[0], s[1])) })
	case "endswith":
		return ofTexts(func(s []string) value.Value { return value.Bool(strings.HasSuffix(s[0], s[1])) })
	case "replace":
		return ofTexts(func(s []string) value.Value { return value.String(strings.ReplaceAll(s[0], s[1], s[2])) })
	case "split":
		return ofTexts(func(s []string) value.Value {
			out := []value.Value{}
			for p := range strings.SplitSeq(s[0], s[1]) {
				out = append(out, value.String(p))
			}
			return value.List(out)
		})
	case "left", "right", "substring":
		return cutText
	}
	return nil
}

func ofTexts(f func([]string) value.Value) function {
	return func(_ *run, e *ast.Call, args []value.Value) (value.Value, error) {
		var all []string
		for _, x := range args {
			if x.Kind() != value.KindString {
				return wrongType(e, x)
			}
			all = append(all, x.AsString())
		}
		return f(all), nil
	}
}

// cutText is left(), right() or substring().
func cutText(_ *run, e *ast.Call, args []value.Value) (value.Value, error) {
	if args[0].Kind() != value.KindString {
		return wrongType(e, args[0])
	}
	letters := []rune(args[0].AsString())
	total := len(letters)
	var numbers []int
	for _, x := range args[1:] {
		if x.Kind() != value.KindInt {
			return wrongType(e, x)
		}
		if x.AsInt() < 0 {
			return value.Null, fail(e, "ArgumentError", "%s() of a negative number", e.Name)
		}
		numbers = append(numbers, int(min(x.AsInt(), int64(total))))
	}
	from, to := 0, total
	switch strings.ToLower(e.Name) {
	case "left":
		to = numbers[0]
	case "right":
		from = total - numbers[0]
	default:
		from = numbers[0]
		if len(numbers) > 1 {
			to = min(from+numbers[1], total)
		}
	}
	return value.String(string(letters[from:to])), nil
}
