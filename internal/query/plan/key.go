package plan

import (
	"fmt"
	"strconv"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/storage/value"
)

// Key renders e such that two expressions have the same key exactly if they are written
// alike and their variables are the same symbols.
func Key(info *sema.Info, e ast.Expr) string {
	var w keyWriter
	w.info = info
	w.expr(e)
	return w.b.String()
}

type keyWriter struct {
	info *sema.Info
	b    strings.Builder
}

func (w *keyWriter) words(list ...string) {
	for _, s := range list {
		w.b.WriteString(strconv.Itoa(len(s)))
		w.b.WriteByte(':')
		w.b.WriteString(s)
	}
}

func (w *keyWriter) names(list []ast.Name) {
	for _, n := range list {
		w.words(n.Text)
	}
}

func (w *keyWriter) expr(e ast.Expr) {
	if e == nil {
		w.b.WriteByte('_')
		return
	}
	fmt.Fprintf(&w.b, "(%T ", e)
	w.own(e)
	ast.Children(e, w.expr)
	w.b.WriteByte(')')
}

// own writes what e has beside its children.
func (w *keyWriter) own(e ast.Expr) {
	switch e := e.(type) {
	case *ast.Literal:
		if e.Auto > 0 {
			fmt.Fprintf(&w.b, "auto %d", e.Auto)
			return
		}
		w.literal(e.Value)
	case *ast.Param:
		w.words(e.Name)
	case *ast.Variable:
		if s := w.info.Uses[e]; s != nil {
			fmt.Fprintf(&w.b, "#%d", s.ID)
			return
		}
		w.words(e.Name)
	case *ast.Property:
		w.words(e.Key.Text)
	case *ast.Slice:
		fmt.Fprint(&w.b, e.From != nil, e.To != nil)
	case *ast.HasLabels:
		w.names(e.Labels)
		if e.Is != nil {
			w.words(ast.LabelString(e.Is))
		}
	case *ast.Map:
		w.names(e.Keys)
	case *ast.EnumValue:
		w.words(e.Enum.Text, e.Value.Text)
	case *ast.Unary:
		w.words(e.Op)
	case *ast.Binary:
		w.words(e.Op)
	case *ast.Comparison:
		w.words(e.Ops...)
	case *ast.IsNull:
		fmt.Fprint(&w.b, e.Not)
	case *ast.IsTyped:
		w.words(e.Type.String())
		fmt.Fprint(&w.b, e.Not)
	case *ast.IsNormalized:
		w.words(e.Form)
		fmt.Fprint(&w.b, e.Not)
	case *ast.CaseWhen:
		fmt.Fprint(&w.b, len(e.Items))
	case *ast.Case:
		fmt.Fprint(&w.b, e.Subject != nil, len(e.When), e.Else != nil)
	case *ast.Call:
		w.words(strings.ToLower(e.Name))
		fmt.Fprint(&w.b, e.Distinct, e.Star)
	case *ast.List, *ast.Subscript, *ast.CaseSubject:
	default:
		w.scoped(e)
	}
}

// scoped writes the expressions that bring variables of their own. Two of them are never
// alike, because their variables are not, so their address is their key.
func (w *keyWriter) scoped(e ast.Expr) { fmt.Fprintf(&w.b, "@%p", e) }

func (w *keyWriter) literal(v value.Value) {
	w.words(v.Kind().String())
	switch v.Kind() {
	case value.KindNull:
	case value.KindBool:
		fmt.Fprint(&w.b, v.AsBool())
	case value.KindInt:
		fmt.Fprint(&w.b, v.AsInt())
	case value.KindFloat:
		fmt.Fprint(&w.b, v.AsFloat())
	case value.KindString:
		w.words(v.AsString())
	case value.KindBytes:
		fmt.Fprintf(&w.b, "%x", v.AsBytes())
	case value.KindList:
		for _, x := range v.AsList() {
			w.literal(x)
		}
	case value.KindMap:
		for _, x := range v.AsMap() {
			w.words(x.Key)
			w.literal(x.Value)
		}
	case value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration:
		w.words(v.TemporalText())
	case value.KindPoint:
		fmt.Fprintf(&w.b, "%v", *v.AsPoint())
	case value.KindEnum:
		fmt.Fprint(&w.b, value.Hash(v)) // values of enums are no constants of a plan
	case value.KindNode, value.KindEdge, value.KindPath, value.KindVirtualNode, value.KindVirtualEdge:
	}
}
