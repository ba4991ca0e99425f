package compat

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"memgraphd/internal/durability"
	"memgraphd/internal/query"
	"memgraphd/internal/query/auth"
)

// usersFixture is a directory with users and roles, half of them in the snapshot and half in
// the log after it.
const usersFixture = "users1"

// usersBefore and usersAfter are what its statements are, before the snapshot and after it.
// The passwords are "secret of ann" and "secret of bob", by argon2id; cid has none, and that
// of dora is "secret of dora", by bcrypt.
func usersBefore() []string {
	return []string{
		"CREATE USER ann IDENTIFIED BY 'secret of ann'", "CREATE USER bob IDENTIFIED BY 'secret of bob'", "CREATE ROLE reader",
		"GRANT MATCH TO reader", "GRANT READ ON NODES CONTAINING LABELS :Sample TO reader", "SET ROLE FOR bob TO reader",
		"CREATE (:Sample {open: 1, secret: 2}), (:Hidden)",
	}
}

func usersAfter() []string {
	return []string{
		"CREATE USER cid", "GRANT ALL PRIVILEGES TO cid",
		"GRANT READ ON NODES CONTAINING LABELS * TO cid", "DENY READ ON NODES CONTAINING LABELS :Hidden TO cid",
		"CREATE USER dora SET ENCRYPTED PASSWORD '$2a$04$4GIKaldxDgHH7OjCo8xyT.IQBYr2/k4waJxem8NSCCwMjBUuDiysm'",
		"DENY READ {secret} ON NODES CONTAINING LABELS :Sample TO reader", "CREATE ROLE gone", "DROP ROLE gone",
		"CREATE USER gone", "DROP USER gone",
	}
}

// openUsers opens a data directory with an engine that knows users, as nobody or as the first
// user.
func openUsers(t *testing.T, dir string) (*database, *auth.Store) {
	t.Helper()
	d := open(t, dir)
	d.session.Close()
	d.engine.Close()
	users := must[*auth.Store](t)(auth.Open(auth.Options{Catalogue: d.store, Now: time.Now}))
	d.engine = must[*query.Engine](t)(query.New(query.Options{Store: d.store, Now: time.Now, Version: "compat", Auth: users}))
	who := users.Nobody()
	if users.Exist() {
		who = d.login(users, "ann", "secret of ann")
	}
	d.session = d.engine.NewSession(query.SessionOptions{ID: "compat", Address: "127.0.0.1:1", Identity: who})
	return d, users
}

// login lets a user in.
func (d *database) login(users *auth.Store, name, password string) *auth.Identity {
	d.t.Helper()
	return must[*auth.Identity](d.t)(users.Authenticate(background, name, password, "127.0.0.1:1"))
}

// TestWriteUsers writes the fixture, which is done once.
func TestWriteUsers(t *testing.T) {
	if *write != usersFixture {
		return
	}
	to := filepath.Join("testdata", usersFixture)
	if _, err := os.Stat(to); err == nil {
		t.Fatalf("%s is there: a fixture is written once, and read for ever", to)
	}
	dir := filepath.Join(t.TempDir(), "data")
	d, _ := openUsers(t, dir)
	for _, text := range usersBefore() {
		d.run(text)
	}
	must[durability.SnapshotInfo](t)(d.disk.CreateSnapshot(background))
	for _, text := range usersAfter() {
		d.run(text)
	}
	copyTo(t, dir, to)
	d.close()
}

// TestUsersStayReadable opens the fixture, by the snapshot and by the log alone, and again
// after this version has written all of its users anew.
func TestUsersStayReadable(t *testing.T) {
	dir := copyOf(t, usersFixture)
	d, users := openUsers(t, dir)
	d.holdsUsers(users)
	for _, name := range []string{"ann", "bob", "cid", "dora"} {
		d.run("GRANT CONFIG TO " + name) // writes the entry
		d.run("REVOKE CONFIG FROM " + name)
	}
	d.run("GRANT ALL PRIVILEGES TO ann")
	must[durability.SnapshotInfo](t)(d.disk.CreateSnapshot(background))
	d.close()
	d, users = openUsers(t, dir)
	d.holdsUsers(users)
	d.close()

	dir = copyOf(t, usersFixture)
	check(t, os.RemoveAll(filepath.Join(dir, "snapshots")))
	d, users = openUsers(t, dir)
	d.holdsUsers(users)
	d.close()
}

// holdsUsers compares the users with what the statements say.
func (d *database) holdsUsers(users *auth.Store) {
	d.t.Helper()
	d.counts("MATCH (n) RETURN count(n)", 2)
	entries := map[string]int{}
	for _, e := range d.store.Entries("") {
		entries[e.Kind]++
	}
	roles := 0
	for _, row := range d.run("SHOW ROLES") {
		if row[0].AsString() == "gone" {
			d.t.Error("a role that was dropped is there")
		}
		roles++
	}
	if entries[auth.UserKind] != 4 || entries[auth.RoleKind] != roles || roles == 0 {
		d.t.Errorf("entries %v, and %d roles are shown", entries, roles)
	}
	for _, c := range []struct {
		name, password string
		sees           int64
		secret         bool
	}{
		{"ann", "secret of ann", 2, true},
		{"bob", "secret of bob", 1, false},
		{"cid", "", 1, true},
	} {
		own := *d
		own.session = d.engine.NewSession(query.SessionOptions{ID: c.name, Address: "127.0.0.1:1", Identity: d.login(users, c.name, c.password)})
		own.counts("MATCH (n) RETURN count(n)", c.sees)
		if row := own.run("MATCH (n:Sample) RETURN n.open, n.secret")[0]; row[0].AsInt() != 1 || row[1].IsNull() == c.secret {
			d.t.Errorf("%s sees %v", c.name, row)
		}
		own.session.Close()
	}
	d.login(users, "dora", "secret of dora")
	for _, wrong := range [][2]string{{"ann", "secret of bob"}, {"dora", ""}, {"gone", ""}} {
		if _, err := users.Authenticate(background, wrong[0], wrong[1], "192.0.2.1:1"); err == nil {
			d.t.Errorf("%s gets in", wrong[0])
		}
	}
}
