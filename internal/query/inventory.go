package query

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"memgraphd/internal/query/access"
	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/procedure"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/value"
)

// schemaName is the name by which lists call an index or a constraint, which have none of
// their own: what it is, its label and its properties. Where these have other characters than
// letters and digits, a number at the end keeps two of them apart.
func schemaName(kind string, names []string) string {
	plain := true
	clean := make([]string, len(names))
	for i, name := range names {
		clean[i] = strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' {
				return r
			}
			plain = false
			return '_'
		}, name)
	}
	name := kind + "_" + strings.Join(clean, "_")
	if plain {
		return name
	}
	h := fnv.New32a()
	for _, n := range names {
		_, _ = fmt.Fprintf(h, "%d:%s", len(n), n)
	}
	return name + "_" + strconv.FormatUint(uint64(h.Sum32()), 16)
}

// listFunctions is SHOW FUNCTIONS; all of them are built in.
func listFunctions(_ *Session, st *ast.Admin, _ value.Value) (table, error) {
	t := table{columns: procedure.FunctionColumns()}
	t.further = len(t.columns) - 3
	if st.Kind != "USER DEFINED" {
		t.rows = procedure.FunctionRows()
	}
	return t, nil
}

func listProcedures(s *Session, _ *ast.Admin, _ value.Value) (table, error) {
	t := table{columns: procedure.Columns(), rows: s.engine.procedures.ProcedureRows()}
	t.further = len(t.columns) - 4
	return t, nil
}

// listSettings is SHOW SETTINGS: the flags of SHOW CONFIG and the settings of the database.
func listSettings(s *Session, st *ast.Admin, params value.Value) (table, error) {
	t := table{
		columns: columnsOf("name value isDynamic defaultValue description startupValue isExplicitlySet validValues isDeprecated"),
		further: 4,
	}
	var names []string
	for _, e := range st.Names {
		name, err := constantText(e, params, wanted{"the name of a setting", "SHOW SETTINGS lists them"})
		if err != nil {
			return table{}, err
		}
		names = append(names, name)
	}
	add := func(name, current, initial, about string, dynamic bool) {
		if len(st.Names) > 0 && !slices.Contains(names, name) {
			return
		}
		t.rows = append(t.rows, []value.Value{
			value.String(name), value.String(current), value.Bool(dynamic), value.String(initial), value.String(about),
			value.String(current), value.Bool(current != initial), value.Null, value.False,
		})
	}
	if s.engine.o.Settings != nil {
		for _, c := range s.engine.o.Settings() {
			add(c.Name, c.Current, c.Default, c.Description, false)
		}
	}
	if s.engine.o.Database != nil {
		for _, v := range s.engine.o.Database.All() {
			add(v.Name, v.Text, "", "SET DATABASE SETTING changes it.", true)
		}
	}
	slices.SortFunc(t.rows, func(a, b []value.Value) int { return strings.Compare(a[0].AsString(), b[0].AsString()) })
	return t, nil
}

// listDatabases is SHOW DATABASES: the columns of Memgraph, then those of Neo4j.
func listDatabases(s *Session, _ *ast.Admin, _ value.Value) (table, error) {
	health := s.engine.health()
	state, message := "online", ""
	if cause := s.engine.broken(); cause != nil {
		state, message = "offline", cause.Error()
	}
	address := ""
	if s.engine.o.Address != nil {
		address = s.engine.o.Address()
	}
	return table{
		columns: columnsOf(`Name State Health name type aliases access address role writer requestedStatus currentStatus statusMessage
			default home constituents databaseID serverID lastCommittedTxn replicationLag`),
		further: 4,
		rows: [][]value.Value{{
			value.String(DatabaseName), value.String("HOT"), value.String(health), value.String(DatabaseName),
			value.String("standard"), texts([]string{"neo4j"}), value.String("read-write"), value.String(address),
			value.String("primary"), value.True, value.String("online"), value.String(state), value.String(message),
			value.True, value.True, value.List(nil), value.String(DatabaseName), value.String(""),
			value.Int(int64(s.engine.o.Store.LastCommitted())), value.Int(0),
		}},
	}, nil
}

// listNamedDatabase is SHOW DATABASE name, SHOW DEFAULT DATABASE and SHOW HOME DATABASE, in
// the columns of Neo4j.
func listNamedDatabase(s *Session, st *ast.Admin, params value.Value) (table, error) {
	t, err := listDatabases(s, st, params)
	t.columns = t.columns[3:]
	for i := range t.rows {
		t.rows[i] = t.rows[i][3:]
	}
	if err != nil || len(st.Names) == 0 {
		return t, err
	}
	name, err := constantText(st.Names[0], params, wanted{"the name of a database", "SHOW DATABASES lists them"})
	if err != nil {
		return table{}, err
	}
	if !strings.EqualFold(name, DatabaseName) && !strings.EqualFold(name, "neo4j") {
		t.rows = nil
	}
	return t, nil
}

// listLabels is SHOW NODE_LABELS INFO: the labels that some node has or had.
func listLabels(s *Session, _ *ast.Admin, _ value.Value) (table, error) {
	labels := slices.DeleteFunc(s.engine.o.Store.Labels(), func(name string) bool { return !s.seesLabel(name) })
	return nameTable("node labels", labels), nil
}

// listTypes is SHOW EDGE_TYPES INFO: the types that some relationship has or had.
func listTypes(s *Session, _ *ast.Admin, _ value.Value) (table, error) {
	types := s.engine.o.Store.Types()
	if g := s.guard(); g != nil {
		types = slices.DeleteFunc(types, func(name string) bool {
			t, ok := s.engine.o.Store.LookupType(name)
			return !ok || g.Policy().EdgeAccess(t)&storage.AccessRead == 0
		})
	}
	return nameTable("edge types", types), nil
}

func nameTable(column string, names []string) table {
	slices.Sort(names)
	t := table{columns: []string{column}}
	for _, name := range names {
		t.rows = append(t.rows, []value.Value{value.String(name)})
	}
	return t
}

// The lists of what Memgraph has and this server does not: there is nothing in them, which is
// what clients need to know.

func listVectorIndexes(*Session, *ast.Admin, value.Value) (table, error) {
	return table{columns: columnsOf("index_name label property capacity dimension metric size scalar_kind index_type")}, nil
}

func listTriggers(*Session, *ast.Admin, value.Value) (table, error) {
	return table{columns: []string{"trigger name", "statement", "privilege context", "event type", "phase", "owner"}}, nil
}

func listStreams(*Session, *ast.Admin, value.Value) (table, error) {
	columns := columnsOf("name type batch_interval batch_size transformation_name owner")
	return table{columns: append(columns, "is running")}, nil
}

func listReplicas(*Session, *ast.Admin, value.Value) (table, error) {
	return table{columns: columnsOf("name socket_address sync_mode system_info data_info")}, nil
}

func showReplicationRole(*Session, *ast.Admin, value.Value) (table, error) {
	return table{columns: []string{"replication role"}, rows: [][]value.Value{{value.String("main")}}}, nil
}

// showLicense says that there is nothing to license.
func showLicense(*Session, *ast.Admin, value.Value) (table, error) {
	return infoTable("license info", []InfoRow{
		{"organization_name", ""},
		{"license_key", ""},
		{"is_valid", "false"},
		{"license_type", "none"},
		{"valid_until", ""},
		{"memory_limit", "0"},
		{"status", "no license is needed: everything that there is works without one"},
	}), nil
}

// showMemory is SHOW MEMORY INFO.
func showMemory(s *Session, _ *ast.Admin, _ value.Value) (table, error) {
	root := s.engine.o.Budget.Root()
	return table{
		columns: columnsOf("name tenant_memory_tracked profile tenant_memory_limit"),
		rows: [][]value.Value{{
			value.String(DatabaseName), value.String(sizeText(root.Used())), value.Null, value.String(sizeText(root.Limit())),
		}},
	}, nil
}

// CurrentUser returns who the session belongs to.
func (s *Session) CurrentUser() (name string, roles []string) {
	if list := s.roles(); list != nil {
		roles = list()
	}
	return s.user(), roles
}

// Database returns the name of the database.
func (s *Session) Database() string { return DatabaseName }

// Compatible returns the version of Neo4j whose clients the server serves: that in the name
// that the server tells them.
func (s *Session) Compatible() string {
	if s.engine.o.ServerName != nil {
		if version, ok := versionIn(s.engine.o.ServerName()); ok {
			return version
		}
	}
	return s.engine.o.Version
}

// versionIn finds the version in "Neo4j/5.26.0 and more".
func versionIn(name string) (version string, ok bool) {
	_, rest, found := strings.Cut(name, "/")
	if !found {
		return "", false
	}
	rest = strings.TrimPrefix(rest, "v")
	end := strings.IndexFunc(rest, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if end >= 0 {
		rest = rest[:end]
	}
	rest = strings.Trim(rest, ".")
	return rest, rest != ""
}

// Show returns a list for a procedure that tells it in other words.
func (s *Session) Show(what procedure.Topic) (columns []string, rows [][]value.Value, err error) {
	st, list := &ast.Admin{Verb: ast.ShowIndexes}, listIndexes
	switch what {
	case procedure.AboutIndexes:
	case procedure.AboutConstraints:
		st.Verb, list = ast.ShowConstraints, listConstraints
	case procedure.AboutSettings:
		st.Verb, list = ast.ShowSettings, listSettings
	}
	t, err := list(s, st, value.Null)
	if require(s.rights(), access.NeedsOfVerb(st.Verb)) != nil {
		t.rows = nil
	}
	return t.columns, t.rows, err
}

var _ procedure.Server = (*Session)(nil)
