package plan

import "memgraphd/internal/query/ast"

// LabelsScan makes a row of every node that may fulfil a label expression, each once, for
// each row of its input. Where the expression is no more than any of some names, each of
// them does.
type LabelsScan struct {
	Header
	Input Op
	Slot  int
	Is    ast.LabelExpr
}

// Inputs returns the operator that rows come from.
func (o *LabelsScan) Inputs() []Op { return []Op{o.Input} }

// Name returns the operator's name.
func (*LabelsScan) Name() string { return "ScanAllByLabels" }

// Detail names the node and the labels.
func (o *LabelsScan) Detail(p *Plan) string {
	return "(" + p.slot(o.Slot) + " :" + ast.LabelString(o.Is) + ")"
}
