package expr_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"memgraphd/internal/storage/value"
)

// TestWaysAgree draws expressions over columns of many types and computes them for all
// rows at once, row by row, for a selection and as a filter.
func TestWaysAgree(t *testing.T) {
	f := newFixture()
	for name, list := range map[string]string{
		"i": "[1, 2, 0, null, -3, 7, 100, null]",
		"f": "[1.5, null, 0.0, -2.0, 1e300, 2.0, 3.0, -0.5]",
		"b": "[true, false, null, true, false, null, true, true]",
		"c": "[null, true, true, false, false, null, false, true]",
		"s": "['a', 'b', null, '', 'abc', 'ab', 'z', 'B']",
		"x": "[1, 'a', null, [1, 2], 2.5, true, {a: 1}, $n0]",
		"m": "[1, 2.5, 3, null, -1, 0.5, 2, 0]",
		"l": "[[1, 2, 3], [], null, [null], [5, 'a'], [[1]], [2.5, 1], [0]]",
		"n": "[$n0, $n1, null, $n2, $n0, $n1, $n2, null]",
		"d": "[date('2015-07-21'), null, date('2000-02-29'), localtime('12:00'), datetime('2015-07-21T12:00+01:00'), null, time('12:00Z'), date('2015-07-21')]",
		"u": "[duration('P1D'), duration('P1M'), null, duration('PT0.5S'), 2, duration('-P1D'), duration('PT0S'), 1.5]",
	} {
		f.set(name, evalOne(t, list))
	}
	rapid.Check(t, func(rt *rapid.T) {
		text := drawExpr(rt, rapid.IntRange(1, 4).Draw(rt, "depth"))
		e, err := f.compile(text)
		if err != nil {
			rt.Skip("refused when it was compiled")
		}
		seed := rapid.Uint64().Draw(rt, "seed")
		f.check(&quiet{TB: t, rt: rt}, text, e, rand.New(rand.NewPCG(seed, 1))) //nolint:errcheck // failing is one way to agree
	})
}

// quiet reports failures to rapid, so that it shrinks the case.
type quiet struct {
	testing.TB
	rt *rapid.T
}

func (q *quiet) Helper()                           {}
func (q *quiet) Fatalf(format string, args ...any) { q.rt.Fatalf(format, args...) }

func drawExpr(t *rapid.T, depth int) string {
	if depth == 0 {
		return rapid.SampledFrom([]string{
			"i", "f", "b", "c", "s", "x", "m", "l", "n", "d", "u", "1", "2.5", "'a'", "null", "true", "[1, null]", "$one",
		}).Draw(t, "leaf")
	}
	sub := func() string { return drawExpr(t, depth-1) }
	switch rapid.IntRange(0, 11).Draw(t, "form") {
	case 0, 1:
		op := rapid.SampledFrom([]string{"+", "-", "*", "/", "%", "^"}).Draw(t, "arithmetic")
		return "(" + sub() + " " + op + " " + sub() + ")"
	case 2, 3:
		op := rapid.SampledFrom([]string{"=", "<>", "<", "<=", ">", ">="}).Draw(t, "comparison")
		return "(" + sub() + " " + op + " " + sub() + ")"
	case 4, 5:
		op := rapid.SampledFrom([]string{"AND", "OR", "XOR"}).Draw(t, "junction")
		return "((" + sub() + ") " + op + " (" + sub() + "))"
	case 6:
		return fmt.Sprintf(rapid.SampledFrom([]string{
			"(NOT (%s))", "((%s) IS NULL)", "((%s) IS NOT NULL)", "(-(%s))", "[%s, i]", "{k: %s}", "size(%s)",
			"toString(%s)", "((%s).age)", "(%s)[0]", "(%s)[0..1]", "abs(%s)", "sqrt(%s)", "((%s):A)",
		}).Draw(t, "unary"), sub())
	case 7:
		return fmt.Sprintf(rapid.SampledFrom([]string{
			"((%s) IN (%s))", "((%s) STARTS WITH (%s))", "coalesce(%s, %s)", "((%s) =~ (%s))",
			"(0 < (%s) <= (%s))", "((%s)[%s])", "nullIf(%s, %s)",
		}).Draw(t, "binary"), sub(), sub())
	case 8:
		return fmt.Sprintf("CASE WHEN %s THEN %s ELSE %s END", sub(), sub(), sub())
	case 9:
		return fmt.Sprintf("CASE %s WHEN %s THEN %s END", sub(), sub(), sub())
	case 10:
		return fmt.Sprintf("[v IN %s WHERE %s | %s]", sub(), within(sub()), within(sub()))
	}
	kind := rapid.SampledFrom([]string{"all", "any", "none", "single"}).Draw(t, "quantifier")
	return fmt.Sprintf("%s(v IN %s WHERE %s)", kind, sub(), within(sub()))
}

// within makes an expression use the local variable.
func within(text string) string { return strings.Replace(text, "i", "v", 1) }

// TestQuantifierLaws checks how the quantifiers hang together, for lists of integers and
// nulls.
func TestQuantifierLaws(t *testing.T) {
	laws := []string{
		"all(v IN l WHERE v > k) = none(v IN l WHERE NOT v > k)",
		"any(v IN l WHERE v > k) = (NOT none(v IN l WHERE v > k))",
		"none(v IN l WHERE v > k) = (NOT any(v IN l WHERE v > k))",
		"all(v IN l WHERE v > k) = (NOT any(v IN l WHERE NOT v > k))",
		"NOT (single(v IN l WHERE v > k) AND none(v IN l WHERE v > k))",
		"any(v IN l WHERE v IS NOT NULL) = (size([v IN l WHERE v IS NOT NULL]) > 0)",
		"all(v IN l WHERE v IS NULL) = (size([v IN l WHERE v IS NULL]) = size(l))",
		"single(v IN l WHERE v IS NULL) = (size([v IN l WHERE v IS NULL]) = 1)",
		"reduce(a = 0, v IN l | a + coalesce(v, 0)) = reduce(a = 0, v IN reverse(l) | coalesce(v, 0) + a)",
	}
	rapid.Check(t, func(rt *rapid.T) {
		f := newFixture()
		rows := rapid.IntRange(1, 20).Draw(rt, "rows")
		var lists, ks []value.Value
		for range rows {
			xs := rapid.SliceOfN(rapid.IntRange(-1, 5), 0, 6).Draw(rt, "list")
			var list []value.Value
			for _, x := range xs {
				if x < 0 {
					list = append(list, value.Null)
				} else {
					list = append(list, value.Int(int64(x)))
				}
			}
			lists = append(lists, value.List(list))
			ks = append(ks, value.Int(int64(rapid.IntRange(0, 5).Draw(rt, "k"))))
		}
		f.set("l", value.List(lists))
		f.set("k", value.List(ks))
		for _, law := range laws {
			e, err := f.compile(law)
			if err != nil {
				rt.Fatalf("%s: %v", law, err)
			}
			xs, err := f.eval(f.context(), e, nil)
			if err != nil {
				rt.Fatalf("%s: %v", law, err)
			}
			for r, x := range xs {
				if !x.IsTrue() && !x.IsNull() {
					rt.Fatalf("%s is %s for l = %s and k = %s", law, show(x), show(lists[r]), show(ks[r]))
				}
			}
		}
	})
}
