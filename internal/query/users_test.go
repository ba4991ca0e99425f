package query_test

import (
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"memgraphd/internal/query"
	"memgraphd/internal/query/auth"
)

// withUsers gives an engine users, which are put into store.
func withUsers(tb testing.TB, store **auth.Store) func(*query.Options) {
	tb.Helper()
	return func(o *query.Options) {
		users, err := auth.Open(auth.Options{Catalogue: o.Store, Now: time.Now})
		if err != nil {
			tb.Fatal(err)
		}
		*store, o.Auth = users, users
	}
}

// login opens a session, in place of an earlier one of its name.
func (d *desk) login(c *datadriven.TestData) string {
	var name, user, password string
	c.ScanArgs(d.t, "s", &name)
	c.ScanArgs(d.t, "user", &user)
	c.MaybeScanArgs(d.t, "password", &password)
	i, err := d.users.Authenticate(d.t.Context(), user, password, "127.0.0.1:1")
	if err != nil {
		return said("", err)
	}
	if s := d.sessions[name]; s != nil {
		s.Close()
	}
	d.sessions[name] = d.e.NewSession(query.SessionOptions{User: user, Address: "127.0.0.1:1", ID: name, Identity: i})
	return "ok"
}
