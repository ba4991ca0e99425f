// Package token holds the words of Cypher and their places in a query's text.
//
// A Scanner cuts a text into tokens and never fails: what is wrong in the text becomes a
// token of a kind that says what is wrong, so that the reader of the tokens can report
// whichever mistake comes first. Keywords are told by their kind without regard to case;
// whether one is used as a name is the parser's business.
package token

import "strconv"

// Kind tells what a token is.
type Kind uint8

// The kinds of tokens that are not keywords.
const (
	EOF                 Kind = iota
	Word                     // an unquoted name that is no keyword
	Quoted                   // a name in backticks
	Integer                  // 1, 0x1f, 0o17
	Float                    // 1.5, .5, 1e9
	BadNumber                // begins as a number, but is none
	String                   // in single or double quotes
	Param                    // $name, $1, $`name`
	Illegal                  // a character that means nothing
	UnterminatedString       // runs to the end of the text
	UnterminatedName         // runs to the end of the text
	UnterminatedComment      // runs to the end of the text
	LParen
	RParen
	LBracket
	RBracket
	LBrace
	RBrace
	Comma
	Dot
	DotDot
	Colon
	Semicolon
	Pipe
	Ampersand
	Exclamation
	Plus
	Minus
	Star
	Slash
	Percent
	Caret
	Equal
	NotEqual // <> or !=
	Less
	LessEqual
	Greater
	GreaterEqual
	PlusEqual
	Regex      // =~
	DoublePipe // ||
	Dollar     // $ before "("
)

// The keywords that the grammar knows everywhere. Words that matter in one statement only
// (HEADER, INDEX, …) are of kind Word.
const (
	And Kind = iota + firstKeyword
	As
	Asc
	Ascending
	By
	Call
	Case
	Contains
	Create
	Delete
	Desc
	Descending
	Detach
	Distinct
	Else
	End
	Ends
	Exists
	Explain
	False
	Foreach
	In
	Is
	Limit
	Load
	Match
	Merge
	Not
	Null
	On
	Optional
	Or
	Order
	Profile
	Remove
	Return
	Set
	Skip
	Starts
	Then
	True
	Union
	Unwind
	When
	Where
	With
	Xor
	Yield
)

// firstKeyword is the first kind that is a keyword.
const firstKeyword = 64

// Token is one word of a text.
type Token struct {
	Kind Kind
	Span
}

// IsKeyword reports whether k is a keyword.
func (k Kind) IsKeyword() bool { return k >= firstKeyword }

// IsName reports whether a token of kind k is written like a name: a word, a keyword or a
// name in backticks.
func (k Kind) IsName() bool { return k == Word || k == Quoted || k >= firstKeyword }

// IsReserved reports whether k is a keyword that begins or joins parts of a query, and
// therefore is a name only where nothing else could stand.
func (k Kind) IsReserved() bool {
	if k < firstKeyword {
		return false
	}
	switch k {
	case Asc, Ascending, By, Call, Desc, Descending, Exists, Explain, Foreach, Load, Profile, Yield:
		return false
	default:
		return true
	}
}

// symbols are the spellings of the kinds that have one spelling.
var symbols = [...]string{
	LParen: "(", RParen: ")", LBracket: "[", RBracket: "]", LBrace: "{", RBrace: "}",
	Comma: ",", Dot: ".", DotDot: "..", Colon: ":", Semicolon: ";", Pipe: "|",
	Ampersand: "&", Exclamation: "!", Plus: "+", Minus: "-", Star: "*", Slash: "/",
	Percent: "%", Caret: "^", Equal: "=", NotEqual: "<>", Less: "<", LessEqual: "<=",
	Greater: ">", GreaterEqual: ">=", PlusEqual: "+=", Regex: "=~",
	DoublePipe: "||", Dollar: "$",
}

// String returns the spelling of k, or what it is called in messages.
func (k Kind) String() string {
	if k.IsKeyword() && int(k-firstKeyword) < len(keywords) {
		return keywords[k-firstKeyword]
	}
	if int(k) < len(symbols) && symbols[k] != "" {
		return symbols[k]
	}
	switch k {
	case EOF:
		return "the end of the query"
	case Word, Quoted, UnterminatedName:
		return "a name"
	case Integer:
		return "an integer"
	case Float, BadNumber:
		return "a number"
	case String, UnterminatedString:
		return "a string"
	case Param:
		return "a parameter"
	case Illegal:
		return "a character"
	case UnterminatedComment:
		return "a comment"
	default:
		return "token " + strconv.Itoa(int(k))
	}
}
