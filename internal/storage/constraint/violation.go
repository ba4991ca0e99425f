package constraint

import (
	"errors"
	"fmt"
	"strings"

	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/value"
)

// ErrViolated is the class of errors about data that break a constraint.
var ErrViolated = errors.New("constraint violated")

// ViolationError is one node that breaks a constraint.
type ViolationError struct {
	Rule   Rule
	Target string       // label and properties, for example ":User(email)"
	Values string       // properties and values, for example "email = 'a@b.c'"; of Exists the property
	Type   Type         // of Typed: that is demanded
	Found  string       // of Typed: the type of the value
	Node   graph.NodeID // graph.NoNode: one that was not created
	Other  graph.NodeID // of Unique: the node that has the values too
}

// NewViolation reports that node, whose properties in the order of d.Keys have values,
// breaks d. All that it keeps of them is text.
func NewViolation(d *Definition, names Names, node, other graph.NodeID, values []value.Value) *ViolationError {
	v := &ViolationError{Rule: d.Rule, Target: Target(d, names), Type: d.Type, Node: node, Other: other}
	parts := make([]string, len(d.Keys))
	for i, k := range d.Keys {
		parts[i] = quoted(names.KeyName(k))
		if d.Rule != Exists && i < len(values) {
			parts[i] += " = " + Text(values[i])
		}
	}
	if d.Rule == Typed && len(values) > 0 {
		v.Found = values[0].Kind().String()
	}
	v.Values = strings.Join(parts, ", ")
	return v
}

// Error says what was found where.
func (v *ViolationError) Error() string {
	node := "a new node"
	if v.Node != graph.NoNode {
		node = fmt.Sprintf("node %d", v.Node)
	}
	switch v.Rule {
	case Exists:
		return fmt.Sprintf("existence constraint on %s violated: %s has no property %s", v.Target, node, v.Values)
	case Typed:
		return fmt.Sprintf("data type constraint on %s violated: %s has %s, of type %s and not %s",
			v.Target, node, v.Values, v.Found, v.Type)
	case Unique:
	}
	return fmt.Sprintf("unique constraint on %s violated: %s has %s, which node %d has too", v.Target, node, v.Values, v.Other)
}

// Unwrap returns ErrViolated.
func (*ViolationError) Unwrap() error { return ErrViolated }
