package reference

import (
	"maps"
	"slices"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/storage/value"
)

// function computes a function of values, none of which is null.
type function func(r *run, e *ast.Call, args []value.Value) (value.Value, error)

// call computes a function or an aggregate.
func (r *run) call(e *ast.Call, s scope) (value.Value, error) {
	if isAggregate(e) {
		if s.group == nil {
			return value.Null, fail(e, "SyntaxError", "%s() outside of a group", e.Name)
		}
		return r.aggregate(e, s.group)
	}
	name := strings.ToLower(e.Name)
	if name == "coalesce" {
		for _, a := range e.Args {
			if v, err := r.eval(a, s); err != nil || !v.IsNull() {
				return v, err
			}
		}
		return value.Null, nil
	}
	args, err := r.all(e.Args, s)
	if err != nil {
		return value.Null, err
	}
	switch name {
	case "exists":
		return value.Bool(!args[0].IsNull()), nil
	case "nullif":
		if equals(args[0], args[1]) == yes {
			return value.Null, nil
		}
		return args[0], nil
	case "valuetype":
		return value.String(args[0].Kind().String()), nil
	}
	if slices.ContainsFunc(args, value.Value.IsNull) {
		return value.Null, nil
	}
	for _, family := range []func(string) function{entityFunction, listFunction, textFunction, numberFunction, temporalFunction, conversion} {
		if f := family(name); f != nil {
			return f(r, e, args)
		}
	}
	return value.Null, unsupported(e)
}

func wrongType(e *ast.Call, v value.Value) (value.Value, error) {
	return value.Null, typeError(e, "%s() of %s", e.Name, v.Kind())
}

// entityFunction finds a function about nodes, relationships and paths.
func entityFunction(name string) function {
	switch name {
	case "id":
		return func(_ *run, e *ast.Call, args []value.Value) (value.Value, error) {
			switch x := args[0]; {
			case x.Kind() == value.KindNode:
				return value.Int(int64(nodeID(x))), nil
			case x.Kind() == value.KindEdge:
				return value.Int(int64(edgeID(x))), nil
			}
			return wrongType(e, args[0])
		}
	case "elementid":
		return func(r *run, e *ast.Call, args []value.Value) (value.Value, error) {
			id, err := entityFunction("id")(r, e, args)
			if err != nil {
				return value.Null, err
			}
			return value.String(textOf(id)), nil
		}
	case "labels":
		return ofNode(func(r *run, n *Node) value.Value { return r.labels(n) })
	case "degree":
		return ofNode(func(r *run, n *Node) value.Value { return value.Int(r.degree(n.Out) + r.degree(n.In)) })
	case "outdegree":
		return ofNode(func(r *run, n *Node) value.Value { return value.Int(r.degree(n.Out)) })
	case "indegree":
		return ofNode(func(r *run, n *Node) value.Value { return value.Int(r.degree(n.In)) })
	case "type":
		return ofEdge(func(e *Edge) value.Value { return value.String(e.Type) })
	case "startnode":
		return ofEdge(func(e *Edge) value.Value { return nodeValue(e.From) })
	case "endnode":
		return ofEdge(func(e *Edge) value.Value { return nodeValue(e.To) })
	case "properties", "keys", "values":
		return fields
	case "nodes", "relationships", "rels":
		return pathParts
	}
	return nil
}

func (r *run) labels(n *Node) value.Value {
	out := []value.Value{}
	for _, l := range n.Labels {
		out = append(out, value.String(l))
	}
	permute(r, out)
	return value.List(out)
}

func (r *run) degree(edges []int) int64 {
	n := int64(0)
	for _, e := range edges {
		if !r.g.Edges[e].Deleted {
			n++
		}
	}
	return n
}

func ofNode(f func(r *run, n *Node) value.Value) function {
	return func(r *run, e *ast.Call, args []value.Value) (value.Value, error) {
		if args[0].Kind() != value.KindNode {
			return wrongType(e, args[0])
		}
		n := r.g.Nodes[nodeID(args[0])]
		if n.Deleted {
			return value.Null, deleted(e)
		}
		return f(r, n), nil
	}
}

func ofEdge(f func(e *Edge) value.Value) function {
	return func(r *run, e *ast.Call, args []value.Value) (value.Value, error) {
		if args[0].Kind() != value.KindEdge {
			return wrongType(e, args[0])
		}
		return f(r.g.edge(args[0])), nil
	}
}

// fields is properties(), keys() or values().
func fields(r *run, e *ast.Call, args []value.Value) (value.Value, error) {
	props, err := r.propsOf(args[0], e)
	if err != nil {
		return value.Null, err
	}
	var entries []value.Entry
	var keys, values []value.Value
	for _, k := range slices.Sorted(maps.Keys(props)) {
		entries = append(entries, value.Entry{Key: k, Value: props[k]})
		keys = append(keys, value.String(k))
		values = append(values, props[k])
	}
	switch strings.ToLower(e.Name) {
	case "keys":
		return value.List(keys), nil
	case "values":
		return value.List(values), nil
	}
	return value.Map(entries), nil
}

// pathParts is nodes() or relationships().
func pathParts(_ *run, e *ast.Call, args []value.Value) (value.Value, error) {
	if args[0].Kind() != value.KindPath {
		return wrongType(e, args[0])
	}
	first := btoi(!strings.EqualFold(e.Name, "nodes"))
	var out []value.Value
	for i, x := range steps(args[0].AsPath()) {
		if i%2 == first {
			out = append(out, x)
		}
	}
	return value.List(out), nil
}
