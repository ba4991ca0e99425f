package bolt

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"memgraphd/internal/bolt/wire"
	"memgraphd/internal/query/auth"
	"memgraphd/internal/storage"
)

// people is a server with users, and who hears of logins.
type people struct {
	*auth.Store
	*Server
	engine  *fakeEngine
	address string
	log     *observer.ObservedLogs

	mu     sync.Mutex
	logins []string // guarded by mu
}

func startPeople(t *testing.T, o auth.Options) *people {
	t.Helper()
	graph := storage.New(storage.Options{Now: time.Now})
	t.Cleanup(func() {
		if err := graph.Close(); err != nil {
			t.Error(err)
		}
	})
	core, log := observer.New(zap.DebugLevel)
	o.Catalogue, o.Now, o.Log = graph, time.Now, zap.New(core)
	users, err := auth.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	p := &people{Store: users, log: log}
	hear := func(what string) func(Login) {
		return func(l Login) {
			p.mu.Lock()
			defer p.mu.Unlock()
			if !strings.HasPrefix(l.Address, "127.0.0.1:") || !strings.HasPrefix(l.Connection, "bolt-") {
				t.Error(l)
			}
			p.logins = append(p.logins, fmt.Sprintf("%s %s %s", what, l.User, l.Code))
		}
	}
	p.Server, p.engine, p.address = startServer(t, func(b *Options) {
		b.Auth, b.Log, b.OnLogin, b.OnLogout = users, o.Log, hear("login"), hear("logout")
	})
	users.Watch(p.Expel)
	return p
}

func (p *people) create(t *testing.T, name, password string) {
	t.Helper()
	given := auth.PlainPassword(password)
	if password == "" {
		given = auth.NoPassword()
	}
	if _, err := p.CreateUser(t.Context(), name, given, auth.Refuse); err != nil {
		t.Fatal(err)
	}
}

// enter connects as a user and returns the answer to the login.
func (p *people) enter(t *testing.T, v wire.Version, name, password string) (*client, string) {
	t.Helper()
	c := connect(t, p.address, v)
	token := fmt.Sprintf(`{"scheme": "basic", "principal": %q, "credentials": %q}`, name, password)
	if !v.AtLeast(wire.V51) {
		c.say("HELLO " + token)
		return c, c.hear()
	}
	c.say("HELLO {}")
	c.expect("SUCCESS")
	c.say("LOGON " + token)
	return c, c.hear()
}

func TestUsersLogIn(t *testing.T) {
	p := startPeople(t, auth.Options{})
	open := login(t, p.address, wire.V54)
	p.create(t, "ann", "right")
	open.expect("closed")
	for _, v := range wire.Supported() {
		c, answer := p.enter(t, v, "ann", "right")
		if !strings.HasPrefix(answer, "SUCCESS") {
			t.Fatal(v, answer)
		}
		c.say(`RUN "RETURN 1" {} {}`, `PULL {"n": -1}`)
		c.expect("SUCCESS")
		c.expect("RECORD")
		c.expect("SUCCESS")
		c.hangUp()
	}
	wrong := `FAILURE {code: "Neo.ClientError.Security.Unauthorized", message: "AuthenticationFailed: the user name or the password is wrong"}`
	for _, name := range []string{"ann", "eve"} {
		c, answer := p.enter(t, wire.V54, name, "wrong")
		if answer != wrong {
			t.Error(answer)
		}
		c.expect("closed")
	}
	c := connect(t, p.address, wire.V44)
	c.say(`HELLO {"scheme": "none"}`)
	c.expect(`FAILURE {code: "Neo.ClientError.Security.Unauthorized", message: "AuthenticationRequired`)
	c.expect("closed")
	for _, line := range p.log.All() {
		text := fmt.Sprint(line.Message, line.ContextMap())
		if strings.Contains(text, "right") || strings.Contains(text, "wrong") && !strings.Contains(text, "is wrong") {
			t.Error("a password is in the log:", text)
		}
	}
	if p.log.FilterMessage("a login failed").Len() != 2 {
		t.Error("failures are logged")
	}
	eventually(t, "the ends of the logins are told", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		n := 0
		for _, l := range p.logins {
			if l == "logout ann " {
				n++
			}
		}
		return n == len(wire.Supported())
	})
}

// TestLogoff changes the user of a connection.
func TestLogoff(t *testing.T) {
	p := startPeople(t, auth.Options{})
	p.create(t, "ann", "a")
	p.create(t, "bob", "")
	c, _ := p.enter(t, wire.V54, "ann", "a")
	c.say("LOGOFF")
	c.expect("SUCCESS")
	c.say(`LOGON {"scheme": "basic", "principal": "bob", "credentials": "any"}`)
	c.expect("SUCCESS")
	c.say("LOGOFF", `LOGON {"scheme": "basic", "principal": "ann", "credentials": "b"}`)
	c.expect("SUCCESS")
	c.expect("FAILURE")
	c.expect("closed")
}

// TestDroppedUsers ends what dropped users run, and those with another password.
func TestDroppedUsers(t *testing.T) {
	p := startPeople(t, auth.Options{})
	p.create(t, "ann", "a")
	p.create(t, "bob", "b")
	running, _ := p.enter(t, wire.V54, "bob", "b")
	idle, _ := p.enter(t, wire.V44, "bob", "b")
	ann, _ := p.enter(t, wire.V54, "ann", "a")
	running.say(`RUN "WAIT" {} {}`)
	eventually(t, "the statement runs", func() bool { return p.engine.waiting.Load() == 1 })
	if err := p.SetPassword(t.Context(), "bob", auth.PlainPassword("c")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the statement has ended", func() bool { return p.engine.ended.Load() == 1 })
	for running.hear() != "closed" { // whether the failure gets out is a race
		continue
	}
	idle.expect("closed")
	if _, answer := p.enter(t, wire.V54, "bob", "b"); !strings.HasPrefix(answer, "FAILURE") {
		t.Error("the former password is remembered:", answer)
	}
	again, answer := p.enter(t, wire.V54, "bob", "c")
	if !strings.HasPrefix(answer, "SUCCESS") {
		t.Error(answer)
	}
	if err := p.DropUser(t.Context(), "bob"); err != nil {
		t.Fatal(err)
	}
	again.expect("closed")
	ann.say(`RUN "RETURN 1" {} {}`, `PULL {"n": -1}`)
	ann.expect("SUCCESS")
	ann.expect("RECORD")
}

// TestExpiredIdentity refuses the next request where the connection was not ended at once.
func TestExpiredIdentity(t *testing.T) {
	p := startPeople(t, auth.Options{})
	p.create(t, "ann", "a")
	p.Watch(nil)
	c, _ := p.enter(t, wire.V54, "ann", "a")
	if err := p.SetPassword(t.Context(), "ann", auth.PlainPassword("b")); err != nil {
		t.Fatal(err)
	}
	c.say(`RUN "RETURN 1" {} {}`)
	c.expect(`FAILURE {code: "Neo.ClientError.Security.AuthorizationExpired", message: "AuthorizationExpired: the user ann`)
	c.expect("closed")
}

// TestGuessing has a client try passwords: soon it has to wait, and is told so without work.
func TestGuessing(t *testing.T) {
	p := startPeople(t, auth.Options{FailuresFree: 2, BackOffMin: time.Hour, BackOffMax: time.Hour})
	p.create(t, "ann", "right")
	for i := range 4 {
		_, answer := p.enter(t, wire.V54, "ann", strconv.Itoa(i))
		if limited := strings.Contains(answer, "AuthenticationRateLimit"); limited != (i >= 2) {
			t.Error(i, answer)
		}
	}
	if _, answer := p.enter(t, wire.V54, "ann", "right"); !strings.Contains(answer, "AuthenticationRateLimit") {
		t.Error("the right password is no way to find out that it is right:", answer)
	}
}

// TestLocalOnly keeps others out of a database whose users are not known.
func TestLocalOnly(t *testing.T) {
	c := &conn{srv: &Server{o: Options{AllowOpenAccess: true, LocalOnly: true}}, nc: stranger{local{}}}
	if _, err := c.nobody(); err == nil || !strings.Contains(err.Error(), "LocalAccessOnly") {
		t.Error(err)
	}
}

// local is the server's end of a connection.
type local struct{ net.Conn }

func (local) LocalAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 7687} }
