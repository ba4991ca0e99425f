package procedure

import "memgraphd/internal/storage/value"

// dbmsProcedures tell about the server.
func dbmsProcedures(version string) []Procedure {
	return []Procedure{{
		Name:    "dbms.components",
		Open:    true,
		Results: []Result{{"name", String}, {"versions", ListOf(String)}, {"edition", String}},
		Call: func(*Context, []value.Value) (Rows, error) {
			return List([][]value.Value{{
				value.String("memgraphd"), value.List([]value.Value{value.String(version)}), value.String("community"),
			}}), nil
		},
	}}
}
