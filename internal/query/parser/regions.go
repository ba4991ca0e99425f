package parser

import "memgraphd/internal/query/token"

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
//
// A subquery has clauses of its own: a brace that begins one is a new level, on which
// keywords count again. Example: in "MATCH (n) CALL (n) { MATCH (m {x: 1}) RETURN m.y + 2
// AS z } SET n.z = 3" the literals 1 and 3 are taken out. Where literals stay, as in an
// item of WITH, a subquery is no level, and its literals stay too.
type regions struct {
	around    [regionsDepth]region // what is around each open bracket
	depth     int                  // open brackets
	region                         // what is around the current token
	returning bool                 // between the RETURN and the UNION of the outermost level
	ended     bool                 // the last token can end an expression
	last      token.Kind
	word      string // the last name
	types     int    // types whose elements are named inside <…>
	imports   int    // the depth inside the brackets of CALL (…), 0 outside
	imported  bool   // the last token closed those brackets
}

// region is the treatment of one bracket's inside.
type region struct {
	mode     uint8
	level    int  // the depth at which keywords count
	returned bool // RETURN of a level inside has been passed
}

// noLevel is the level of brackets in which no keyword counts.
const noLevel = -1

func newRegions() regions { return regions{ended: true} }

// step passes over a token of kind k and reports whether it is a literal to be taken out.
func (r *regions) step(k token.Kind, text string) bool {
	last, imported := r.last, r.imported
	r.last, r.imported = k, false
	switch k {
	case token.Integer:
		r.ended = true
		return r.mode == strip && last != token.Word // SHORTEST 3
	case token.Float, token.String:
		r.ended = true
		return r.mode == strip
	case token.Word:
		if r.ended && r.depth == r.level && beginsClause(text) {
			r.clause(token.Create)
			r.ended = false
			break
		}
		r.ended, r.word = true, text
	case token.Less, token.Greater, token.Percent, token.Exclamation:
		r.ended = r.sign(k, last)
	case token.Quoted, token.Param:
		r.ended = true
	case token.LParen, token.LBracket, token.LBrace:
		r.ended = false
		r.open(k, last, imported)
	case token.RParen, token.RBracket, token.RBrace:
		r.close()
		r.ended = true
	case token.Plus:
		r.ended = last == token.RParen // ((a)-->(b))+
	case token.Star:
		r.ended = last == token.With || last == token.Return || last == token.Distinct || last == token.RParen
	default:
		if k.IsKeyword() {
			r.ended = r.keyword(k, last)
		} else {
			r.ended = false
		}
	}
	return false
}

// sign passes over a sign that is an operator or part of a label or a type, and reports
// whether it can end an expression: x :: LIST<INTEGER>, x :: INTEGER!, n:%.
func (r *regions) sign(k, last token.Kind) bool {
	switch k {
	case token.Less:
		if last == token.Word && (token.EqualFold(r.word, "LIST") || token.EqualFold(r.word, "ARRAY") ||
			token.EqualFold(r.word, "ANY") || token.EqualFold(r.word, "VALUE")) {
			r.types++
		}
		return false
	case token.Greater:
		if r.types == 0 {
			return false
		}
		r.types--
		return true
	case token.Percent:
		return last == token.Colon || last == token.Ampersand || last == token.Pipe || last == token.Exclamation ||
			last == token.LParen || last == token.Is
	default:
		return r.ended
	}
}

// open enters brackets of kind k after a token of kind last; imported tells that this
// ended what CALL imports.
func (r *regions) open(k, last token.Kind, imported bool) {
	if r.depth < regionsDepth {
		r.around[r.depth] = r.region
	}
	r.depth++
	switch {
	case r.depth > regionsDepth:
		r.mode, r.level = keep, noLevel
	case k == token.LBrace && (last == token.Call || imported):
		r.begin(keep)
	case k == token.LBrace && (last == token.Exists || last == token.Word && isSubqueryWord(r.word)):
		if r.mode == strip {
			r.begin(strip)
		} else {
			r.mode, r.level = keep, noLevel
		}
	case k == token.LParen && last == token.Call:
		r.imports = r.depth
	case k == token.LBracket && last == token.Minus && r.mode == strip:
		r.mode = properties
	case k == token.LBracket, k == token.LBrace && endsElement(last):
		r.mode, r.level = keep, noLevel
	case k == token.LBrace && r.mode == properties:
		r.mode = strip
	case k == token.LParen && r.mode == properties:
		r.mode = keep
	}
}

// begin makes the brackets just opened a level of their own, unless no keyword counts here.
func (r *regions) begin(mode uint8) {
	if r.level == noLevel {
		return
	}
	r.region = region{mode: mode, level: r.depth}
	r.ended = true
}

// isSubqueryWord reports whether a brace after word may begin a subquery.
func isSubqueryWord(word string) bool {
	return token.EqualFold(word, "COUNT") || token.EqualFold(word, "COLLECT")
}

// endsElement reports whether last can end a part of a pattern that a quantifier follows.
func endsElement(last token.Kind) bool {
	return last == token.RParen || last == token.Greater || last == token.Minus
}

func (r *regions) close() {
	if r.depth == 0 {
		return
	}
	if r.depth == r.imports {
		r.imports, r.imported = 0, true
	}
	r.depth--
	if r.depth < regionsDepth {
		r.region = r.around[r.depth]
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
		token.Foreach, token.Optional, token.Detach, token.Return, token.With, token.Load, token.Union, token.Call:
		if !r.ended {
			return last != token.Detach && last != token.Optional && last != token.Starts && last != token.Ends
		}
		if r.depth == r.level {
			r.clause(k)
		}
		return k == token.Union
	case token.Not, token.Case, token.When, token.Then, token.Else, token.Distinct, token.By, token.On, token.Is:
		return false // an operand or another word of the clause follows
	default:
		return !r.ended // where an operand is due it is a variable's name, else an operator
	}
}

// clause begins the clause k.
func (r *regions) clause(k token.Kind) {
	switch k {
	case token.Union:
		r.returning = r.returning && r.level > 0
		r.returned = false
		r.mode = keep
	case token.Return:
		r.returning = r.returning || r.level == 0
		r.returned = true
		r.mode = keep
	case token.With, token.Load, token.Call:
		r.mode = keep
	default:
		if !r.returned {
			r.mode = strip
		}
	}
}
