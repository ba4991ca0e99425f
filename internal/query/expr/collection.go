package expr

import (
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/function"
	"memgraphd/internal/storage/value"
)

// list is [a, b].
type list struct {
	at
	items []Evaluator
}

func (s *scope) list(e *ast.List) (compiled, error) {
	items, fixed, err := s.all(e.Items...)
	if err != nil {
		return compiled{}, err
	}
	if xs, ok := literals(items); ok {
		x, err := makeList(xs)
		return compiled{&constant{at{e.At}, x}, true}, place(err, e.At)
	}
	return folded(&list{at{e.At}, items}, fixed), nil
}

// literals returns the values of es if all are known when the plan is made.
func literals(es []Evaluator) ([]value.Value, bool) {
	xs := make([]value.Value, len(es))
	for i, e := range es {
		x, ok := literalOf(e)
		if !ok {
			return nil, false
		}
		xs[i] = x
	}
	return xs, true
}

func (e *list) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	if in.Rows() == 0 {
		allNull(out, in)
		return nil
	}
	m := c.mark()
	defer c.release(m)
	var few [8]operand
	items, err := c.loadAll(few[:0], e.items, in)
	if err != nil {
		return err
	}
	rows := c.rows(in)
	if err := c.ReserveElements(len(items) * len(rows)); err != nil {
		return place(err, e.where)
	}
	out.Prepare(batch.Values, in.Len)
	var free []value.Value
	for i, r := range rows {
		if i%slabRows == 0 {
			free = make([]value.Value, len(items)*min(slabRows, len(rows)-i))
		}
		xs := free[:len(items):len(items)]
		free = free[len(items):]
		for j := range items {
			xs[j] = items[j].at(r)
		}
		x, err := makeList(xs)
		if err != nil {
			return place(err, e.where)
		}
		out.Values[r] = x
	}
	return nil
}

// slabRows is the number of rows whose lists or maps share an allocation: few, because
// one of them that is kept keeps them all.
const slabRows = 8

// mapping is {key: value}.
type mapping struct {
	at
	keys   []string
	values []Evaluator
}

func (s *scope) mapping(e *ast.Map) (compiled, error) {
	values, fixed, err := s.all(e.Values...)
	if err != nil {
		return compiled{}, err
	}
	keys := make([]string, len(e.Keys))
	for i, k := range e.Keys {
		keys[i] = k.Text
	}
	if xs, ok := literals(values); ok {
		x, err := makeMap(keys, xs)
		return compiled{&constant{at{e.At}, x}, true}, place(err, e.At)
	}
	return folded(&mapping{at{e.At}, keys, values}, fixed), nil
}

func makeMap(keys []string, xs []value.Value) (value.Value, error) {
	entries := make([]value.Entry, len(keys))
	for i, k := range keys {
		entries[i] = value.Entry{Key: k, Value: xs[i]}
	}
	return boundedMap(entries)
}

// boundedMap returns the entries as a map, unless it would be nested too deep.
func boundedMap(entries []value.Entry) (value.Value, error) {
	m := value.Map(entries)
	if m.Depth() > function.DepthMax {
		return value.Null, function.TooDeep()
	}
	return m, nil
}

func (e *mapping) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
	if in.Rows() == 0 {
		allNull(out, in)
		return nil
	}
	m := c.mark()
	defer c.release(m)
	var few [8]operand
	values, err := c.loadAll(few[:0], e.values, in)
	if err != nil {
		return err
	}
	rows := c.rows(in)
	if err := c.ReserveElements(2 * len(values) * len(rows)); err != nil {
		return place(err, e.where)
	}
	out.Prepare(batch.Values, in.Len)
	var free []value.Entry
	for i, r := range rows {
		if i%slabRows == 0 {
			free = make([]value.Entry, len(values)*min(slabRows, len(rows)-i))
		}
		entries := free[:len(values):len(values)]
		free = free[len(values):]
		for j := range values {
			entries[j] = value.Entry{Key: e.keys[j], Value: values[j].at(r)}
		}
		x, err := boundedMap(entries)
		if err != nil {
			return place(err, e.where)
		}
		out.Values[r] = x
	}
	return nil
}

// mapProjection is x {.key, .*, key: value}.
type mapProjection struct {
	at
	x     Evaluator
	items []projected
}

// projected is one element of a map projection: all properties, one property, or a value.
type projected struct {
	all   bool
	name  string
	field key
	value Evaluator // nil for a property
}

func (s *scope) mapProjection(e *ast.MapProjection) (compiled, error) {
	x, err := s.compile(e.X)
	if err != nil {
		return compiled{}, err
	}
	out := &mapProjection{at: at{e.At}, x: x.e}
	fixed := x.fixed
	for _, item := range e.Items {
		p := projected{all: item.All, name: item.Key.Text}
		switch {
		case item.All:
		case item.Value == nil:
			p.field = s.key(p.name)
		default:
			v, err := s.compile(item.Value)
			if err != nil {
				return compiled{}, err
			}
			p.value = v.e
			fixed = fixed && v.fixed
		}
		out.items = append(out.items, p)
	}
	return folded(out, fixed), nil
}

func (e *mapProjection) Eval(c *Context, in *batch.Batch, out *batch.Vector) error {
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
	values := make([]operand, len(e.items))
	for i, item := range e.items {
		if item.value == nil {
			continue
		}
		if values[i], err = c.load(item.value, in); err != nil {
			return err
		}
	}
	out.Prepare(batch.Values, in.Len)
	for _, r := range c.rows(in) {
		y, err := e.one(c, x.at(r), values, r)
		if err != nil {
			return place(err, e.where)
		}
		out.Values[r] = y
	}
	return nil
}

func (e *mapProjection) one(c *Context, x value.Value, values []operand, row uint16) (value.Value, error) {
	switch k := x.Kind(); {
	case k == value.KindNull:
		return value.Null, nil
	case k != value.KindMap && k != value.KindNode && k != value.KindEdge && !x.IsVirtual():
		return value.Null, typeError(e.where, "a map projection", "a node, a relationship or a map", x)
	}
	entries := make([]value.Entry, 0, len(e.items))
	for i := range e.items {
		item := &e.items[i]
		switch {
		case item.all:
			fields, err := c.fields(x)
			if err != nil {
				return value.Null, err
			}
			entries = append(entries, fields...)
		case item.value == nil:
			y, err := c.field(x, &item.field)
			if err != nil {
				return value.Null, err
			}
			entries = append(entries, value.Entry{Key: item.name, Value: y})
		default:
			entries = append(entries, value.Entry{Key: item.name, Value: values[i].at(row)})
		}
	}
	return boundedMap(entries)
}

// fields returns all entries of a map, or all properties of a node or relationship.
func (c *Context) fields(x value.Value) ([]value.Entry, error) {
	f, _ := function.Lookup("properties")
	c.args = append(c.args[:0], x)
	m, err := f.Eval(&c.Call, c.args)
	if err != nil {
		return nil, err
	}
	return m.AsMap(), nil
}
