package main

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// secretStatements are statements that carry a secret, which is written §: those that are right, those that are not,
// and those of other servers.
func secretStatements() []string {
	return []string{
		"CREATE USER ann IDENTIFIED BY '§'",
		`CREATE USER ben IDENTIFIED BY "§" /* it's */`,
		"CREATE USER ann IDENTIFIED BY '§'", // there is one
		"CREATE USER `an'n` IDENTIFIED BY '§'",
		"CREATE USER carl SET PASSWORD '§' CHANGE NOT REQUIRED",
		"CREATE USR dora IDENTIFIED BY '§'",
		"CREATE USER dora IDENTIFID BY '§'",
		"CREATE USER dora '§'",
		"CREATE USER dora IDENTIFIED BY '§",
		"SET PASSWORD FOR ann TO '§'",
		"SET PASSWORD FOR nobody TO '§'",
		"SET PASSWORD TO '§' REPLACE '§x'",
		"SET PASWORD TO '§' REPLACE '§'",
		"SET PASSWROD FOR ann TO '§'",
		"ALTER USER ann SET PASSWORD '§'",
		"ALTER CURRENT USER SET PASSWORD FROM '§' TO '§'",
		"ALTER USER ann SET PLAINTEXT PASSWORD '§' CHANGE REQUIRED",
		"EXPLAIN CREATE USER ann IDENTIFIED BY '§'",
		"CALL dbms.security.changePassword('§')",
		"CALL dbms.security.createUser('ann', '§', false)",
		"CREATE DATABASE x OPTIONS {token: '§'}",
		"SET DATABASE SETTING 'aws.secret_key' TO '§'",
		"SET DATABASE SETTING 'aws.access_key' TO '§'",
		"SET SESSION SETTING 'password' TO '§'",
		"LOAD CSV FROM 'https://ann:§@127.0.0.1:1/x.csv' NO HEADER AS r RETURN r",
		"LOAD CSV FROM 'ftp://ann:§@127.0.0.1:1/x.csv' AS r RETURN r",
		"BACKUP DATABASE TO 's3://key:§@bucket/prefix'",
		"RECOVER SNAPSHOT 'https://ann:§@127.0.0.1:1/x.snap'",
		"RECOVER SNAPSHOT 's3://bucket/x' WITH CONFIG {'aws_secret_key': '§', 'aws_access_key': '§'}",
		"MATCH (n:User {password: '§'}) RETURN n",
		"RETURN date('§') AS password",
		"CREATE KAFKA STREAM s TOPICS t TRANSFORM x CREDENTIALS {'sasl.password': '§'}",
	}
}

// secretParameters are statements to which a secret is given as $p.
func secretParameters() []string {
	return []string{
		"CREATE USER emil IDENTIFIED BY $p", "CREATE USER emil IDENTIFIED BY $p", "SET PASSWORD FOR emil TO $p", "SET PASSWORD TO $p REPLACE $p",
		"RETURN $p AS x", "RETURN $p / 2", "RETURN date($p)", "RETURN toInteger($p) + $q", "RETURN [1][$p]", "UNWIND $p AS x RETURN x / 0",
		"LOAD CSV FROM $p NO HEADER AS r RETURN r", "SET DATABASE SETTING 'log.level' TO $p", "SET DATABASE SETTING $p TO 'x'",
		"BACKUP DATABASE TO $p", "CALL db.index.fulltext.queryNodes($p, $p)", "TERMINATE TRANSACTIONS $p",
	}
}

const secret = "hushhush4711"

// TestSecrets has every log speak of every statement that carries a secret, and finds the secret in none of them, nor
// in any other file of the server, but for settings that were to be kept.
func TestSecrets(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a server")
	}
	t.Parallel()
	dir := t.TempDir()
	s := startWithSecrets(t, dir)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	failLogins(ctx, t, s)
	runSecrets(ctx, t, s)
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	for line := range s.lines {
		stderr.WriteString(line + "\n")
	}
	if err := s.cmd.Wait(); err != nil || !strings.Contains(stderr.String(), "[slow-query]") {
		t.Error(err, stderr.Len())
	}
	grepSecret(t, "standard error", stderr.String())
	grepFiles(t, dir)
	spokeOfAll(t, string(readFile(t, filepath.Join(dir, "memgraph.log"))))
}

// startWithSecrets starts a server that logs all that it can, and knows the secret in each way that there is. Its data
// and its logs are in dir.
func startWithSecrets(t *testing.T, dir string) *started {
	t.Helper()
	initFile := filepath.Join(t.TempDir(), "init.cypherl")
	text := strings.ReplaceAll(strings.Join(secretStatements(), ";\n"), "§", secret)
	if err := os.WriteFile(initFile, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return startWith(t, []string{"MEMGRAPH_USER=root", "MEMGRAPH_PASSWORD=" + secret, "AWS_SECRET_ACCESS_KEY=" + secret}, filepath.Join(dir, "data"),
		"--log-file="+filepath.Join(dir, "memgraph.log"), "--also-log-to-stderr", "--log-level=TRACE", "--log-min-duration-ms=0",
		"--log-failed-queries", "--audit-enabled", "--init-file="+initFile, "--aws-secret-key="+secret, "--license-key="+secret)
}

// failLogins tries to log in with the secret in wrong ways.
func failLogins(ctx context.Context, t *testing.T, s *started) {
	t.Helper()
	for _, auth := range []neo4j.AuthToken{neo4j.BasicAuth("root", secret+"x", ""), neo4j.BearerAuth(secret), neo4j.KerberosAuth(secret)} {
		if driver, err := neo4j.NewDriverWithContext("bolt://127.0.0.1:"+s.port, auth); err == nil {
			if err := driver.VerifyConnectivity(ctx); err == nil {
				t.Error("whoever comes is let in")
			}
			_ = driver.Close(ctx)
		}
	}
}

// runSecrets runs every statement with the secret, with a trace and metadata, and leaves one result before its end.
func runSecrets(ctx context.Context, t *testing.T, s *started) {
	t.Helper()
	driver, err := neo4j.NewDriverWithContext("bolt://127.0.0.1:"+s.port, neo4j.BasicAuth("root", secret, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = driver.Close(ctx) }()
	session := driver.NewSession(ctx, neo4j.SessionConfig{})
	run := func(text string, params map[string]any) {
		finish(ctx, session, "SET SESSION TRACE ON", nil) // a new password may have ended the connection
		finish(ctx, session, text, params, neo4j.WithTxMetadata(map[string]any{"password": secret}))
	}
	for _, text := range secretStatements() {
		run(strings.ReplaceAll(text, "§", secret), nil)
	}
	for _, text := range secretParameters() {
		for _, p := range []any{secret, []any{secret}, map[string]any{"x": secret}} {
			run(text, map[string]any{"p": p, "q": 1})
		}
	}
	_ = session.Close(ctx)
	abandoned := driver.NewSession(ctx, neo4j.SessionConfig{FetchSize: 1})
	if r, lost := abandoned.Run(ctx, "UNWIND range(1, 9) AS x RETURN x, $named", map[string]any{"named": secret}); lost != nil || !r.Next(ctx) {
		t.Error(lost)
	}
}

// grepFiles finds the secret in files. Two settings are kept with the others, in the log and in snapshots: that is
// what they were set for.
func grepFiles(t *testing.T, dir string) {
	t.Helper()
	kept := strings.NewReplacer("aws.secret_key\r\x01"+secret, "", "aws.access_key\r\x01"+secret, "")
	files := 0
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		files++
		grepSecret(t, name, kept.Replace(string(text)))
		return err
	})
	if err != nil || files < 4 {
		t.Error(files, err)
	}
}

// spokeOfAll looks that a log has lines of every statement, so that the secret could have been in them.
func spokeOfAll(t *testing.T, log string) {
	t.Helper()
	all := len(secretStatements()) + 3*len(secretParameters())
	for _, word := range []string{"[slow-query]", "[session-trace] run"} {
		if n := strings.Count(log, word); n < all {
			t.Errorf("%s is there %d times, of %d", word, n, all)
		}
	}
	if !strings.Contains(log, `RETURN x, $named", "parameters": ["named"], "rows": 1`) {
		t.Error("a result that its client has left is not logged")
	}
	if !strings.Contains(log, "[failed-query]") || !strings.Contains(log, "'****'") {
		t.Error("nothing failed, or nothing is masked")
	}
}

// finish runs a statement to its end, whatever comes of it.
func finish(ctx context.Context, s neo4j.SessionWithContext, text string, params map[string]any, how ...func(*neo4j.TransactionConfig)) {
	if r, err := s.Run(ctx, text, params, how...); err == nil {
		_, _ = r.Consume(ctx)
	}
}

// grepSecret finds the secret in a text and shows the lines.
func grepSecret(t *testing.T, where, text string) {
	t.Helper()
	if !strings.Contains(text, secret) {
		return
	}
	for line := range strings.Lines(text) {
		if strings.Contains(line, secret) {
			t.Errorf("%s has the secret: %.400q", where, line)
		}
	}
}
