package plan

import "memgraphd/internal/query/ast"

// NewNode is a node to create.
type NewNode struct {
	Slot   int
	Labels []string
	Names  []ast.Expr // give further labels
	Props  ast.Expr   // nil, *ast.Map or *ast.Param
}

// NewRel is a relationship to create.
type NewRel struct {
	Slot     int
	From, To int // slots
	Type     string
	Name     ast.Expr // gives the type instead; nil where Type is it
	Props    ast.Expr // nil, *ast.Map or *ast.Param
	At       ast.Place
}

// Creation is the nodes and then the relationships of a pattern.
type Creation struct {
	Nodes []NewNode
	Rels  []NewRel
}

// Assign is one assignment of SET or REMOVE.
type Assign struct {
	Kind AssignKind
	// Target is the expression that gives the node or relationship.
	Target ast.Expr
	Key    string
	Value  ast.Expr
	Labels []string
	Names  []ast.Expr // give further labels
	Name   ast.Expr   // gives the key; nil where Key is it
	At     ast.Place
}

// AssignKind tells the forms of Assign apart.
type AssignKind uint8

// The forms of assignments.
const (
	AssignProperty AssignKind = iota // Target.Key = Value
	AssignAll                        // Target = Value
	AssignMerge                      // Target += Value
	AddLabels                        // Target:Labels
	RemoveProperty                   // remove Target.Key
	RemoveLabels                     // remove Target:Labels
	AssignDynamic                    // Target[Name] = Value
	RemoveDynamic                    // remove Target[Name]
)

type (
	// Create creates a pattern for each row.
	Create struct {
		Header
		Creation
		Input Op
		Scope *Scope
		// RowWise creates for one row after the other, where properties read what is created.
		RowWise bool
	}
	// Merge finds a pattern for each row, or creates it.
	Merge struct {
		Header
		Creation
		Input    Op
		Match    Op
		Argument *Argument
		Binds    []int // slots that the pattern adds
		OnCreate []Assign
		OnMatch  []Assign
		Scope    *Scope
	}
	// Set changes properties and labels for each row.
	Set struct {
		Header
		Input  Op
		Items  []Assign
		Remove bool
		Scope  *Scope
	}
	// Delete takes all rows, deletes what they name, and gives the rows.
	Delete struct {
		Header
		Input  Op
		Exprs  []ast.Expr
		Detach bool
		Scope  *Scope
	}
	// Foreach runs a body for each element of a list.
	Foreach struct {
		Header
		Input    Op
		Body     Op
		Argument *Argument
		List     ast.Expr
		Slot     int
		Scope    *Scope
	}
	// LoadCSV makes a row of every record of a file.
	LoadCSV struct {
		Header
		Input                    Op
		File                     ast.Expr
		Slot                     int
		WithHeader               bool
		IgnoreBad                bool
		EmptyNull                bool // an empty field that is not in quotes is null
		Delimiter, Quote, NullIf ast.Expr
		Scope                    *Scope
	}
)

// Inputs returns the operator that rows come from.
func (o *Create) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from and the pattern to find.
func (o *Merge) Inputs() []Op { return []Op{o.Input, o.Match} }

// Inputs returns the operator that rows come from.
func (o *Set) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from.
func (o *Delete) Inputs() []Op { return []Op{o.Input} }

// Inputs returns the operator that rows come from and the body.
func (o *Foreach) Inputs() []Op { return []Op{o.Input, o.Body} }

// Inputs returns the operator that rows come from.
func (o *LoadCSV) Inputs() []Op { return []Op{o.Input} }

// Name returns the operator's name.
func (o *Create) Name() string {
	if len(o.Rels) > 0 {
		return "CreateExpand"
	}
	return "CreateNode"
}

// Name returns the operator's name.
func (*Merge) Name() string { return "Merge" }

// Name returns the operator's name.
func (o *Set) Name() string {
	if o.Remove {
		return "Remove"
	}
	return "Set"
}

// Name returns the operator's name.
func (o *Delete) Name() string {
	if o.Detach {
		return "DetachDelete"
	}
	return "Delete"
}

// Name returns the operator's name.
func (*Foreach) Name() string { return "Foreach" }

// Name returns the operator's name.
func (*LoadCSV) Name() string { return "LoadCsv" }

// Detail names what is created.
func (o *Create) Detail(p *Plan) string { return o.slots(p) }

func (c *Creation) slots(p *Plan) string {
	list := make([]int, 0, len(c.Nodes)+len(c.Rels))
	for _, n := range c.Nodes {
		list = append(list, n.Slot)
	}
	for _, r := range c.Rels {
		list = append(list, r.Slot)
	}
	return p.slots(list)
}

// Detail names what is found or created.
func (o *Merge) Detail(p *Plan) string { return p.slots(o.Binds) }

// Detail returns nothing.
func (*Set) Detail(*Plan) string { return "" }

// Detail returns nothing.
func (*Delete) Detail(*Plan) string { return "" }

// Detail names the element.
func (o *Foreach) Detail(p *Plan) string { return "{" + p.slot(o.Slot) + "}" }

// Detail names the row.
func (o *LoadCSV) Detail(p *Plan) string { return "{" + p.slot(o.Slot) + "}" }
