package query

import (
	"slices"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/procedure"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/value"
)

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
			value.String(databaseName), value.String("HOT"), value.String(health), value.String(databaseName),
			value.String("standard"), texts([]string{"neo4j"}), value.String("read-write"), value.String(address),
			value.String("primary"), value.True, value.String("online"), value.String(state), value.String(message),
			value.True, value.True, value.List(nil), value.String(databaseName), value.String(""),
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
	name, err := databaseText(st.Names[0], params)
	if err != nil {
		return table{}, err
	}
	if !strings.EqualFold(name, databaseName) && !strings.EqualFold(name, "neo4j") {
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
			value.String(databaseName), value.String(sizeText(root.Used())), value.Null, value.String(sizeText(root.Limit())),
		}},
	}, nil
}
