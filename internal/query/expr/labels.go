package expr

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// labelTest is a label expression that is ready to be asked.
type labelTest interface {
	// test tells for each entity of q whether it passes.
	test(q *labelQuery, dst []bool) error
}

// labelQuery is what a label expression is asked about: nodes, or the types of
// relationships.
type labelQuery struct {
	c     *Context
	nodes []graph.NodeID
	types []graph.TypeID // nil for nodes
	// virtual, unless it is null, is a virtual node or relationship: the only entity.
	virtual value.Value
	rows    []uint16  // the row of each of them
	names   []operand // what the dynamic names are at each row
}

// len is the number of entities.
func (q *labelQuery) len() int { return len(q.rows) }

// has tells for each entity whether it has the label or type called name.
func (q *labelQuery) has(name string, dst []bool) error {
	if q.virtual.IsVirtual() {
		dst[0] = hasVirtualName(q.virtual, name)
		return nil
	}
	if q.types == nil {
		id, ok := q.c.Graph.LookupLabel(name)
		if !ok {
			clear(dst)
			return nil
		}
		one := [1]graph.LabelID{id}
		return q.c.Graph.NodeHasLabels(dst, q.nodes, one[:])
	}
	id, ok := q.c.Graph.LookupType(name)
	for i, t := range q.types {
		dst[i] = ok && t == id
	}
	return nil
}

// labelName is a single name.
type labelName struct{ name string }

func (t *labelName) test(q *labelQuery, dst []bool) error { return q.has(t.name, dst) }

// labelled is %.
type labelled struct{}

func (labelled) test(q *labelQuery, dst []bool) error {
	if q.virtual.IsVirtual() {
		dst[0] = q.virtual.Kind() == value.KindVirtualEdge || len(q.virtual.AsVirtualNode().Labels) > 0
		return nil
	}
	if q.types == nil {
		return q.c.Graph.NodeIsLabelled(dst, q.nodes)
	}
	for i := range dst {
		dst[i] = true
	}
	return nil
}

// notLabel is !x.
type notLabel struct{ x labelTest }

func (t *notLabel) test(q *labelQuery, dst []bool) error {
	if err := t.x.test(q, dst); err != nil {
		return err
	}
	for i := range dst {
		dst[i] = !dst[i]
	}
	return nil
}

// labelJunction is x & y & …, or x | y | … where any is set.
type labelJunction struct {
	any   bool
	terms []labelTest
}

func (t *labelJunction) test(q *labelQuery, dst []bool) error {
	if err := t.terms[0].test(q, dst); err != nil {
		return err
	}
	m := q.c.mark()
	defer q.c.release(m)
	more := q.c.vectors.get()
	more.Reset(batch.Bools, q.len())
	for _, term := range t.terms[1:] {
		if err := term.test(q, more.Bools[:q.len()]); err != nil {
			return err
		}
		combine(dst, more.Bools[:q.len()], t.any)
	}
	return nil
}

// combine makes dst the disjunction of dst and more, or their conjunction.
func combine(dst, more []bool, disjunction bool) {
	for i, also := range more {
		if disjunction {
			dst[i] = dst[i] || also
		} else {
			dst[i] = dst[i] && also
		}
	}
}

// dynamicLabel is $(x) or $any(x).
type dynamicLabel struct {
	at
	any bool
	n   int // place of x among the names of the query
}

func (t *dynamicLabel) test(q *labelQuery, dst []bool) error {
	names := &q.names[t.n]
	if names.v == nil {
		return t.same(q, names.x, dst)
	}
	one := labelQuery{c: q.c, virtual: q.virtual}
	for i, row := range q.rows {
		one.rows = q.rows[i : i+1]
		switch {
		case q.virtual.IsVirtual():
		case q.types == nil:
			one.nodes = q.nodes[i : i+1]
		default:
			one.types = q.types[i : i+1]
		}
		if err := t.same(&one, names.v.Value(int(row)), dst[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

// same answers for entities that share their names.
func (t *dynamicLabel) same(q *labelQuery, v value.Value, dst []bool) error {
	if v.Kind() != value.KindList {
		if err := checkName(v, t.where); err != nil {
			return err
		}
		return q.has(v.AsString(), dst)
	}
	for i := range dst {
		dst[i] = !t.any
	}
	m := q.c.mark()
	defer q.c.release(m)
	more := q.c.vectors.get()
	more.Reset(batch.Bools, q.len())
	for _, name := range v.AsList() {
		if err := checkName(name, t.where); err != nil {
			return err
		}
		if err := q.has(name.AsString(), more.Bools[:q.len()]); err != nil {
			return err
		}
		combine(dst, more.Bools[:q.len()], t.any)
	}
	return nil
}

// AppendNames appends the labels or types that v names: a string, or a list of strings. The
// expression that gave v stands at span.
func AppendNames(dst []string, v value.Value, span token.Span) ([]string, error) {
	list := []value.Value{v}
	if v.Kind() == value.KindList {
		list = v.AsList()
	}
	for _, x := range list {
		if err := checkName(x, span); err != nil {
			return dst, err
		}
		dst = append(dst, x.AsString())
	}
	return dst, nil
}

// checkName refuses what cannot be the name of a label or a type.
func checkName(v value.Value, span token.Span) error {
	switch {
	case v.IsNull():
		return failure.RuntimeType("InvalidArgumentType", "the name of a label or type is null").
			At(span).WithHint("give a STRING or a LIST of STRING; coalesce(x, 'Unknown') stands in for null")
	case v.Kind() != value.KindString:
		return failure.RuntimeType("InvalidArgumentType", "the name of a label or type is a STRING, not a value of type %s", v.Kind()).At(span)
	case v.AsString() == "":
		return failure.Argument("InvalidTokenName", "the name of a label or type cannot be empty").At(span)
	}
	return nil
}

// PropertyName returns the name of a property that v gives; the expression that gave v
// stands at span.
func PropertyName(v value.Value, span token.Span) (string, error) {
	switch {
	case v.IsNull():
		return "", failure.RuntimeType("InvalidArgumentType", "the name of a property is null").At(span).WithHint("give a STRING")
	case v.Kind() != value.KindString:
		return "", failure.RuntimeType("InvalidArgumentType", "the name of a property is a STRING, not a value of type %s", v.Kind()).At(span)
	case v.AsString() == "":
		return "", failure.Argument("InvalidTokenName", "the name of a property cannot be empty").At(span)
	}
	return v.AsString(), nil
}

// labelTests makes the test of l; the expressions that give its names are appended to
// operands.
func (s *scope) labelTests(l ast.LabelExpr, operands *[]Evaluator, fixed *bool) (labelTest, error) {
	switch l := l.(type) {
	case *ast.LabelName:
		return &labelName{l.Text}, nil
	case *ast.LabelWildcard:
		return labelled{}, nil
	case *ast.LabelNot:
		x, err := s.labelTests(l.X, operands, fixed)
		return &notLabel{x}, err
	case *ast.LabelJunction:
		j := &labelJunction{any: l.Any}
		for _, t := range l.Terms {
			term, err := s.labelTests(t, operands, fixed)
			if err != nil {
				return nil, err
			}
			j.terms = append(j.terms, term)
		}
		return j, nil
	case *ast.LabelDynamic:
		x, err := s.compile(l.X)
		if err != nil {
			return nil, err
		}
		*operands = append(*operands, x.e)
		*fixed = *fixed && x.fixed
		return &dynamicLabel{at: at{l.At}, any: l.Any, n: len(*operands) - 1}, nil
	}
	panic("expr: a kind of label expression is not known")
}

// isLabelled is x:A|!B: a label expression that is more than names.
type isLabelled struct {
	at
	x     Evaluator
	is    labelTest
	names []Evaluator // give the dynamic names
}

func (s *scope) isLabelled(e *ast.HasLabels) (compiled, error) {
	x, err := s.compile(e.X)
	if err != nil {
		return compiled{}, err
	}
	out := &isLabelled{at: at{e.At}, x: x.e}
	fixed := x.fixed
	all := &labelJunction{}
	for _, l := range e.Labels {
		all.terms = append(all.terms, &labelName{l.Text})
	}
	rest, err := s.labelTests(e.Is, &out.names, &fixed)
	if err != nil {
		return compiled{}, err
	}
	out.is = rest
	if len(all.terms) > 0 {
		all.terms = append(all.terms, rest)
		out.is = all
	}
	return folded(out, fixed), nil
}

func (e *isLabelled) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	if in.Rows() == 0 {
		allNull(out, in)
		return nil
	}
	m := c.mark()
	defer c.release(m)
	v, err := c.view(e.x, in)
	if err != nil {
		return err
	}
	q := labelQuery{c: c, rows: c.rows(in)}
	for _, name := range e.names {
		o, err := c.load(name, in)
		if err != nil {
			return err
		}
		q.names = append(q.names, o)
	}
	out.Reset(batch.Bools, in.Len)
	switch entities := c.entities(v, q.rows); entities.Kind {
	case batch.Nodes:
		return place(e.ofNodes(&q, entities.Nodes, out), e.where)
	case batch.Edges:
		return place(e.ofEdges(&q, entities.Edges, out), e.where)
	case batch.Values, batch.Ints, batch.Floats, batch.Bools, batch.Strings:
	}
	return place(e.mixed(&q, v, out), e.where)
}

// ofNodes answers for nodes.
func (e *isLabelled) ofNodes(q *labelQuery, nodes []graph.NodeID, out *batch.Vector) error {
	c := q.c
	c.nodes = resized(c.nodes, q.len())
	for i, r := range q.rows {
		c.nodes[i] = nodes[r]
		if nodes[r] == graph.NoNode {
			out.Nulls.Add(int(r))
		}
	}
	q.nodes, q.types = c.nodes, nil
	return e.answer(q, out)
}

// ofEdges answers for relationships.
func (e *isLabelled) ofEdges(q *labelQuery, edges []graph.Edge, out *batch.Vector) error {
	c := q.c
	c.edges, c.types = resized(c.edges, q.len()), resized(c.types, q.len())
	for i, r := range q.rows {
		c.edges[i] = edges[r]
		if edges[r].ID == graph.NoEdge {
			out.Nulls.Add(int(r))
		}
	}
	if err := c.Graph.EdgeTypes(c.types, c.edges); err != nil {
		return err
	}
	q.nodes, q.types = nil, c.types
	return e.answer(q, out)
}

func (e *isLabelled) answer(q *labelQuery, out *batch.Vector) error {
	c := q.c
	c.bools = resized(c.bools, q.len())
	if err := e.is.test(q, c.bools); err != nil {
		return err
	}
	for i, r := range q.rows {
		out.Bools[r] = c.bools[i]
	}
	return nil
}

// mixed answers for a column of nulls, or one that holds more than one type.
func (e *isLabelled) mixed(q *labelQuery, v, out *batch.Vector) error {
	rows := q.rows
	var (
		node [1]graph.NodeID
		typ  [1]graph.TypeID
	)
	for i, r := range rows {
		var dst [1]bool
		q.rows, q.nodes, q.types, q.virtual = rows[i:i+1], nil, nil, value.Null
		switch x := v.Value(int(r)); x.Kind() {
		case value.KindNull:
			out.Nulls.Add(int(r))
			continue
		case value.KindNode:
			node[0] = x.AsNode()
			q.nodes = node[:]
		case value.KindEdge:
			edge := [1]graph.Edge{x.AsEdge()}
			if err := q.c.Graph.EdgeTypes(typ[:], edge[:]); err != nil {
				return err
			}
			q.types = typ[:]
		case value.KindVirtualNode, value.KindVirtualEdge:
			q.virtual = x
		case value.KindBool, value.KindInt, value.KindFloat, value.KindString, value.KindBytes, value.KindList, value.KindMap, value.KindPath,
			value.KindDate, value.KindTime, value.KindLocalTime, value.KindDateTime, value.KindLocalDateTime, value.KindDuration, value.KindPoint, value.KindEnum:
			return typeError(e.where, "a label predicate", "a node or a relationship", x)
		}
		if err := e.is.test(q, dst[:]); err != nil {
			return err
		}
		out.Bools[r] = dst[0]
	}
	return nil
}
