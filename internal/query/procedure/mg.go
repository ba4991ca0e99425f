package procedure

import (
	"strconv"
	"strings"

	"memgraphd/internal/query/function"
	"memgraphd/internal/query/sema"
	"memgraphd/internal/storage/value"
)

// builtin is the path of what no file brings.
const builtin = "builtin"

// mgProcedures tell what can be called.
func (r *Registry) mgProcedures() []Procedure {
	return []Procedure{
		{
			Name: "mg.procedures", About: "The procedures.",
			Results: []Result{
				{"name", String}, {"signature", String}, {"is_write", Boolean}, {"path", String}, {"is_editable", Boolean},
			},
			Call: r.procedures,
		},
		{
			Name: "mg.functions", About: "The functions.",
			Results: []Result{{"name", String}, {"signature", String}, {"path", String}, {"is_editable", Boolean}},
			Call:    functions,
		},
	}
}

func (r *Registry) procedures(*Context, []value.Value) (Rows, error) {
	rows := make([][]value.Value, 0, len(r.list))
	for _, p := range r.list {
		rows = append(rows, []value.Value{
			value.String(p.Name), value.String(p.Signature()), value.Bool(p.Mode == Write),
			value.String(builtin), value.False,
		})
	}
	return List(rows), nil
}

func functions(*Context, []value.Value) (Rows, error) {
	names := function.Names()
	rows := make([][]value.Value, 0, len(names))
	for _, name := range names {
		rows = append(rows, []value.Value{
			value.String(name), value.String(functionSignature(name)), value.String(builtin), value.False,
		})
	}
	return List(rows), nil
}

// functionSignature renders the types of a function's arguments and result.
func functionSignature(name string) string {
	f, ok := function.Signatures.Lookup(name)
	if !ok {
		return name
	}
	var args []string
	for i := range max(f.MinArgs, f.MaxArgs) {
		text := argumentType(&f, i)
		if i >= f.MinArgs {
			text = "[" + text + "]"
		}
		args = append(args, text)
	}
	if f.MaxArgs == sema.Variadic {
		args = append(args, "…")
	}
	return f.Name + "(" + strings.Join(args, ", ") + ") :: " + alternatives(f.Result)
}

// argumentType renders the types of an argument.
func argumentType(f *sema.Signature, i int) string {
	t := sema.Any
	if len(f.Args) > 0 {
		t = f.Args[min(i, len(f.Args)-1)]
	}
	return alternatives(t)
}

// functionArguments describes the arguments of a function one by one, and renders all of them
// with the result, and the result alone, as Neo4j does.
func functionArguments(name string) (list value.Value, signature, result string) {
	f, _ := function.Signatures.Lookup(name)
	var args []value.Value
	var texts []string
	for i := range max(f.MinArgs, f.MaxArgs) {
		arg := "input"
		if i > 0 {
			arg += strconv.Itoa(i + 1)
		}
		text := arg + " :: " + argumentType(&f, i)
		args = append(args, mapOf("name", value.String(arg), "type", value.String(argumentType(&f, i)),
			"description", value.String(text), "isDeprecated", value.False))
		if i >= f.MinArgs {
			text = "[" + text + "]"
		}
		texts = append(texts, text)
	}
	if f.MaxArgs == sema.Variadic {
		texts = append(texts, "…")
	}
	result = alternatives(f.Result)
	return value.List(args), name + "(" + strings.Join(texts, ", ") + ") :: " + result, result
}

// alternatives renders a type; of several kinds it is any one.
func alternatives(t sema.Type) string {
	return strings.NewReplacer(", ", "|", " or ", "|").Replace(t.String())
}
