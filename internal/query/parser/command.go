package parser

import (
	"slices"
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/query/token"
	"memgraphd/internal/spelling"
)

// administration lists the statements without operands, longer ones before those that
// they begin with.
var administration = []struct {
	words []string
	verb  ast.AdminVerb
}{
	{[]string{"CREATE", "SNAPSHOT"}, ast.CreateSnapshot},
	{[]string{"SHOW", "SNAPSHOTS"}, ast.ShowSnapshots},
	{[]string{"SHOW", "NEXT", "SNAPSHOT"}, ast.ShowNextSnapshot},
	{[]string{"LOCK", "DATA", "DIRECTORY"}, ast.LockDataDirectory},
	{[]string{"UNLOCK", "DATA", "DIRECTORY"}, ast.UnlockDataDirectory},
	{[]string{"DATA", "DIRECTORY", "LOCK", "STATUS"}, ast.DataDirectoryLockStatus},
	{[]string{"SHOW", "INDEX", "INFO"}, ast.ShowIndexInfo},
	{[]string{"SHOW", "VECTOR", "INDEX", "INFO"}, ast.ShowVectorIndexInfo},
	{[]string{"SHOW", "SCHEMA", "INFO"}, ast.ShowSchemaInfo},
	{[]string{"SHOW", "NODE_LABELS", "INFO"}, ast.ShowNodeLabelsInfo},
	{[]string{"SHOW", "EDGE_TYPES", "INFO"}, ast.ShowEdgeTypesInfo},
	{[]string{"SHOW", "LICENSE", "INFO"}, ast.ShowLicenseInfo},
	{[]string{"SHOW", "MEMORY", "INFO"}, ast.ShowMemoryInfo},
	{[]string{"SHOW", "REPLICATION", "ROLE"}, ast.ShowReplicationRole},
	{[]string{"SHOW", "REPLICAS"}, ast.ShowReplicas},
	{[]string{"SHOW", "TRIGGERS"}, ast.ShowTriggers},
	{[]string{"SHOW", "STREAMS"}, ast.ShowStreams},
	{[]string{"SHOW", "STORAGE", "INFO"}, ast.ShowStorageInfo},
	{[]string{"SHOW", "RECOVERY", "INFO"}, ast.ShowRecoveryInfo},
	{[]string{"SHOW", "METRICS", "INFO"}, ast.ShowMetricsInfo},
	{[]string{"SHOW", "METRICS"}, ast.ShowMetricsInfo},
	{[]string{"SHOW", "VERSION"}, ast.ShowVersion},
	{[]string{"SHOW", "BUILD", "INFO"}, ast.ShowBuildInfo},
	{[]string{"SHOW", "CONFIG"}, ast.ShowConfig},
	{[]string{"SHOW", "TRANSACTIONS"}, ast.ShowTransactions},
	{[]string{"SHOW", "TRANSACTION"}, ast.ShowTransactions},
	{[]string{"FREE", "MEMORY"}, ast.FreeMemory},
	{[]string{"SHOW", "DATABASES"}, ast.ShowDatabases},
	{[]string{"SHOW", "CURRENT", "DATABASE"}, ast.ShowDatabase},
	{[]string{"SHOW", "DATABASE", "SETTINGS"}, ast.ShowDatabaseSettings},
	{[]string{"SHOW", "DATABASE"}, ast.ShowDatabase},
	{[]string{"SHOW", "CONSTRAINT", "INFO"}, ast.ShowConstraintInfo},
	{[]string{"SHOW", "ENUMS"}, ast.ShowEnums},
	{[]string{"SHOW", "DESCRIPTIONS"}, ast.ShowDescriptions},
	{[]string{"DUMP", "DATABASE"}, ast.DumpDatabase},
	{[]string{"RELOAD", "BOLT_SERVER", "TLS"}, ast.ReloadTLS},
	{[]string{"SHOW", "USERS"}, ast.ShowUsers},
	{[]string{"SHOW", "ROLES"}, ast.ShowRoles},
	{[]string{"SHOW", "CURRENT", "USER"}, ast.ShowCurrentUser},
	{[]string{"SHOW", "CURRENT", "ROLES"}, ast.ShowCurrentRole},
	{[]string{"SHOW", "CURRENT", "ROLE"}, ast.ShowCurrentRole},
	{[]string{"SHOW", "ACTIVE", "USERS", "INFO"}, ast.ShowActiveUsers},
	{[]string{"SHOW", "ACTIVE", "USERS"}, ast.ShowActiveUsers},
}

// elsewhere lists the beginnings of statements that Memgraph knows and that do not exist
// here. CREATE, DROP, SET and SHOW with a word that is not here are mistakes.
var elsewhere = []string{
	"ADD COORDINATOR", "ALTER TENANT PROFILE", "ANALYZE GRAPH", "CHECK STREAM",
	"CLEAR PROFILE", "CREATE DATABASE", "CREATE EDGE INDEX",
	"CREATE FULLTEXT INDEX", "CREATE GLOBAL EDGE INDEX", "CREATE GLOBAL INDEX",
	"CREATE KAFKA STREAM", "CREATE LOOKUP INDEX", "CREATE OR REPLACE", "CREATE POINT INDEX", "CREATE PROFILE", "CREATE PULSAR STREAM",
	"CREATE TENANT PROFILE", "CREATE TEXT EDGE INDEX", "CREATE TEXT INDEX",
	"CREATE TRIGGER", "CREATE VECTOR EDGE INDEX", "CREATE VECTOR INDEX",
	"DEMOTE INSTANCE", "DENY DATABASE", "DISABLE TTL",
	"DROP DATABASE", "DROP EDGE INDEX",
	"DROP GLOBAL EDGE INDEX", "DROP GLOBAL INDEX", "DROP GRAPH", "DROP POINT INDEX",
	"DROP PROFILE", "DROP REPLICA", "DROP STREAM", "DROP TENANT PROFILE",
	"DROP TEXT INDEX", "DROP TRIGGER", "DROP VECTOR INDEX",
	"EDGE IMPORT MODE", "ENABLE TTL", "FORCE RESET CLUSTER STATE", "GRANT DATABASE",
	"REGISTER INSTANCE", "REGISTER REPLICA", "RELOAD", "REMOVE COORDINATOR",
	"REMOVE TENANT PROFILE", "RENAME DATABASE", "RESUME DATABASE",
	"REVOKE DATABASE", "SET COORDINATOR SETTING",
	"SET GLOBAL", "SET INSTANCE", "SET MAIN DATABASE", "SET NEXT TRANSACTION", "SET PARAMETER",
	"SET PROFILE", "SET REPLICATION ROLE", "SET SESSION",
	"SET TENANT PROFILE", "SHOW ABORTING TRANSACTIONS",
	"SHOW COMMITTING TRANSACTIONS", "SHOW COORDINATOR",
	"SHOW DATABASE PRIVILEGES",
	"SHOW INSTANCE", "SHOW INSTANCES",
	"SHOW PARAMETERS",
	"SHOW PROFILE", "SHOW PROFILES",
	"SHOW QUERY CALLABLE MAPPINGS", "SHOW REPLICATION", "SHOW RESOURCE USAGE",
	"SHOW ROUTING TABLE", "SHOW RUNNING TRANSACTIONS",
	"SHOW TENANT PROFILE", "SHOW TENANT PROFILES",
	"START ALL STREAMS", "START STREAM", "STOP ALL STREAMS", "STOP STREAM", "STOP TTL",
	"STORAGE MODE", "SUSPEND DATABASE", "UNREGISTER INSTANCE", "UPDATE CONFIG",
	"UPDATE PROFILE",
	"USING PARALLEL EXECUTION", "USING PERIODIC COMMIT", "YIELD LEADERSHIP",
}

// command reads a statement that is no query, or returns nil where none begins.
func (p *parser) command() ast.Statement {
	switch p.kind() {
	case token.Match, token.Optional, token.Return, token.With, token.Unwind, token.Merge, token.Load:
		return nil
	case token.Create:
		// CREATE ( and CREATE p = are what nearly all queries begin with.
		if !p.kindAt(1).IsName() || p.kindAt(2) == token.Equal {
			return nil
		}
	default:
	}
	start := p.start()
	for _, read := range []func(int32) ast.Statement{
		p.setting, p.session, p.standing, p.backup, p.recoverSnapshot, p.listed, p.shows, p.administers,
	} {
		if s := read(start); s != nil || p.err != nil {
			return s
		}
	}
	switch {
	case p.at(0, "BEGIN"), p.at(0, "COMMIT"), p.at(0, "ROLLBACK"):
		verb := strings.ToUpper(p.next().Text(p.text))
		p.acceptWord("TRANSACTION")
		return &ast.TransactionControl{Place: p.since(start), Verb: verb}
	case p.acceptWords("TERMINATE", "TRANSACTIONS"), p.acceptWords("TERMINATE", "TRANSACTION"):
		return p.terminate(start)
	case p.at(0, "CREATE") && (p.at(1, "INDEX") || p.at(2, "INDEX") && (p.at(1, "RANGE") || p.at(1, "BTREE"))):
		return p.createIndex(start)
	case p.acceptWords("DROP", "ALL", "INDEXES"):
		return &ast.IndexStatement{Place: p.since(start), Drop: true, All: true}
	case p.acceptWords("DROP", "INDEX"):
		return p.dropIndex(start)
	case p.acceptWords("CREATE", "CONSTRAINT"):
		return p.createConstraint(start)
	case p.acceptWords("DROP", "ALL", "CONSTRAINTS"):
		return &ast.ConstraintStatement{Place: p.since(start), Drop: true, All: true}
	case p.acceptWords("DROP", "CONSTRAINT"):
		return p.dropConstraint(start)
	}
	if s := p.declaration(start); s != nil || p.err != nil {
		return s
	}
	if s := p.users(start); s != nil || p.err != nil {
		return s
	}
	p.notHere()
	return nil
}

// administers reads a statement without operands, or returns nil where none begins.
func (p *parser) administers(start int32) ast.Statement {
	for i := range administration {
		a := &administration[i]
		if !p.acceptWords(a.words...) {
			continue
		}
		s := &ast.Admin{Verb: a.verb}
		if a.verb == ast.ShowStorageInfo {
			p.storageOf(s)
		}
		s.Place = p.since(start)
		return s
	}
	return nil
}

// notHere fails at a statement that exists elsewhere only, or that begins like one.
func (p *parser) notHere() {
	longest := ""
	for _, s := range elsewhere {
		if len(s) > len(longest) && p.ahead(s) {
			longest = s
		}
	}
	if longest != "" && !p.isQueryAfter(longest) {
		span := p.toks[p.pos].Join(p.toks[p.pos+strings.Count(longest, " ")].Span)
		err := failure.Syntax("NotSupported", "%s is not supported", longest)
		if hint := insteadOf(longest); hint != "" {
			err = err.WithHint("%s", hint)
		}
		p.failAt(span, err)
		return
	}
	if p.incomplete() {
		return
	}
	switch {
	case p.at(0, "SHOW"), p.at(0, "DROP"), p.at(0, "CREATE"):
		p.unknownCommand()
	}
}

// incomplete fails at a statement of administration that begins well and then goes wrong,
// and reports whether there is one.
func (p *parser) incomplete() bool {
	most, expected := 0, []string{}
	for i := range administration {
		words := administration[i].words
		n := 0
		for n < len(words) && p.at(n, words[n]) {
			n++
		}
		if n > most {
			most, expected = n, nil
		}
		if n == most && n > 0 {
			expected = append(expected, words[n])
		}
	}
	if most == 0 || (most == 1 && len(expected) > 1) || p.kind() == token.Create {
		return false
	}
	var words []string
	for range most {
		words = append(words, strings.ToUpper(p.next().Text(p.text)))
	}
	p.unexpected("%s after %s", oneOf(expected), strings.Join(words, " "))
	return true
}

// isQueryAfter reports whether the words are a variable after SET or REMOVE, and so begin
// a clause.
func (p *parser) isQueryAfter(words string) bool {
	switch p.kindAt(strings.Count(words, " ") + 1) {
	case token.Dot, token.Colon, token.Equal, token.PlusEqual, token.LBracket:
		return p.kind() == token.Set || p.kind() == token.Remove || p.kind() == token.Delete
	default:
		return false
	}
}

// ahead reports whether the words in s, separated by spaces, follow.
func (p *parser) ahead(s string) bool { return p.aheadAt(0, s) }

// aheadAt reports whether the words in s, separated by spaces, stand n tokens further.
func (p *parser) aheadAt(n int, s string) bool {
	for i := n; ; i++ {
		word, rest, more := strings.Cut(s, " ")
		if !p.at(i, word) {
			return false
		}
		if !more {
			return true
		}
		s = rest
	}
}

// unknownCommand fails at SHOW, DROP or CREATE with a word that nobody knows.
func (p *parser) unknownCommand() {
	first := strings.ToUpper(p.next().Text(p.text))
	var words []string
	for i := range administration {
		rest := strings.Join(administration[i].words[1:], " ")
		if administration[i].words[0] == first && !slices.Contains(words, rest+"S") {
			words = append(words, rest)
		}
	}
	if first == "SHOW" {
		for i := range listings {
			words = append(words, listings[i].plural)
		}
	} else {
		words = append(words, "INDEX", "CONSTRAINT")
	}
	if first == "CREATE" {
		words = append(words, "ENUM")
	}
	err := failure.Syntax("UnexpectedSyntax", "expected %s after %s, found %s", oneOf(words), first, p.found())
	if first == "CREATE" {
		err = failure.Syntax("UnexpectedSyntax", "expected a pattern, INDEX, CONSTRAINT, ENUM or SNAPSHOT after CREATE, found %s", p.found())
	}
	if p.kind().IsName() {
		if word := spelling.Nearest(p.toks[p.pos].Text(p.text), words); word != "" {
			if first == "SHOW" {
				err = failure.Syntax("UnexpectedSyntax", "expected something that can be shown after SHOW, found %s", p.found())
			}
			err = err.WithHint("did you mean %s %s?", first, word)
		}
	}
	p.fail(err)
}

// oneOf joins words as "a, b or c".
func oneOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// terminate reads "id", … after TERMINATE TRANSACTIONS.
func (p *parser) terminate(start int32) ast.Statement {
	s := &ast.TerminateTransactions{}
	for {
		switch p.kind() {
		case token.String:
			s.IDs = append(s.IDs, p.str())
		case token.Param:
			s.IDs = append(s.IDs, p.param())
		default:
			p.unexpected("the id of a transaction in quotes, or a parameter")
		}
		if !p.accept(token.Comma) {
			break
		}
	}
	s.Place = p.since(start)
	return s
}
