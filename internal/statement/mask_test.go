package statement

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMasked(t *testing.T) {
	for _, c := range [][2]string{
		{`MATCH (n {name: 'x'}) RETURN n`, `MATCH (n {name: 'x'}) RETURN n`},
		{`CREATE USER ann IDENTIFIED BY 'a\'b'`, `CREATE USER ann IDENTIFIED BY '****'`},
		{`create user ann identifid by "x" `, `create user ann identifid by '****' `},
		{`SET PASSWORD TO 'new' REPLACE 'old';`, `SET PASSWORD TO '****' REPLACE '****';`},
		{`SET PASSWORD FOR ann TO 'open`, `SET PASSWORD FOR ann TO '****'`},
		{"SET PASSWORD FOR `a'b` /* it's */ TO 'x' // isn't\n", "SET PASSWORD FOR `a'b` /* it's */ TO '****' // isn't\n"},
		{`ALTER CURRENT USER SET PASSWORD FROM $o TO $n`, `ALTER CURRENT USER SET PASSWORD FROM $o TO $n`},
		{`CREATE (:User {password: 'p', name: 'n'})`, `CREATE (:User {password: '****', name: '****'})`},
		{`CYPHER 5 planner=cost create user ann 'x'`, `CYPHER 5 planner=cost create user ann '****'`},
		{`CYPHER 5 CREATE (n {name: 'x'})`, `CYPHER 5 CREATE (n {name: 'x'})`},
		{`LOAD CSV FROM 'https://ann:hush@host/a@b' AS r RETURN 'ftp://x'`, `LOAD CSV FROM 'https://****@host/a@b' AS r RETURN 'ftp://x'`},
		{`RETURN "://a@b" + "s3://k:s@b/c@d"`, `RETURN "://****@b" + "s3://****@b/c@d"`},
		{`SET PASWROD TO 'new'`, `SET PASWROD TO '****'`},
		{`CREATE (n:Identity {name: 'x'})`, `CREATE (n:Identity {name: 'x'})`},
		{`SET DATABASE SETTING 'aws.access_key' TO 'k'`, `SET DATABASE SETTING '****' TO '****'`},
		{"CREATE USER a IDENTIFIED BY 'x; SET PASSWORD TO 'y'; SET PASSWORD TO 'z'", "CREATE USER a IDENTIFIED BY '****'"},
		{`SET PASSWORD TO "x' + 'y" + 'z\'`, `SET PASSWORD TO '****'`},
		{"CREATE USER a IDENTIFIED BY 'x;\nSET PASSWORD TO 'y' // it's\n", "CREATE USER a IDENTIFIED BY '****'"},
		{`cypher`, `cypher`},
		{`/* password`, `/* password`},
		{`// password`, `// password`},
		{``, ``},
	} {
		if got := Masked(c[0]); got != c[1] {
			t.Errorf("%s becomes %s", c[0], got)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.String().Draw(rt, "text")
		secret := rapid.StringMatching(`[a-z]{12}`).Draw(rt, "secret")
		if strings.Contains(Masked("SET PASSWORD TO '"+secret+"' "+text), secret) {
			rt.Fatal("the password is told")
		}
	})
}

func FuzzMasked(f *testing.F) {
	f.Add("SET PASSWORD TO 'x' // y")
	f.Fuzz(func(t *testing.T, text string) {
		if Masked(Masked(text)) != Masked(text) {
			t.Error("masking twice is masking once")
		}
	})
}
