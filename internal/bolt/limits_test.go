package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"memgraphd/internal/bolt/wire"
	"memgraphd/internal/storage/memory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// eventually waits for a condition that another goroutine brings about.
func eventually(tb testing.TB, what string, holds func() bool) {
	tb.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			tb.Fatalf("%s did not come about", what)
		}
	}
}

func TestInterrupt(t *testing.T) {
	for _, how := range []string{"RESET", "GOODBYE", "close"} {
		for _, statement := range []string{"WAIT", "STREAM"} {
			t.Run(how+" "+statement, func(t *testing.T) {
				_, engine, address := startServer(t, nil)
				c := login(t, address, wire.V54)
				interruptible(t, c, engine, statement)
				interrupt(t, c, engine, how)
			})
			t.Run(how+" "+statement+" on the clock of a bubble", func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					l := newPipes()
					_, engine := startServerAt(t, l, nil)
					c := l.dial(t)
					c.shake(wire.V54)
					c.logOn(wire.V54)
					interruptible(t, c, engine, statement)
					begin := time.Now()
					interrupt(t, c, engine, how)
					if d := time.Since(begin); d > 500*time.Millisecond {
						t.Errorf("it took %s", d)
					}
				})
			})
		}
	}
}

// interrupt ends the statement of c in one of the ways that a client has.
func interrupt(t *testing.T, c *client, engine *fakeEngine, how string) {
	t.Helper()
	switch how {
	case "RESET":
		go func() { _, _ = c.Write(encodeLine(t, "RESET")) }()
		c.drain("\x00\x03\xB1\x70\xA0\x00\x00")
		c.say(`RUN "RETURN 1" {} {}`, `PULL {"n": 1}`)
		c.expect("SUCCESS")
		c.expect("RECORD [1]")
		c.expect("SUCCESS")
	case "GOODBYE":
		c.say("GOODBYE")
		eventually(t, "the end of the session", func() bool { return engine.open.Load() == 0 })
	case "close":
		c.hangUp()
		eventually(t, "the end of the session", func() bool { return engine.open.Load() == 0 })
	}
}

// drain reads until what has arrived ends with suffix.
func (c *client) drain(suffix string) {
	c.tb.Helper()
	buf, kept := make([]byte, 256<<10), 0
	for !bytes.HasSuffix(buf[:kept], []byte(suffix)) {
		if kept > len(suffix) {
			kept = copy(buf, buf[kept-len(suffix):kept])
		}
		n, err := c.in.Read(buf[kept:])
		if err != nil {
			c.tb.Fatal(err)
		}
		kept += n
	}
}

// interruptible starts a statement that does not end by itself, and returns when it has
// run for a while.
func interruptible(tb testing.TB, c *client, engine *fakeEngine, statement string) {
	tb.Helper()
	c.say(fmt.Sprintf("RUN %q {} {}", statement), `PULL {"n": -1}`, `RUN "RETURN 1" {} {}`)
	if statement == "WAIT" {
		eventually(tb, "waiting", func() bool { return engine.waiting.Load() == 1 })
	} else {
		c.expect("SUCCESS")
		c.expect("RECORD")
	}
	time.Sleep(30 * time.Millisecond)
}

// TestWatcherHandsBack makes a connection go through watched and unwatched work in turns.
func TestWatcherHandsBack(t *testing.T) {
	_, engine, address := startServer(t, nil)
	c := login(t, address, wire.V54)
	for range 5 {
		interruptible(t, c, engine, "WAIT")
		c.say("RESET", `RUN "RETURN 1" {} {}`, `PULL {"n": 1}`)
		c.expect("FAILURE")
		c.expect("IGNORED")
		c.expect("IGNORED")
		c.expect("SUCCESS {}")
		c.expect("SUCCESS {fields")
		c.expect("RECORD [1]")
		c.expect("SUCCESS {type")
		for range 3 {
			c.say(`RUN "RETURN 1" {} {}`, `PULL {"n": 1}`)
			c.expect("SUCCESS {fields")
			c.expect("RECORD [1]")
			c.expect("SUCCESS {type")
		}
		engine.waiting.Store(0)
	}
}

func TestQueueIsBounded(t *testing.T) {
	s, engine, address := startServer(t, func(o *Options) { o.QueuedMessagesMax, o.QueuedBytesMax = 16, 1<<10 })
	c := login(t, address, wire.V54)
	interruptible(t, c, engine, "WAIT")
	flood := bytes.Repeat(encodeLine(t, `RUN "RETURN 1" {} {}`), 1000)
	if err := c.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	sent := 0
	for {
		n, err := c.Write(flood)
		sent += n
		if err != nil {
			break
		}
	}
	for _, served := range s.all() {
		served.in.mu.Lock()
		if n := len(served.in.filling.letters); n > 16+readSize/5 {
			t.Errorf("%d of %d bytes' messages are queued", n, sent)
		}
		served.in.mu.Unlock()
		served.kill()
	}
}

func TestBackPressure(t *testing.T) {
	_, engine, address := startServer(t, func(o *Options) { o.WriteTimeout = 100 * time.Millisecond })
	c := login(t, address, wire.V54)
	c.say(`RUN "STREAM" {} {}`, `PULL {"n": -1}`)
	c.expect("SUCCESS")
	eventually(t, "the end of a client that does not read", func() bool { return engine.open.Load() == 0 })
}

func TestLoginDeadline(t *testing.T) {
	for name, first := range map[string]string{
		"nothing": "", "a byte": "60", "a handshake": "6060B017 00000405 00000000 00000000 00000000",
		"no message": "6060B017 00000405 00000000 00000000 00000000 0000 0000",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newPipes()
				startServerAt(t, l, func(o *Options) { o.LoginTimeout = 100 * time.Millisecond })
				c := l.dial(t)
				begin := time.Now()
				if first != "" {
					go c.say("hex " + first)
				}
				if _, err := io.ReadAll(c.in); err != nil {
					t.Error(err)
				}
				if d := time.Since(begin); d != 100*time.Millisecond {
					t.Errorf("it took %s", d)
				}
			})
		})
	}
}

// TestLoginDeadlineEnds has a client log on: it is not bound by the deadline until it logs off.
func TestLoginDeadlineEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newPipes()
		s, _ := startServerAt(t, l, func(o *Options) { o.LoginTimeout = 100 * time.Millisecond })
		c := l.dial(t)
		c.shake(wire.V54)
		c.logOn(wire.V54)
		time.Sleep(200 * time.Millisecond)
		go c.say(`RUN "RETURN 1" {} {}`, "RESET", "LOGOFF")
		c.expect("IGNORED")
		c.expect("SUCCESS")
		c.expect("SUCCESS")
		begin := time.Now()
		c.expect("closed")
		if d := time.Since(begin); d != 100*time.Millisecond {
			t.Errorf("it took %s", d)
		}
		synctest.Wait()
		if n := s.Stats().Connections; n != 0 {
			t.Errorf("%d connections", n)
		}
	})
}

// TestLoginDeadlineIsAbsolute feeds bytes slowly: they must not move the deadline.
func TestLoginDeadlineIsAbsolute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newPipes()
		startServerAt(t, l, func(o *Options) { o.LoginTimeout = 205 * time.Millisecond })
		c := l.dial(t)
		begin := time.Now()
		c.shake(wire.V54)
		for {
			if _, err := c.Write([]byte{0, 0}); err != nil {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if d := time.Since(begin); d != 210*time.Millisecond {
			t.Errorf("it took %s", d)
		}
	})
}

func TestUnauthenticatedCap(t *testing.T) {
	s, _, address := startServer(t, func(o *Options) { o.UnauthenticatedMax = 3 })
	in := login(t, address, wire.V54)
	var waiting []*client
	for range 5 {
		waiting = append(waiting, connect(t, address, wire.V54))
	}
	for i, c := range waiting {
		if i < 2 {
			c.expect("closed")
			continue
		}
		c.say(`HELLO {}`)
		c.expect("SUCCESS")
	}
	if st := s.Stats(); st.Unauthenticated != 3 || st.Connections != 4 || st.Refused != 2 || st.Accepted != 6 {
		t.Errorf("%+v", st)
	}
	in.say(`RUN "RETURN 1" {} {}`)
	in.expect("SUCCESS")
}

func TestConnectionCap(t *testing.T) {
	s, _, address := startServer(t, func(o *Options) { o.ConnectionsMax = 2 })
	first := login(t, address, wire.V54)
	login(t, address, wire.V44)
	c := connect(t, address, wire.V44)
	c.say(`HELLO {"scheme": "none"}`)
	c.expect(`FAILURE {code: "Neo.TransientError.General.DatabaseUnavailable", message: "ConnectionLimit: `)
	c.expect("closed")
	first.say("GOODBYE")
	first.expect("closed")
	eventually(t, "the place is free again", func() bool { return s.Stats().Connections == 1 })
	login(t, address, wire.V54)
}

func TestMessageSizes(t *testing.T) {
	_, _, address := startServer(t, func(o *Options) { o.MessageMax = 1 << 20 })
	c := connect(t, address, wire.V54)
	c.say(fmt.Sprintf(`HELLO {"user_agent": %q}`, strings.Repeat("x", 9000)))
	c.expect(`FAILURE {code: "Neo.ClientError.Request.Invalid", message: "MessageTooLarge: a message is larger than the limit of 8192 bytes"}`)
	c.expect("closed")

	c = login(t, address, wire.V54)
	long := strings.Repeat("x", 900_000)
	c.say(fmt.Sprintf(`RUN "ECHO" {"x": %q} {}`, long), `PULL {"n": 1}`)
	c.expect("SUCCESS")
	if got := c.expect("RECORD"); !strings.Contains(got, long) {
		t.Error("the long string changed on its way")
	}
	c.expect("SUCCESS")
	c.say(fmt.Sprintf(`RUN "ECHO" {"x": %q} {}`, strings.Repeat("x", 1<<20)))
	c.expect(`FAILURE {code: "Neo.ClientError.Request.Invalid", message: "MessageTooLarge`)
	c.expect("closed")
}

// TestEndlessMessage sends chunks without an end.
func TestEndlessMessage(t *testing.T) {
	_, _, address := startServer(t, func(o *Options) { o.MessageMax = 1 << 20 })
	c := login(t, address, wire.V54)
	chunk := append([]byte{0xFF, 0xFF}, make([]byte, 0xFFFF)...)
	go func() {
		for {
			if _, err := c.Write(chunk); err != nil {
				return
			}
		}
	}()
	c.expect("FAILURE")
	c.expect("closed")
}

func TestDepthAndElements(t *testing.T) {
	_, _, address := startServer(t, func(o *Options) { o.ElementsMax = 1000 })
	nested := func(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }
	c := login(t, address, wire.V54)
	for _, at := range []struct {
		parameter, want string
	}{
		{nested(99), "SUCCESS"},
		{nested(102), `FAILURE {code: "Neo.ClientError.General.ResourceLimitExceeded", message: "MessageLimit: the message holds more than 100 levels of nesting"}`},
		{"[" + strings.Repeat("1,", 900) + "1]", "SUCCESS"},
		{"[" + strings.Repeat("1,", 1000) + "1]", `FAILURE {code: "Neo.ClientError.General.ResourceLimitExceeded", message: "MessageLimit: the message holds more than 1000 elements"}`},
	} {
		c.say(fmt.Sprintf(`RUN "ECHO" {"x": %s} {}`, at.parameter), "RESET")
		switch got := c.hear(); {
		case !strings.HasPrefix(got, at.want) && got != "IGNORED":
			t.Errorf("%.20s…: %s", at.parameter, got)
		default:
		}
		c.expect("SUCCESS")
	}
	c = connect(t, address, wire.V54)
	c.say(fmt.Sprintf(`HELLO {"x": %s}`, nested(20)))
	c.expect(`FAILURE {code: "Neo.ClientError.General.ResourceLimitExceeded", message: "MessageLimit: the message holds more than 8 levels`)
	c.expect("closed")
	c = connect(t, address, wire.V54)
	c.say("HELLO {\"x\": [" + strings.Repeat("1,", 200) + "1]}")
	c.expect(`FAILURE {code: "Neo.ClientError.General.ResourceLimitExceeded", message: "MessageLimit: the message holds more than 128 elements`)
	c.expect("closed")
}

func TestMemoryBudget(t *testing.T) {
	budget := memory.New("server", 4<<20)
	s, _, address := startServer(t, func(o *Options) { o.Budget = budget })
	c := login(t, address, wire.V54)
	c.say("RUN \"ECHO\" {\"x\": [" + strings.Repeat("1,", 50_000) + "1]} {}")
	c.expect("SUCCESS")
	if n := budget.Used(); n < 50_000*32 {
		t.Errorf("%d bytes are reserved for the parameters", n)
	}
	c.say(`PULL {"n": -1}`)
	c.expect("RECORD")
	c.expect("SUCCESS")
	c.say("RUN \"ECHO\" {\"x\": [" + strings.Repeat("1,", 200_000) + "1]} {}")
	c.expect(`FAILURE {code: "Neo.ClientError.General.TransactionOutOfMemoryError", message: "MemoryLimitExceeded: `)
	c.say("RESET")
	c.expect("SUCCESS")
	c.say(fmt.Sprintf(`RUN "ECHO" {"x": %q} {}`, strings.Repeat("x", 5<<20)))
	c.expect(`FAILURE {code: "Neo.ClientError.General.TransactionOutOfMemoryError", message: "MessageTooLarge: `)
	c.expect("closed")
	eventually(t, "no connection", func() bool { return s.Stats().Connections == 0 })
	if n := budget.Used(); n != 0 {
		t.Errorf("%d bytes are still reserved", n)
	}
}

func TestOpenResults(t *testing.T) {
	_, _, address := startServer(t, func(o *Options) { o.ResultsMax = 2 })
	c := login(t, address, wire.V54)
	c.say(`BEGIN {}`, `RUN "ROWS 2" {} {}`, `RUN "ROWS 2" {} {}`, `RUN "ROWS 2" {} {}`, "RESET")
	for _, line := range []string{"IGNORED", "IGNORED", "IGNORED", "IGNORED", "SUCCESS"} {
		c.expect(line) // the RESET is there before any of them has its turn
	}
	for _, line := range []string{`BEGIN {}`, `RUN "ROWS 2" {} {}`, `RUN "ROWS 2" {} {}`} {
		c.say(line)
		c.expect("SUCCESS")
	}
	c.say(`RUN "ROWS 2" {} {}`)
	c.expect(`FAILURE {code: "Neo.ClientError.General.ResourceLimitExceeded", message: "OpenResultLimit: `)
}

// stranger is a connection that seems to come from another machine.
type stranger struct{ net.Conn }

func (stranger) RemoteAddr() net.Addr {
	return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 4000}
}

type strangers struct{ net.Listener }

func (l strangers) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	return stranger{nc}, err
}

func TestOpenAccess(t *testing.T) {
	for _, open := range []bool{false, true} {
		s, _, _ := startServer(t, func(o *Options) { o.AllowOpenAccess = open })
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan error)
		go func() { served <- s.Serve(strangers{l}) }()
		t.Cleanup(func() {
			if err := errors.Join(l.Close(), <-served); !errors.Is(err, ErrStopped) {
				t.Error(err)
			}
		})
		for _, v := range wire.Supported() {
			c := connect(t, l.Addr().String(), v)
			c.say(`HELLO {"scheme": "none"}`)
			if v.AtLeast(wire.V51) {
				c.expect("SUCCESS")
				c.say(`LOGON {"scheme": "basic", "principal": "a", "credentials": "b"}`)
			}
			if open {
				c.expect("SUCCESS")
				continue
			}
			key := "code"
			if v.AtLeast(wire.V57) {
				key = "neo4j_code"
			}
			c.expect(`FAILURE {` + key + `: "Neo.ClientError.Security.Unauthorized", message: "OpenAccessRefused: no user exists yet, ` +
				`so only clients of the server's own machine are served, and this one connects from 192.0.2.7:4000; to open the ` +
				`server, create a user, or set MEMGRAPH_USER and MEMGRAPH_PASSWORD, or start it with --bolt-allow-open-access"`)
			c.expect("closed")
		}
	}
}

// flaky fails the first accepts as a system without free descriptors does.
type flaky struct {
	net.Listener
	failures atomic.Int32
}

func (l *flaky) Accept() (net.Conn, error) {
	if l.failures.Add(-1) >= 0 {
		return nil, &net.OpError{Op: "accept", Err: syscall.EMFILE}
	}
	return l.Listener.Accept()
}

func TestAcceptSurvivesEMFILE(t *testing.T) {
	s, _, _ := startServer(t, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &flaky{Listener: l}
	f.failures.Store(4)
	served := make(chan error)
	go func() { served <- s.Serve(f) }()
	t.Cleanup(func() {
		if err := errors.Join(l.Close(), <-served); !errors.Is(err, ErrStopped) {
			t.Error(err)
		}
	})
	login(t, l.Addr().String(), wire.V54)
}

func TestOtherProtocols(t *testing.T) {
	core, logs := observer.New(zap.DebugLevel)
	_, _, address := startServer(t, func(o *Options) { o.Log = zap.New(core) })
	for _, first := range []string{
		"160301 0100 010000FC 0303",                    // TLS
		"6060B018 00000405 00000000 00000000 00000000", // wrong magic
		"00 01 02 03", // nothing known
	} {
		c := dial(t, address)
		c.say("hex " + first)
		if rest, err := io.ReadAll(c.in); err != nil || len(rest) != 0 {
			t.Errorf("%s: % X, %v", first, rest, err)
		}
	}
	c := dial(t, address)
	c.say("hex 6060B017 00000006 000002FF 00000003 00000505")
	if rest, err := io.ReadAll(c.in); err != nil || !bytes.Equal(rest, make([]byte, 4)) {
		t.Errorf("no common version: % X, %v", rest, err)
	}
	for _, want := range []string{"the client wants TLS", "the client speaks no version", "does not speak Bolt"} {
		if !strings.Contains(fmt.Sprint(logs.All()), want) {
			t.Errorf("the log does not say %q", want)
		}
	}
}

// TestManyPieces sends a conversation byte by byte.
func TestManyPieces(t *testing.T) {
	_, _, address := startServer(t, nil)
	c := login(t, address, wire.V54)
	for _, b := range append(encodeLine(t, `RUN "RETURN 1" {"x": "some text"} {}`), encodeLine(t, `PULL {"n": 1}`)...) {
		c.write([]byte{b})
		time.Sleep(100 * time.Microsecond)
	}
	c.expect("SUCCESS")
	c.expect("RECORD [1]")
	c.expect("SUCCESS")
}

func TestShutdown(t *testing.T) {
	engine := &fakeEngine{}
	s, err := New(Options{Engine: engine, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	idle, busy, half := login(t, l.Addr().String(), wire.V54), login(t, l.Addr().String(), wire.V54), connect(t, l.Addr().String(), wire.V54)
	interruptible(t, busy, engine, "WAIT")
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	stopped := make(chan error, 1)
	go func() { stopped <- s.Shutdown(ctx) }()
	idle.expect("closed")
	half.expect("closed")
	if err := <-stopped; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a running request was not waited for: %v", err)
	}
	if err := <-served; !errors.Is(err, ErrStopped) {
		t.Error(err)
	}
	if engine.open.Load() != 0 || engine.ended.Load() != 1 {
		t.Error("the running request was not ended")
	}
	if err := s.Serve(l); !errors.Is(err, ErrStopped) {
		t.Errorf("serving after the end: %v", err)
	}
}

// TestShutdownNoticesClients waits for a running request no longer than its client does.
func TestShutdownNoticesClients(t *testing.T) {
	s, engine, address := startServer(t, nil)
	busy, gone := login(t, address, wire.V54), login(t, address, wire.V54)
	interruptible(t, busy, engine, "WAIT")
	engine.waiting.Store(0)
	gone.say(`RUN "WAIT" {} {}`)
	eventually(t, "waiting", func() bool { return engine.waiting.Load() == 1 })
	stopped := make(chan error, 1)
	go func() { stopped <- s.Shutdown(t.Context()) }()
	eventually(t, "the beginning of the end", s.stopped)
	select {
	case err := <-stopped:
		t.Errorf("a running request was not waited for: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	busy.hangUp()
	gone.hangUp()
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{}, "bolt: Options.Engine is missing"},
		{Options{Engine: &fakeEngine{}}, "bolt: Options.Now is missing"},
		{Options{Engine: &fakeEngine{}, Now: time.Now, ConnectionsMax: -1}, "bolt: Options.ConnectionsMax is -1; it must be at least 1"},
		{Options{Engine: &fakeEngine{}, Now: time.Now, LoginTimeout: -1}, "bolt: Options.LoginTimeout is -1ns; it must be positive"},
		{Options{Engine: &fakeEngine{}, Now: time.Now, WriteTimeout: -1}, "bolt: Options.WriteTimeout is -1ns; it must be positive"},
	} {
		if _, err := New(c.o); err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

// TestMonitorSleeps checks that an idle server does nothing at all.
func TestMonitorSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var m monitor
		m.start(time.Second, time.Second)
		go m.run(ctx)
		c := &conn{}
		c.out.mu.Lock()
		m.begin(c)
		m.end(c)
		time.Sleep(time.Minute)
		if n := m.tick.Load(); n > 3 {
			t.Errorf("%d ticks in a minute of rest", n)
		}
		m.begin(c)
		c.reading.Store(true)
		time.Sleep(time.Minute)
		if n := m.tick.Load(); n < 1000 {
			t.Errorf("%d ticks in a minute of work", n)
		}
		m.end(c)
		cancel()
		synctest.Wait()
	})
}

// TestConnectionLimitsChange changes the caps while clients are there: they stay, and the next ones meet the new cap.
func TestConnectionLimitsChange(t *testing.T) {
	s, _, address := startServer(t, func(*Options) {})
	login(t, address, wire.V54)
	second := login(t, address, wire.V44)
	if err := s.SetConnectionLimits(ConnectionLimits{ConnectionsMax: 1}); err != nil {
		t.Fatal(err)
	}
	c := connect(t, address, wire.V44)
	c.say(`HELLO {"scheme": "none"}`)
	c.expect(`FAILURE {code: "Neo.TransientError.General.DatabaseUnavailable", message: "ConnectionLimit: `)
	c.expect("closed")
	second.say(`RUN "RETURN 1" {} {}`)
	second.expect("SUCCESS")
	if err := s.SetConnectionLimits(ConnectionLimits{ConnectionsMax: -1}); err == nil {
		t.Error("a cap of -1 is taken")
	}
	if err := s.SetConnectionLimits(ConnectionLimits{ConnectionsMax: 3}); err != nil {
		t.Fatal(err)
	}
	login(t, address, wire.V54)
}
