package token_test

import (
	"fmt"
	"strings"
	"testing"

	"memgraphd/internal/query/token"
)

func TestScan(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"", ""},
		{"MATCH (n:A)", "MATCH ( word : word )"},
		{"match Match mAtCh matc matches", "MATCH MATCH MATCH word word"},
		{"1 1.5 .5 1e9 1E-9 1.5e+3 1..3 1.x", "int float float float float float int .. int int . word"},
		{"0x1F 0o17 0 0x 0o8 0x1G 12ab 007 1e 1e+", "int int int bad bad bad bad bad bad bad +"},
		{"[1..3] [..3] [1..] *..", "[ int .. int ] [ .. int ] [ int .. ] * .."},
		{"'a' \"b\" 'it\\'s' 'a''b'", "string string string string string"},
		{"`a` `a``b` $a $1 $`a b` $", "quoted quoted param param param illegal"},
		{"<> != < <= > >= = =~ += + - * / % ^", "<> <> < <= > >= = =~ += + - * / % ^"},
		{"a--b a-->b a<--b", "word - - word word - - > word word < - - word"},
		{"// c\n1 /* x */ 2 /**/ 3", "int int int"},
		{"1 /* x", "int open-comment"},
		{"'abc", "open-string"},
		{"`abc", "open-name"},
		{"$`abc", "open-name"},
		{"'a\\", "open-string"},
		{"é größe _x x1 日本 ‿x", "word word word word word word"},
		{"— ‘ ? # @ ~", "illegal illegal illegal illegal illegal illegal"},
		{"a\u00a0b\u2003c\ufeffd", "word word word word"},
		{"\xff", "illegal"},
		{"a\xff", "word illegal"},
		{"{}()[],;:|&!.", "{ } ( ) [ ] , ; : | & ! ."},
	} {
		if got := kinds(tc.text); got != tc.want {
			t.Errorf("%q\n got %s\nwant %s", tc.text, got, tc.want)
		}
	}
}

func kinds(text string) string {
	names := map[token.Kind]string{
		token.Word: "word", token.Quoted: "quoted", token.Integer: "int", token.Float: "float",
		token.BadNumber: "bad", token.String: "string", token.Param: "param", token.Illegal: "illegal",
		token.UnterminatedString: "open-string", token.UnterminatedName: "open-name",
		token.UnterminatedComment: "open-comment",
	}
	var out []string
	for _, tok := range token.Scan(nil, text) {
		switch name, ok := names[tok.Kind]; {
		case ok:
			out = append(out, name)
		case tok.Kind != token.EOF:
			out = append(out, tok.Kind.String())
		}
	}
	return strings.Join(out, " ")
}

func TestKeywords(t *testing.T) {
	words := token.Keywords()
	for i, w := range words {
		k := token.Lookup(w)
		if !k.IsKeyword() || k.String() != w || token.Lookup(strings.ToLower(w)) != k {
			t.Errorf("%s is looked up as %v", w, k)
		}
		if i > 0 && words[i-1] >= w {
			t.Errorf("%s stands after %s", w, words[i-1])
		}
	}
	if token.Lookup("MATCH") != token.Match || token.Lookup("xor") != token.Xor || token.Lookup("yield") != token.Yield {
		t.Error("the kinds are not in the order of the words")
	}
}

func TestLocate(t *testing.T) {
	text := "RETURN 'é',\n  x"
	for _, tc := range []struct {
		offset int32
		want   string
	}{
		{0, "line 1, column 1 (offset: 0)"},
		{11, "line 1, column 11 (offset: 11)"},
		{12, "line 1, column 12 (offset: 12)"},
		{15, "line 2, column 3 (offset: 15)"},
		{99, "line 2, column 4 (offset: 16)"},
		{-1, "line 1, column 1 (offset: 0)"},
	} {
		if got := token.Locate(text, tc.offset).String(); got != tc.want {
			t.Errorf("%d: got %s, want %s", tc.offset, got, tc.want)
		}
	}
}

// FuzzLexer expects the tokens to lie in order inside the text, with nothing but white
// space and comments between.
func FuzzLexer(f *testing.F) {
	for _, s := range []string{"MATCH (n {x: 'a\\'b'}) RETURN 1.5e3, `x``y`, $p // c", "/* x", "0x 1e+ $` '", "é—\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if err := checkTokens(text); err != nil {
			t.Fatal(err)
		}
	})
}

func checkTokens(text string) error {
	end := int32(0)
	toks := token.Scan(nil, text)
	for i, tok := range toks {
		if tok.Start < end || tok.End < tok.Start || int(tok.End) > len(text) {
			return fmt.Errorf("token %d at %v after %d", i, tok.Span, end)
		}
		if tok.Kind != token.EOF && tok.End == tok.Start {
			return fmt.Errorf("token %d is empty", i)
		}
		// A $ means what follows it: a name, or a label in parentheses.
		alone := text[tok.Start:tok.End] != "$" || !strings.HasPrefix(text[tok.End:], "(")
		if again := token.Scan(nil, text[tok.Start:tok.End]); alone && tok.Kind != token.EOF && (len(again) != 2 || again[0].Kind != tok.Kind) {
			return fmt.Errorf("token %d, %q, alone is something else", i, text[tok.Start:tok.End])
		}
		if gap := token.Scan(nil, text[end:tok.Start]); len(gap) != 1 {
			return fmt.Errorf("the gap %q before token %d has tokens", text[end:tok.Start], i)
		}
		end = tok.End
	}
	if last := toks[len(toks)-1]; last.Kind != token.EOF || int(last.End) != len(text) {
		return fmt.Errorf("the tokens end with %v", last)
	}
	return nil
}
