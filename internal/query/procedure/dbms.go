package procedure

import (
	"strings"

	"memgraphd/internal/query/function"
	"memgraphd/internal/storage/value"
)

// kernel is the component whose version clients look for, to learn which Neo4j a server is
// like.
const kernel = "Neo4j Kernel"

// edition is what clients are told: they ask no other for what it does not have.
const edition = "community"

// dbmsProcedures tell about the server.
func (r *Registry) dbmsProcedures(version string) []Procedure {
	return []Procedure{
		{
			Name: "dbms.components", Open: true, About: "The version of Neo4j whose clients the server serves.",
			Results: []Result{{"name", String}, {"versions", ListOf(String)}, {"edition", String}},
			Call: func(c *Context, _ []value.Value) (Rows, error) {
				speaks := version
				if c.Server != nil {
					speaks = c.Server.Compatible()
				}
				return List([][]value.Value{{value.String(kernel), texts([]string{speaks}), value.String(edition)}}), nil
			},
		},
		{
			Name: "dbms.procedures", About: "The procedures.", Call: r.dbmsList(r.ProcedureRows, []int{0, 4, 1, 2, 3}),
			Results: []Result{
				{"name", String}, {"signature", String}, {"description", String}, {"mode", String}, {"worksOnSystem", Boolean},
			},
		},
		{
			Name: "dbms.functions", About: "The functions.", Call: r.dbmsList(FunctionRows, []int{0, 3, 1, 2, 7}),
			Results: []Result{
				{"name", String}, {"signature", String}, {"category", String}, {"description", String}, {"aggregating", Boolean},
			},
		},
		{
			Name: "dbms.showCurrentUser", Open: true, About: "Who calls.", Call: showCurrentUser,
			Results: []Result{{"username", String}, {"roles", ListOf(String)}, {"flags", ListOf(String)}},
		},
		{
			Name: "dbms.licenseAgreementDetails", Open: true, About: "What there is to agree to, which is nothing.",
			Results: []Result{{"status", String}, {"daysLeftOnTrial", Integer}, {"totalTrialDays", Integer}},
			Call: func(*Context, []value.Value) (Rows, error) {
				return List([][]value.Value{{value.String("yes"), value.Int(0), value.Int(0)}}), nil
			},
		},
	}
}

// dbmsList gives some columns of rows, in the order of at.
func (r *Registry) dbmsList(rows func() [][]value.Value, at []int) func(*Context, []value.Value) (Rows, error) {
	return func(*Context, []value.Value) (Rows, error) {
		all := rows()
		out := make([][]value.Value, len(all))
		for i, row := range all {
			out[i] = make([]value.Value, len(at))
			for to, from := range at {
				out[i][to] = row[from]
			}
		}
		return List(out), nil
	}
}

// Columns are the columns of ProcedureRows, as Neo4j has them; the first four are
// shown without YIELD.
func Columns() []string {
	return []string{
		"name", "description", "mode", "worksOnSystem", "signature", "argumentDescription", "returnDescription", "admin",
		"rolesExecution", "rolesBoostedExecution", "isDeprecated", "option",
	}
}

// ProcedureRows describes the procedures by name.
func (r *Registry) ProcedureRows() [][]value.Value {
	rows := make([][]value.Value, 0, len(r.list))
	for _, p := range r.list {
		mode, admin := "READ", strings.HasPrefix(p.Name, "dbms.") || strings.HasPrefix(p.Name, "mg.backup.")
		switch {
		case p.Mode == Write:
			mode = "WRITE"
		case admin:
			mode = "DBMS"
		}
		var args, results []value.Value
		for _, a := range p.Args {
			arg := []any{
				"name", value.String(a.Name), "type", value.String(a.Type.String()),
				"description", value.String(a.Name + " :: " + a.Type.String()), "isDeprecated", value.False,
			}
			if a.Optional {
				arg = append(arg, "default", a.Default)
			}
			args = append(args, mapOf(arg...))
		}
		for _, x := range p.Results {
			results = append(results, mapOf("name", value.String(x.Name), "type", value.String(x.Type.String()),
				"description", value.String(x.Name+" :: "+x.Type.String()), "isDeprecated", value.False))
		}
		rows = append(rows, []value.Value{
			value.String(p.Name), value.String(p.About), value.String(mode), value.Bool(mode == "DBMS"), value.String(p.Signature()),
			value.List(args), value.List(results), value.Bool(false), value.Null, value.Null, value.False,
			mapOf("deprecated", value.False),
		})
	}
	return rows
}

// FunctionColumns are the columns of FunctionRows, as Neo4j has them; the first three are
// shown without YIELD.
func FunctionColumns() []string {
	return []string{
		"name", "category", "description", "signature", "isBuiltIn", "argumentDescription", "returnDescription", "aggregating",
		"rolesExecution", "rolesBoostedExecution", "isDeprecated", "deprecatedBy",
	}
}

// FunctionRows describes the functions by name.
func FunctionRows() [][]value.Value {
	names := function.Names()
	rows := make([][]value.Value, 0, len(names))
	for _, name := range names {
		f, _ := function.Lookup(name)
		about, _ := function.Describe(name)
		args, signature, result := functionArguments(name)
		rows = append(rows, []value.Value{
			value.String(name), value.String(about.Category), value.String(about.Text), value.String(signature), value.True,
			args, value.String(result), value.Bool(f.IsAggregate()), value.Null, value.Null, value.False, value.Null,
		})
	}
	return rows
}

// showCurrentUser is dbms.showCurrentUser().
func showCurrentUser(c *Context, _ []value.Value) (Rows, error) {
	var name string
	var roles []string
	if c.Server != nil {
		name, roles = c.Server.CurrentUser()
	}
	return List([][]value.Value{{value.String(name), texts(roles), value.List(nil)}}), nil
}
