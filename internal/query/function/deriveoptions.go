package function

import (
	"slices"
	"strings"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/spelling"
	"memgraphd/internal/storage/property"
	"memgraphd/internal/storage/value"
)

// deriveOptions are what the second argument of derive() says.
type deriveOptions struct {
	kind           string      // the type of the virtual relationship
	properties     value.Value // those of the virtual relationship
	undirected     []string    // the types whose relationships are made both ways; "*" is all
	source, target endOptions
}

// endOptions say what an end of a path becomes; without them it is a copy.
type endOptions struct {
	labels                   []string
	properties               value.Value
	hasLabels, hasProperties bool
}

// The options of derive().
const (
	optionEdgeType         = "virtualEdgeType"
	optionEdgeProperties   = "relationshipProperties"
	optionSourceLabels     = "sourceNodeLabels"
	optionSourceProperties = "sourceNodeProperties"
	optionTargetLabels     = "targetNodeLabels"
	optionTargetProperties = "targetNodeProperties"
	optionUndirected       = "undirectedEdgeTypes"
)

// deriveOptionsOf reads the options. One that is null counts as not given.
func deriveOptionsOf(x value.Value) (deriveOptions, error) {
	o := deriveOptions{properties: value.Map(nil)}
	if x.Kind() != value.KindMap {
		return o, wrongType("derive", "a map of options after the path", x)
	}
	for _, e := range x.AsMap() {
		if err := o.read(e.Key, e.Value); err != nil {
			return o, err
		}
	}
	if o.kind == "" {
		return o, failure.Argument("InvalidArgumentValue", "derive() needs the option %s", optionEdgeType).
			WithHint("name the type of the virtual relationships, as in derive(p, {%s: 'KNOWS'})", optionEdgeType)
	}
	return o, nil
}

func (o *deriveOptions) read(key string, x value.Value) error {
	known := []string{
		optionEdgeType, optionEdgeProperties, optionSourceLabels, optionSourceProperties,
		optionTargetLabels, optionTargetProperties, optionUndirected,
	}
	if !slices.Contains(known, key) {
		err := failure.Argument("InvalidArgumentValue", "derive() has no option `%s`", key)
		if like := spelling.Nearest(key, known); like != "" {
			return err.WithHint("did you mean `%s`?", like)
		}
		return err.WithHint("the options are %s", strings.Join(known, ", "))
	}
	if x.IsNull() {
		return nil
	}
	var err error
	switch key {
	case optionEdgeType:
		o.kind, err = optionName(key, x)
	case optionEdgeProperties:
		o.properties, err = optionProperties(key, x)
	case optionSourceLabels:
		o.source.labels, err = optionNames(key, x)
		o.source.hasLabels = true
	case optionSourceProperties:
		o.source.properties, err = optionProperties(key, x)
		o.source.hasProperties = true
	case optionTargetLabels:
		o.target.labels, err = optionNames(key, x)
		o.target.hasLabels = true
	case optionTargetProperties:
		o.target.properties, err = optionProperties(key, x)
		o.target.hasProperties = true
	case optionUndirected:
		o.undirected, err = optionNames(key, x)
	}
	return err
}

// isUndirected reports whether the relationship is made both ways.
func (o *deriveOptions) isUndirected() bool {
	return slices.Contains(o.undirected, "*") || slices.Contains(o.undirected, o.kind)
}

// wrongOption says that an option of derive() cannot be x.
func wrongOption(key, expected string, x value.Value) *failure.Error {
	return failure.RuntimeType("InvalidArgumentValue", "derive(): %s must be %s, but is a value of type %s", key, expected, x.Kind())
}

// optionName reads the name of a label or a type.
func optionName(key string, x value.Value) (string, error) {
	switch {
	case x.Kind() != value.KindString:
		return "", wrongOption(key, "a string", x)
	case x.AsString() == "":
		return "", failure.Argument("InvalidArgumentValue", "derive(): %s holds a name that is empty", key)
	}
	return x.AsString(), nil
}

// optionNames reads a list of names, each of which counts once.
func optionNames(key string, x value.Value) ([]string, error) {
	if x.Kind() != value.KindList {
		return nil, wrongOption(key, "a list of strings", x)
	}
	names := make([]string, 0, len(x.AsList()))
	for _, y := range x.AsList() {
		if y.Kind() != value.KindString {
			return nil, failure.RuntimeType("InvalidArgumentValue", "derive(): %s must be a list of strings, but holds a value of type %s", key, y.Kind())
		}
		name, err := optionName(key, y)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// optionProperties reads a map of what properties may hold, and leaves nulls out.
func optionProperties(key string, x value.Value) (value.Value, error) {
	if x.Kind() != value.KindMap {
		return value.Null, wrongOption(key, "a map", x)
	}
	entries := make([]value.Entry, 0, len(x.AsMap()))
	for _, e := range x.AsMap() {
		if !property.Storable(e.Value) {
			return value.Null, failure.RuntimeType("InvalidPropertyType",
				"derive(): `%s` of %s holds what no property can hold, within a value of type %s", e.Key, key, e.Value.Kind())
		}
		if !e.Value.IsNull() {
			entries = append(entries, e)
		}
	}
	return value.Map(entries), nil
}
