package procedure

import (
	"fmt"
	"strings"

	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// llmProcedures tell about the graph in the words that language models are given.
func llmProcedures() []Procedure {
	return []Procedure{{
		Name: "llm_util.schema", Privileges: auth.PrivilegesOf(auth.Match, auth.ModuleRead), About: "The labels, relationship types and properties as a text for a language model, or as a map where the argument is 'raw'; looks at the whole graph.",
		Args:    []Argument{{Name: "output_type", Type: String, Optional: true, Default: value.String("prompt_ready")}},
		Results: []Result{{"schema", Any}}, Call: llmSchema,
	}}
}

// llmSchema is llm_util.schema(output_type).
func llmSchema(c *Context, args []value.Value) (Rows, error) {
	form := "prompt_ready"
	if !args[0].IsNull() {
		form = strings.ToLower(args[0].AsString())
	}
	if form != "raw" && form != "prompt_ready" {
		return nil, failure.Argument("InvalidArgumentValue", "llm_util.schema() makes 'raw' and 'prompt_ready', not '%.100s'", form)
	}
	s, err := look(c)
	if err != nil {
		return nil, err
	}
	if form == "raw" {
		return List([][]value.Value{{s.rawSchema()}}), nil
	}
	return List([][]value.Value{{value.String(s.promptSchema())}}), nil
}

func (s *survey) rawSchema() value.Value {
	props := func(groups []*group) value.Value {
		var out []value.Entry
		for _, g := range groups {
			var list []value.Value
			for _, p := range s.properties(&g.kind) {
				list = append(list, mapOf("property", value.String(p.name), "type", value.String(pythonType(p.oneKind()))))
			}
			if len(list) > 0 {
				out = append(out, value.Entry{Key: g.name, Value: value.List(list)})
			}
		}
		return value.Map(out)
	}
	var ways []value.Value
	order, _ := s.triples()
	for _, t := range order {
		ways = append(ways, mapOf("start", value.String(t.from), "type", value.String(t.name), "end", value.String(t.to)))
	}
	return mapOf("node_props", props(s.labels()), "rel_props", props(s.types()), "relationships", value.List(ways))
}

func (s *survey) promptSchema() string {
	var b strings.Builder
	list := func(title string, groups []*group) {
		for _, g := range groups {
			var words []string
			for _, p := range s.properties(&g.kind) {
				words = append(words, fmt.Sprintf("{'property': '%s', 'type': '%s'}", p.name, pythonType(p.oneKind())))
			}
			fmt.Fprintf(&b, "%s name: '%s', %s properties: [%s]\n", title, g.name, title, strings.Join(words, ", "))
		}
	}
	b.WriteString("Node properties are the following:\n")
	list("Node", s.labels())
	b.WriteString("\nRelationship properties are the following:\n")
	list("Relationship", s.types())
	b.WriteString("\nThe relationships are the following:\n")
	order, _ := s.triples()
	for _, t := range order {
		fmt.Fprintf(&b, "['(%s)-[:%s]->(%s)']\n", colon(t.from), t.name, colon(t.to))
	}
	return b.String()
}

func colon(label string) string {
	if label == "" {
		return ""
	}
	return ":" + label
}

// pythonType returns what the procedure of Memgraph, which is written in Python, calls a type.
func pythonType(k value.Kind) string {
	switch k { //nolint:exhaustive // the others are called as Memgraph calls them
	case value.KindBool:
		return "bool"
	case value.KindInt:
		return "int"
	case value.KindFloat:
		return "float"
	case value.KindString, value.KindEnum:
		return "str"
	case value.KindList:
		return "list"
	case value.KindMap:
		return "dict"
	case value.KindDate:
		return "date"
	case value.KindLocalTime, value.KindTime:
		return "time"
	case value.KindLocalDateTime, value.KindDateTime:
		return "datetime"
	case value.KindDuration:
		return "timedelta"
	default:
		return strings.ToLower(typeName(k))
	}
}
