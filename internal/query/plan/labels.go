package plan

import "memgraphd/internal/query/ast"

// LabelsScan makes a row of every node that may fulfil a label expression, each once, for
// each row of its input. Where the expression is no more than any of some names, each of
// them does. Where Key is set the property equals Value: it is looked up in the index of
// each label that has one.
type LabelsScan struct {
	Header
	Input Op
	Slot  int
	Is    ast.LabelExpr
	Key   string
	Value ast.Expr // nil without Key
}

// Inputs returns the operator that rows come from.
func (o *LabelsScan) Inputs() []Op { return []Op{o.Input} }

// Name returns the operator's name.
func (o *LabelsScan) Name() string {
	if o.Value != nil {
		return "ScanAllByLabelsProperties"
	}
	return "ScanAllByLabels"
}

// Detail names the node and the labels.
func (o *LabelsScan) Detail(p *Plan) string {
	property := ""
	if o.Value != nil {
		property = " {" + o.Key + " = …}"
	}
	return "(" + p.slot(o.Slot) + " :" + ast.LabelString(o.Is) + property + ")"
}
