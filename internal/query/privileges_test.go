package query_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"memgraphd/internal/query"
	tree "memgraphd/internal/query/ast"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/query/batch"
	"memgraphd/internal/query/failure"
	cypher "memgraphd/internal/query/parser"
	"memgraphd/internal/storage/value"
)

// open statements need no privilege: what the reference asks none for. What they tell of is
// the asker's own, or nobody's.
var openStatements = []string{
	"BEGIN", "SHOW DATABASE", "SHOW ENUMS", "SHOW CURRENT USER", "SHOW CURRENT ROLE",
	"SHOW TRANSACTIONS",                                                                        // one's own
	"TERMINATE TRANSACTIONS '77'",                                                              // one's own
	"SET SESSION SETTING 'log.query_plan' TO 'true'", "RESET SESSION SETTING 'log.query_plan'", // of one's own
	"SET SESSION TRACE ON", "SET SESSION TRACE OFF",
	"SET PASSWORD TO 'x' REPLACE 'y'",
	"UNWIND [1] AS x RETURN x", "RETURN 1 AS x", "UNWIND [1] AS x FINISH",
}

// openProcedures are those that tell nothing of the graph and of other users; drivers, tools
// and libraries call them.
var openProcedures = []string{
	"dbms.components", "dbms.routing.getRoutingTable", "dbms.cluster.routing.getRoutingTable", "db.ping", "db.info", "dbms.info",
	"dbms.clientConfig", "dbms.licenseAgreementDetails", "dbms.showCurrentUser", "apoc.util.validate",
}

// forms has an example of each form of statement and clause, by the type of its node.
var forms = map[string][]string{
	"Query":                 {"RETURN 1 AS x", "EXPLAIN MATCH (n) RETURN n", "PROFILE MATCH (n) RETURN n", "MATCH (n) RETURN n UNION MATCH (n) RETURN n"},
	"IndexStatement":        {"CREATE INDEX ON :A", "DROP INDEX ON :A(x)"},
	"ConstraintStatement":   {"CREATE CONSTRAINT ON (n:A) ASSERT n.x IS UNIQUE", "DROP CONSTRAINT ON (n:A) ASSERT n.x IS UNIQUE", "DROP ALL CONSTRAINTS"},
	"TransactionControl":    {"BEGIN"},
	"TerminateTransactions": {"TERMINATE TRANSACTIONS '77'"},
	"EnumStatement":         {"CREATE ENUM E VALUES { A }", "ALTER ENUM E ADD VALUE B", "ALTER ENUM E UPDATE VALUE A TO B", "ALTER ENUM E REMOVE VALUE A", "DROP ENUM E"},
	"DescriptionStatement":  {`SET DESCRIPTION ON LABEL :A "x"`, "DELETE DESCRIPTION ON LABEL :A"},
	"SettingStatement":      {"SET DATABASE SETTING 'query.timeout' TO '1'", "SHOW DATABASE SETTING 'query.timeout'"},
	"SessionStatement":      {"SET SESSION SETTING 'log.query_plan' TO 'true'", "RESET SESSION SETTING 'log.query_plan'", "SET SESSION TRACE ON", "SET SESSION TRACE OFF"},
	"StandingStatement":     {"STORAGE MODE IN_MEMORY_TRANSACTIONAL", "SET GLOBAL TRANSACTION ISOLATION LEVEL SNAPSHOT ISOLATION", "USE DATABASE memgraph"},
	"BackupStatement":       {"BACKUP DATABASE TO 'x'", "SHOW BACKUPS"},
	"RecoverSnapshot":       {"RECOVER SNAPSHOT 'x' FORCE"},
	"UserStatement":         {"CREATE USER x", "DROP USER root", "SET PASSWORD FOR root TO 'x'", "ALTER USER root SET PASSWORD 'x'", "SET PASSWORD TO 'x' REPLACE 'y'"},
	"RoleStatement":         {"CREATE ROLE x", "DROP ROLE admin", "SET ROLE FOR nil TO admin", "GRANT ROLE admin TO nil", "REVOKE ROLE admin FROM root", "CLEAR ROLE FOR root"},
	"PrivilegeStatement":    {"GRANT ALL PRIVILEGES TO nil", "DENY MATCH TO root", "REVOKE MATCH FROM root", "GRANT * ON NODES CONTAINING LABELS * TO nil"},
	"Show":                  {"SHOW INDEXES YIELD *", "SHOW USERS WHERE user = 'root'", "SHOW CURRENT USER YIELD user RETURN COUNT { (:A) } AS n"},
	"ShowAuth":              {"SHOW PRIVILEGES FOR root", "SHOW ROLE FOR root", "SHOW USERS FOR admin"},

	"Match":         {"MATCH (n) RETURN n", "OPTIONAL MATCH (n) RETURN n", "MATCH p = shortestPath((a)-[*]->(b)) RETURN p"},
	"Unwind":        {"UNWIND [1] AS x RETURN x", "UNWIND [(a)-->(b) | a] AS x RETURN x"},
	"LoadCSV":       {"LOAD CSV FROM 'f' NO HEADER AS r RETURN r"},
	"Projection":    {"RETURN EXISTS { (:A) } AS x", "RETURN COUNT { MATCH (n) RETURN n } AS x", "WITH 1 AS x ORDER BY COUNT { () } RETURN x", "WITH 1 AS x WHERE exists((:A)-->()) RETURN x"},
	"Create":        {"CREATE (n)", "INSERT (n)"},
	"Merge":         {"MERGE (n:A)"},
	"Set":           {"UNWIND [null] AS n SET n.x = 1"},
	"Remove":        {"UNWIND [null] AS n REMOVE n.x"},
	"Delete":        {"UNWIND [null] AS n DETACH DELETE n"},
	"Foreach":       {"FOREACH (x IN [1] | CREATE ())"},
	"Finish":        {"UNWIND [1] AS x FINISH", "MATCH (n) FINISH"},
	"CallSubquery":  {"CALL { MATCH (n) RETURN n } RETURN n", "UNWIND [1] AS x CALL { CREATE () } IN TRANSACTIONS OF 1 ROWS"},
	"CallProcedure": {"CALL db.labels()"},
}

// nodeTypes lists the types of package ast that have a method of the given name, as its
// source has them.
func nodeTypes(t *testing.T, method string) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(os.DirFS("ast"), ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), "ast/"+path, nil, 0)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Name.Name != method || f.Recv == nil {
				continue
			}
			if star, ok := f.Recv.List[0].Type.(*ast.StarExpr); ok {
				if name := star.X.(*ast.Ident); name.IsExported() { //nolint:forcetypeassert // a receiver
					names = append(names, name.Name)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestUserWithNothing walks every form of statement and every procedure as a user to whom
// nothing was granted, and finds each refused before anything is done.
func TestUserWithNothing(t *testing.T) {
	var users *auth.Store
	e := open(t, withUsers(t, &users))
	root := e.NewSession(query.SessionOptions{ID: "root", Identity: users.Nobody()})
	defer root.Close()
	for _, text := range []string{"CREATE USER root", "CREATE USER nil", "CREATE (:A {x: 1})"} {
		if _, err := drain(t, root, text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	i, err := users.Authenticate(t.Context(), "nil", "", "127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	refused := func(text string) {
		t.Helper()
		s := e.NewSession(query.SessionOptions{ID: "nil", Identity: i})
		defer s.Close()
		_, err := drain(t, s, text)
		free := slices.Contains(openStatements, text)
		switch f := failure.Of(err); {
		case free && f != nil && f.Code == auth.CodeForbidden:
			t.Errorf("%s: %v; the list says that it needs nothing", text, err)
		case !free && (f == nil || f.Code != auth.CodeForbidden):
			t.Errorf("%s: %v; it is not refused", text, err)
		}
	}
	for _, name := range append(nodeTypes(t, "statement"), nodeTypes(t, "clause")...) {
		if len(forms[name]) == 0 && name != "Admin" {
			t.Errorf("there is no example of ast.%s", name)
		}
		for _, text := range forms[name] {
			if st, err := cypher.Parse(text, cypher.Options{}); err != nil {
				t.Errorf("%s: %v", text, err)
			} else if _, isQuery := st.(*tree.Query); !isQuery && reflect.TypeOf(st).Elem().Name() != name {
				t.Errorf("%s is a %T, not a %s", text, st, name)
			}
			refused(text)
		}
	}
	for v := tree.AdminVerb(0); v.String() != "unknown statement"; v++ {
		refused(v.String())
	}
	names := column(t, root, "CALL mg.procedures() YIELD name RETURN name")
	if len(names) < 5 {
		t.Fatalf("too few procedures: %q", names)
	}
	for _, name := range names {
		text := "CALL " + name + "()"
		if slices.Contains(openProcedures, name) {
			continue
		}
		refused(text)
	}
}

// column returns the texts of the only column of a result.
func column(t *testing.T, s *query.Session, text string) []string {
	t.Helper()
	r, err := s.Run(t.Context(), text, value.Null, query.TxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	_, err = r.Pull(t.Context(), -1, func(rows *batch.Batch, _ batch.Entities) error {
		for i := range rows.Rows() {
			all = append(all, rows.Columns[0].Value(rows.Row(i)).AsString())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
