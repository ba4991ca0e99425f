package procedure

import (
	"strings"
	"time"

	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// serverProcedures are what clients ask when they connect and where they show the server.
func serverProcedures() []Procedure {
	settings := []Result{{"name", String}, {"description", String}, {"value", String}, {"dynamic", Boolean}}
	info := []Result{{"id", String}, {"name", String}, {"creationDate", String}}
	return []Procedure{
		{
			Name: "db.ping", Open: true, About: "True where the server answers.", Results: []Result{{"success", Boolean}},
			Call: func(*Context, []value.Value) (Rows, error) { return List([][]value.Value{{value.True}}), nil },
		},
		{Name: "db.info", Open: true, About: "The name of the database.", Results: info, Call: databaseInfo},
		{Name: "dbms.info", Open: true, About: "The name of the database.", Results: info, Call: databaseInfo},
		{
			Name: "db.indexes", Privileges: auth.PrivilegesOf(auth.Index), About: "The indexes.", Call: listIndexes,
			Results: []Result{
				{"id", Integer},
				{"name", String},
				{"state", String},
				{"populationPercent", Float},
				{"uniqueness", String},
				{"type", String},
				{"entityType", String},
				{"labelsOrTypes", ListOf(String)},
				{"properties", ListOf(String)},
				{"provider", String},
			},
		},
		{
			Name: "db.constraints", Privileges: auth.PrivilegesOf(auth.Constraint), About: "The constraints.", Call: listConstraints,
			Results: []Result{{"name", String}, {"description", String}, {"details", String}},
		},
		{
			Name: "db.awaitIndexes", Privileges: auth.PrivilegesOf(auth.Index), About: "Waits until every index can be used.",
			Args: []Argument{{Name: "timeOutSeconds", Type: Integer, Optional: true, Default: value.Int(awaitSeconds)}},
			Call: func(c *Context, args []value.Value) (Rows, error) { return None, await(c, "", args[0]) },
		},
		{
			Name: "db.awaitIndex", Privileges: auth.PrivilegesOf(auth.Index), About: "Waits until an index can be used.",
			Args: []Argument{
				{Name: "indexName", Type: String},
				{Name: "timeOutSeconds", Type: Integer, Optional: true, Default: value.Int(awaitSeconds)},
			},
			Call: func(c *Context, args []value.Value) (Rows, error) {
				name := ""
				if !args[0].IsNull() {
					name = args[0].AsString()
				}
				return None, await(c, name, args[1])
			},
		},
		{
			Name: "dbms.listConfig", Privileges: auth.PrivilegesOf(auth.Config), About: "The settings whose name contains a text.", Results: settings,
			Args: []Argument{{Name: "searchString", Type: String, Optional: true, Default: value.String("")}}, Call: listConfig,
		},
		{
			Name: "dbms.clientConfig", Open: true, About: "The settings that clients look for.", Results: settings, Call: clientConfig,
		},
	}
}

// databaseInfo is db.info().
func databaseInfo(c *Context, _ []value.Value) (Rows, error) {
	name := ""
	if c.Server != nil {
		name = c.Server.Database()
	}
	return List([][]value.Value{{value.String(name), value.String(name), value.Null}}), nil
}

// listIndexes is db.indexes().
func listIndexes(c *Context, _ []value.Value) (Rows, error) {
	rows, err := shownRows(c, AboutIndexes, "id", "name", "state", "populationPercent", "owningConstraint", "type", "entityType",
		"labelsOrTypes", "properties", "indexProvider")
	for _, row := range rows {
		row[4] = value.String("NONUNIQUE")
	}
	return List(rows), err
}

// listConstraints is db.constraints().
func listConstraints(c *Context, _ []value.Value) (Rows, error) {
	rows, err := shownRows(c, AboutConstraints, "name", "createStatement", "type")
	for _, row := range rows {
		text := row[1].AsString()
		row[1] = value.String(strings.Replace(text, "CREATE CONSTRAINT", "CONSTRAINT", 1))
		row[2] = value.String("Constraint( name='" + row[0].AsString() + "', type='" + row[2].AsString() + "', made by " + text + " )")
	}
	return List(rows), err
}

// awaitSeconds is how long db.awaitIndexes() waits where nobody says otherwise.
const awaitSeconds = 300

// await waits until the index called name, or every one, can be used.
func await(c *Context, name string, seconds value.Value) error {
	limit := int64(awaitSeconds)
	if !seconds.IsNull() {
		limit = seconds.AsInt()
	}
	const tries = 50 // in a second
	for left := min(limit, int64(time.Hour/time.Second)) * tries; ; left-- {
		rows, err := shownRows(c, AboutIndexes, "name", "state")
		if err != nil {
			return err
		}
		building, found := "", false
		for _, row := range rows {
			if name != "" && row[0].AsString() != name {
				continue
			}
			found = true
			if row[1].AsString() != "ONLINE" {
				building = row[0].AsString()
			}
		}
		switch {
		case name != "" && !found:
			return failure.Argument("IndexNotFound", "there is no index `%s`", name).WithHint("SHOW INDEXES lists them").
				WithCode("Neo.ClientError.Schema.IndexNotFound")
		case building == "":
			return nil
		case left <= 0:
			return failure.New(failure.ClientError, failure.Runtime, "IndexNotReady", "the index `%s` was not ready after %d seconds", building, limit)
		}
		if err := c.Interrupted(); err != nil {
			return err
		}
		time.Sleep(time.Second / tries)
	}
}

// listConfig is dbms.listConfig(searchString).
func listConfig(c *Context, args []value.Value) (Rows, error) {
	wanted := ""
	if !args[0].IsNull() {
		wanted = strings.ToLower(args[0].AsString())
	}
	all, err := shownRows(c, AboutSettings, "name", "description", "value", "isDynamic")
	var rows [][]value.Value
	for _, row := range all {
		if strings.Contains(strings.ToLower(row[0].AsString()), wanted) {
			rows = append(rows, row)
		}
	}
	return List(rows), err
}

// clientConfig is dbms.clientConfig(): what browsers look for, under the names that they know.
func clientConfig(c *Context, _ []value.Value) (Rows, error) {
	database := ""
	if c.Server != nil {
		database = c.Server.Database()
	}
	var rows [][]value.Value
	for _, s := range [][3]string{
		{"browser.allow_outgoing_connections", "Whether a browser may load pages of others.", "false"},
		{"browser.credential_timeout", "How long a browser keeps a password; 0 is for as long as it runs.", "0s"},
		{"browser.retain_connection_credentials", "Whether a browser may keep a password.", "true"},
		{"browser.retain_editor_history", "Whether a browser may keep what was typed.", "true"},
		{"initial.dbms.default_database", "The database that is used where none is named.", database},
	} {
		rows = append(rows, []value.Value{value.String(s[0]), value.String(s[1]), value.String(s[2]), value.False})
	}
	return List(rows), nil
}
