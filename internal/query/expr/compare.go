package expr

import (
	"math"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/storage/value"
)

// relation is a comparison operator: the set of outcomes that make it true.
type relation uint8

const (
	less relation = 1 << iota
	equal
	greater
)

// relationOf returns the operator that is written as text.
func relationOf(text string) relation {
	switch text {
	case "=":
		return equal
	case "<>", "!=":
		return less | greater
	case "<":
		return less
	case "<=":
		return less | equal
	case ">":
		return greater
	case ">=":
		return greater | equal
	}
	panic("expr: comparison " + text + " is not known")
}

// equality reports whether r is "=" or "<>", which compare any two values.
func (r relation) equality() bool { return r == equal || r == less|greater }

// mirrored returns the operator with its operands exchanged.
func (r relation) mirrored() relation {
	m := r & equal
	if r&less != 0 {
		m |= greater
	}
	if r&greater != 0 {
		m |= less
	}
	return m
}

// holds tells whether r is true for an outcome of a comparison: negative, 0 or positive.
func (r relation) holds(c int) bool {
	switch {
	case c < 0:
		return r&less != 0
	case c > 0:
		return r&greater != 0
	}
	return r&equal != 0
}

// of compares two values of any types.
func (r relation) of(x, y value.Value) value.Ternary {
	if r.equality() {
		t := value.Equal(x, y)
		if r == equal {
			return t
		}
		return -t
	}
	c, nan, ok := value.Compare(x, y)
	switch {
	case !ok:
		return value.Unknown
	case nan:
		return value.No
	}
	return value.TernaryOf(r.holds(c))
}

// comparison is x op y.
type comparison struct {
	at
	x, y Evaluator
	op   relation
}

func (e *comparison) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	if in.Rows() == 0 {
		allNull(out, in)
		return nil
	}
	m := c.mark()
	defer c.release(m)
	x, y, err := c.loadBoth(e.x, e.y, in)
	if err != nil {
		return err
	}
	compareColumns(c, in, x, y, e.op, out)
	return nil
}

// compareColumns fills out with x op y, as Bools unless all rows are null.
func compareColumns(c *Context, in *batch.Batch, x, y operand, op relation, out *batch.Vector) {
	if x.v == nil && y.v != nil { // a single value comes second
		x, y, op = y, x, op.mirrored()
	}
	rows := c.rows(in)
	switch {
	case x.isNull() || y.isNull():
		allNull(out, in)
		return
	case x.v != nil && y.v == nil && compareWith(rows, x.v, y.x, op, out):
		return
	case x.v != nil && y.v != nil && compareEntities(rows, x.v, y.v, op, out):
		return
	}
	if m, ok := c.numbers(x, in); ok {
		if n, ok := c.numbers(y, in); ok && m.kind == n.kind {
			out.Reset(batch.Bools, in.Len)
			out.Nulls.Or(m.nulls)
			out.Nulls.Or(n.nulls)
			if m.kind == batch.Ints {
				compareInts(out.Bools, m.ints, n.ints, rows, op)
			} else {
				compareFloats(out.Bools, m.floats, n.floats, rows, op)
			}
			return
		}
	}
	out.Reset(batch.Bools, in.Len)
	for _, r := range rows {
		put(out, r, op.of(x.at(r), y.at(r)))
	}
}

// compareWith compares a column with one integer or string: the usual filter on a property.
func compareWith(rows []uint16, x *batch.Vector, y value.Value, op relation, out *batch.Vector) bool {
	k := y.Kind()
	switch {
	case x.Kind == batch.Values && k == value.KindInt:
		out.Reset(batch.Bools, len(x.Values))
		compareValuesInt(out, x.Values, y, rows, op)
	case x.Kind == batch.Values && k == value.KindString:
		out.Reset(batch.Bools, len(x.Values))
		compareValuesText(out, x.Values, y, rows, op)
	case x.Kind == batch.Strings && k == value.KindString:
		out.Reset(batch.Bools, len(x.Strings))
		out.Nulls.Or(&x.Nulls)
		text := y.AsString()
		for _, r := range rows {
			out.Bools[r] = textHolds(op, x.Strings[r], text)
		}
	default:
		return false
	}
	return true
}

func compareValuesInt(out *batch.Vector, xs []value.Value, y value.Value, rows []uint16, op relation) {
	s := spanOfInts(op, y.AsInt())
	for _, r := range rows {
		x := &xs[r]
		if x.Kind() != value.KindInt {
			put(out, r, op.of(*x, y))
			continue
		}
		out.Bools[r] = s.has(x.AsInt())
	}
}

func compareValuesText(out *batch.Vector, xs []value.Value, y value.Value, rows []uint16, op relation) {
	text := y.AsString()
	for _, r := range rows {
		x := &xs[r]
		if x.Kind() != value.KindString {
			put(out, r, op.of(*x, y))
			continue
		}
		out.Bools[r] = textHolds(op, x.AsString(), text)
	}
}

// textHolds compares two strings.
func textHolds(op relation, a, b string) bool {
	if op.equality() {
		return (a == b) == (op == equal)
	}
	return op.holds(strings.Compare(a, b))
}

// outcome says how a stands to b, without branches; nothing where one is NaN.
func outcome[T int64 | float64](a, b T) relation {
	return bit(a < b)*less | bit(a == b)*equal | bit(a > b)*greater
}

func bit(b bool) relation {
	if b {
		return 1
	}
	return 0
}

func compareInts(out []bool, x, y []int64, rows []uint16, op relation) {
	for _, r := range rows {
		out[r] = op&outcome(x[r], y[r]) != 0
	}
}

func compareFloats(out []bool, x, y []float64, rows []uint16, op relation) {
	if op == less|greater { // which NaN makes true
		for _, r := range rows {
			out[r] = x[r] != y[r]
		}
		return
	}
	for _, r := range rows {
		out[r] = op&outcome(x[r], y[r]) != 0
	}
}

// compareEntities compares two columns of nodes, or of relationships.
func compareEntities(rows []uint16, x, y *batch.Vector, op relation, out *batch.Vector) bool {
	if x.Kind != y.Kind || !op.equality() {
		return false
	}
	switch x.Kind {
	case batch.Nodes:
		out.Reset(batch.Bools, len(x.Nodes))
		for _, r := range rows {
			out.Bools[r] = (x.Nodes[r] == y.Nodes[r]) == (op == equal)
		}
	case batch.Edges:
		out.Reset(batch.Bools, len(x.Edges))
		for _, r := range rows {
			out.Bools[r] = (x.Edges[r].ID == y.Edges[r].ID) == (op == equal)
		}
	case batch.Values, batch.Ints, batch.Floats, batch.Bools, batch.Strings:
		return false
	}
	for _, r := range rows {
		if x.IsNull(int(r)) || y.IsNull(int(r)) {
			out.Nulls.Add(int(r))
		}
	}
	return true
}

func (e *comparison) filter(c *Context, in *batch.Batch, sel []uint16) ([]uint16, error) {
	if in.Rows() == 0 {
		return sel, nil
	}
	m := c.mark()
	defer c.release(m)
	if selected, ok := e.filterNodes(c, in, sel); ok {
		return selected, nil
	}
	x, y, err := c.loadBoth(e.x, e.y, in)
	if err != nil {
		return sel, err
	}
	return filterPair(c, in, x, y, e.op, sel), nil
}

// filterPair appends the rows at which x op y is true. It takes the short way for the
// usual filter, a column against one integer.
func filterPair(c *Context, in *batch.Batch, x, y operand, op relation, sel []uint16) []uint16 {
	if x.v == nil && y.v != nil {
		x, y, op = y, x, op.mirrored()
	}
	rows := c.rows(in)
	if x.v != nil && y.v == nil && y.x.Kind() == value.KindInt {
		switch {
		case x.v.Kind == batch.Values:
			return filterValues(sel, x.v.Values, y.x, rows, op)
		case x.v.Kind == batch.Ints && x.v.Nulls.Empty():
			return filterInts(sel, x.v.Ints, y.x.AsInt(), rows, op)
		}
	}
	out := c.vectors.get()
	compareColumns(c, in, x, y, op, out)
	if out.Kind != batch.Bools {
		return sel
	}
	return selectTrue(sel, rows, truths{out.Bools, &out.Nulls})
}

// selectTrue appends the rows at which t is true.
func selectTrue(sel, rows []uint16, t truths) []uint16 {
	at := len(sel)
	sel = grown(sel, len(rows))
	if t.nulls.Empty() {
		for _, r := range rows { // always written, kept by moving on
			sel[at] = r
			if t.bools[r] {
				at++
			}
		}
		return sel[:at]
	}
	for _, r := range rows {
		sel[at] = r
		if t.bools[r] && !t.nulls.Has(int(r)) {
			at++
		}
	}
	return sel[:at]
}

// span is the integers from low to high, or all others: what compares true with a constant.
type span struct {
	low   int64
	width uint64 // high - low
	out   bool
}

// spanOfInts returns the integers x for which "x op k" holds.
func spanOfInts(op relation, k int64) span {
	switch op {
	case equal:
		return span{k, 0, false}
	case less | greater:
		return span{k, 0, true}
	case less:
		return span{k, math.MaxInt64 - uint64(k), true}
	case greater | equal:
		return span{k, math.MaxInt64 - uint64(k), false}
	case less | equal:
		return span{math.MinInt64, uint64(k) - 1<<63, false}
	case greater:
		return span{math.MinInt64, uint64(k) - 1<<63, true}
	}
	panic("expr: no such comparison")
}

// has is free of branches, which random data would mispredict.
func (s *span) has(x int64) bool { return (uint64(x)-uint64(s.low) <= s.width) != s.out }

func filterValues(sel []uint16, xs []value.Value, y value.Value, rows []uint16, op relation) []uint16 {
	s := spanOfInts(op, y.AsInt())
	at := len(sel)
	sel = grown(sel, len(rows))
	for _, r := range rows { // always written, kept by moving on
		x := &xs[r]
		var keep bool
		if x.Kind() == value.KindInt {
			keep = s.has(x.AsInt())
		} else {
			keep = op.of(*x, y) == value.Yes
		}
		sel[at] = r
		if keep {
			at++
		}
	}
	return sel[:at]
}

func filterInts(sel []uint16, xs []int64, k int64, rows []uint16, op relation) []uint16 {
	s := spanOfInts(op, k)
	at := len(sel)
	sel = grown(sel, len(rows))
	for _, r := range rows {
		sel[at] = r
		if s.has(xs[r]) {
			at++
		}
	}
	return sel[:at]
}

// grown returns sel with n more elements.
func grown(sel []uint16, n int) []uint16 {
	if cap(sel) < len(sel)+n {
		sel = append(make([]uint16, 0, len(sel)+max(n, batch.Size)), sel...)
	}
	return sel[:len(sel)+n]
}

// chain is a < b <= c: each operand is computed once, and all pairs must hold.
type chain struct {
	at
	operands []Evaluator
	ops      []relation
}

func (e *chain) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	if in.Rows() == 0 {
		allNull(out, in)
		return nil
	}
	m := c.mark()
	defer c.release(m)
	x, err := c.load(e.operands[0], in)
	if err != nil {
		return err
	}
	out.Reset(batch.Bools, in.Len)
	rows := c.rows(in)
	for _, r := range rows {
		out.Bools[r] = true
	}
	for i, op := range e.ops {
		y, err := c.load(e.operands[i+1], in)
		if err != nil {
			return err
		}
		pair := c.vectors.get()
		compareColumns(c, in, x, y, op, pair)
		for _, r := range rows {
			together(out, pair, r)
		}
		x = y
	}
	return nil
}

// filter narrows the rows by one pair after the other.
func (e *chain) filter(c *Context, in *batch.Batch, sel []uint16) ([]uint16, error) {
	if in.Rows() == 0 {
		return sel, nil
	}
	m := c.mark()
	defer c.release(m)
	rows, next := in, c.rowLists.get()
	x, err := c.load(e.operands[0], in)
	if err != nil {
		return sel, err
	}
	last := len(e.ops) - 1
	for i, op := range e.ops {
		y, err := c.load(e.operands[i+1], in)
		if err != nil {
			return sel, err
		}
		if i == last {
			return filterPair(c, rows, x, y, op, sel), nil
		}
		next.rows = filterPair(c, rows, x, y, op, next.rows[:0])
		rows, next = c.sub(in, next.rows), c.rowLists.get()
		x = y
	}
	return sel, nil
}

// together makes row r of out the conjunction of out and pair.
func together(out, pair *batch.Vector, r uint16) {
	row := int(r)
	switch {
	case pair.IsNull(row):
		if out.Bools[r] {
			out.Nulls.Add(row)
		}
	case !pair.Bools[r]:
		out.Bools[r] = false
		out.Nulls.Remove(row)
	}
}

func (s *scope) comparison(e *ast.Comparison) (compiled, error) {
	operands, fixed, err := s.all(e.Operands...)
	if err != nil {
		return compiled{}, err
	}
	ops := make([]relation, len(e.Ops))
	for i, op := range e.Ops {
		ops[i] = relationOf(op)
	}
	if len(ops) == 1 {
		return folded(&comparison{at{e.At}, operands[0], operands[1], ops[0]}, fixed), nil
	}
	return folded(&chain{at{e.At}, operands, ops}, fixed), nil
}
