package expr

import (
	"golang.org/x/text/unicode/norm"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// isTyped is x IS :: type.
type isTyped struct {
	at
	x   Evaluator
	typ *ast.Type
	not bool
}

func (s *scope) isTyped(e *ast.IsTyped) (compiled, error) {
	x, err := s.compile(e.X)
	if err != nil {
		return compiled{}, err
	}
	return folded(&isTyped{at{e.At}, x.e, e.Type, e.Not}, x.fixed), nil
}

func (e *isTyped) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	if in.Rows() == 0 {
		allNull(out, in)
		return nil
	}
	m := c.mark()
	defer c.release(m)
	x, err := c.load(e.x, in)
	if err != nil {
		return err
	}
	out.Reset(batch.Bools, in.Len)
	for _, r := range c.rows(in) {
		out.Bools[r] = hasType(x.at(r), e.typ) != e.not
	}
	return nil
}

// hasType tells whether v is a value of type t.
func hasType(v value.Value, t *ast.Type) bool {
	for i := range t.Terms {
		if isOf(v, &t.Terms[i]) {
			return true
		}
	}
	return false
}

// isOf tells whether v is a value of one of the types in a union. Null is a value of every
// type that does not exclude it.
func isOf(v value.Value, t *ast.TypeTerm) bool {
	if t.Kind == ast.TypeAny && t.Elem != nil {
		return hasType(v, t.Elem) && (!t.NotNull || !v.IsNull())
	}
	if v.IsNull() {
		return !t.NotNull && t.Kind != ast.TypeNothing
	}
	switch t.Kind {
	case ast.TypeAny:
		return true
	case ast.TypeNothing, ast.TypeNull:
		return false
	case ast.TypeList:
		return isListOf(v, t.Elem)
	case ast.TypePropertyValue:
		return Unstorable(v) == value.KindNull
	case ast.TypeBoolean, ast.TypeDate, ast.TypeDuration, ast.TypeEnum, ast.TypeFloat, ast.TypeInteger, ast.TypeLocalDateTime, ast.TypeLocalTime,
		ast.TypeMap, ast.TypeNode, ast.TypePath, ast.TypePoint, ast.TypeRelationship, ast.TypeString, ast.TypeZonedDateTime, ast.TypeZonedTime:
	}
	switch kind := v.Kind(); kind { //nolint:exhaustive // the others are of a type of their own
	case value.KindVirtualNode:
		return t.Kind == ast.TypeNode
	case value.KindVirtualEdge:
		return t.Kind == ast.TypeRelationship
	default:
		return kind == kindOf(t.Kind)
	}
}

func isListOf(v value.Value, elem *ast.Type) bool {
	if v.Kind() != value.KindList {
		return false
	}
	for _, x := range v.AsList() {
		if !hasType(x, elem) {
			return false
		}
	}
	return true
}

// kindOf returns the kind of the values of a type that has one.
func kindOf(t ast.TypeKind) value.Kind {
	switch t {
	case ast.TypeBoolean:
		return value.KindBool
	case ast.TypeDate:
		return value.KindDate
	case ast.TypeDuration:
		return value.KindDuration
	case ast.TypeEnum:
		return value.KindEnum
	case ast.TypeFloat:
		return value.KindFloat
	case ast.TypeInteger:
		return value.KindInt
	case ast.TypeLocalDateTime:
		return value.KindLocalDateTime
	case ast.TypeLocalTime:
		return value.KindLocalTime
	case ast.TypeMap:
		return value.KindMap
	case ast.TypeNode:
		return value.KindNode
	case ast.TypePath:
		return value.KindPath
	case ast.TypePoint:
		return value.KindPoint
	case ast.TypeRelationship:
		return value.KindEdge
	case ast.TypeString:
		return value.KindString
	case ast.TypeZonedDateTime:
		return value.KindDateTime
	case ast.TypeZonedTime:
		return value.KindTime
	case ast.TypeAny, ast.TypeNothing, ast.TypeNull, ast.TypeList, ast.TypePropertyValue:
	}
	return value.KindNull
}

// Unstorable returns the kind of the first thing in v that no property can hold, which is an
// entity, or a map inside of a list; KindNull where there is none.
func Unstorable(v value.Value) value.Kind { return unstorable(v, value.KindNull) }

// unstorable answers for v inside of something of kind within.
func unstorable(v value.Value, within value.Kind) value.Kind {
	switch k := v.Kind(); k {
	case value.KindNode, value.KindEdge, value.KindPath, value.KindVirtualNode, value.KindVirtualEdge:
		return k
	case value.KindMap:
		if within == value.KindList {
			return k
		}
		for _, e := range v.AsMap() {
			if bad := unstorable(e.Value, k); bad != value.KindNull {
				return bad
			}
		}
	case value.KindList:
		for _, e := range v.AsList() {
			if bad := unstorable(e, k); bad != value.KindNull {
				return bad
			}
		}
	case value.KindNull, value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindBytes,
		value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum:
	}
	return value.KindNull
}

// isNormalized is x IS NORMALIZED: null of what is no string.
type isNormalized struct {
	at
	x    Evaluator
	form norm.Form
	not  bool
}

func (s *scope) isNormalized(e *ast.IsNormalized) (compiled, error) {
	x, err := s.compile(e.X)
	if err != nil {
		return compiled{}, err
	}
	return folded(&isNormalized{at{e.At}, x.e, normalForm(e.Form), e.Not}, x.fixed), nil
}

// normalForm returns the Unicode normal form of the given name.
func normalForm(name string) norm.Form {
	switch name {
	case "NFD":
		return norm.NFD
	case "NFKC":
		return norm.NFKC
	case "NFKD":
		return norm.NFKD
	default:
		return norm.NFC
	}
}

func (e *isNormalized) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	if in.Rows() == 0 {
		allNull(out, in)
		return nil
	}
	m := c.mark()
	defer c.release(m)
	x, err := c.load(e.x, in)
	if err != nil {
		return err
	}
	out.Reset(batch.Bools, in.Len)
	for _, r := range c.rows(in) {
		if v := x.at(r); v.Kind() == value.KindString {
			out.Bools[r] = e.form.IsNormalString(v.AsString()) != e.not
		} else {
			out.Nulls.Add(int(r))
		}
	}
	return nil
}
