package attack

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"memgraphd/test/selfsigned"
)

// slow is how many connections that never log in are held.
const slow = 2000

// TestSlowConnections holds connections that send nothing, or a byte now and then: they
// are closed in time, take little memory, and others come in meanwhile.
func TestSlowConnections(t *testing.T) {
	a := start(t, "--bolt-login-timeout-sec=2", "--bolt-max-unauthenticated-connections=5000",
		"--bolt-max-unauthenticated-connections-per-address=5000")
	before := a.resident()
	o := a.begin()
	var peers []*peer
	var dripping sync.WaitGroup
	begun := time.Now()
	for i := range slow {
		p, err := dial(a.server.Addr)
		if err != nil {
			t.Fatal(err)
		}
		peers = append(peers, p)
		first := [][]byte{nil, raw("60"), raw("6060B017 00000405 00000000 00000000 00000000 1000"), raw("160301"), []byte("GET / HTTP/1.1\r\nX: ")}[i%5]
		if _, err := p.Write(first); err != nil {
			t.Fatal(err)
		}
	}
	opened := time.Since(begun)
	each := (a.resident() - before) / slow
	for i := range 50 {
		dripping.Go(func() {
			for range 40 {
				if _, err := peers[5*i+2].Write([]byte{0}); err != nil {
					return
				}
				time.Sleep(100 * time.Millisecond)
			}
		})
	}
	a.eventually("every slow connection is closed", func() bool { return a.metric("memgraph_bolt_unauthenticated_connections") <= 1 })
	closed := time.Since(begun)
	dripping.Wait()
	o.end()
	for _, p := range peers {
		_ = p.Close()
	}
	t.Logf("%d connections opened in %.2f s, %d KiB of memory each, closed after %.1f s; others: p99 %s, %d logins, p99 %s",
		slow, opened.Seconds(), each>>10, closed.Seconds(), p99(o.queries), len(o.logins), p99(o.logins))
	if each > 64<<10 {
		t.Errorf("%d bytes each", each)
	}
	if closed > 2*opened+6*time.Second {
		t.Errorf("they were closed after %s only", closed)
	}
	if n := a.metric("memgraph_bolt_login_timeouts_total"); n < slow*4/5 {
		t.Errorf("%d time-outs were counted", n)
	}
}

// TestManyConnections has one address open more connections than it may: the oldest go,
// and those who log in at once come in. Who is not as quick, with a hundred newer ones of his
// own address behind him, tries again, as drivers do.
func TestManyConnections(t *testing.T) {
	a := start(t, "--bolt-max-unauthenticated-connections-per-address=100")
	a.login = func(addr string) (p *peer, err error) {
		for range 5 {
			if p, err = login(addr); err == nil || !gone(err) {
				break
			}
		}
		return p, err
	}
	a.withstand(held(1000, dial, func(_ context.Context, p *peer) error { return p.ends() }), bounds{growth: growthMost})
	if n := a.metric("memgraph_bolt_evicted_total"); n < 800 {
		t.Errorf("%d evictions were counted", n)
	}
}

// TestNoDescriptors takes all file descriptors of the server: who is in goes on, and
// afterwards others come in again.
func TestNoDescriptors(t *testing.T) {
	a := startUnder(t, []string{"prlimit", "--nofile=128:128"})
	in, err := login(a.server.Addr)
	if err != nil {
		t.Fatal(err)
	}
	if err := in.ask("CREATE (:Before)"); err != nil {
		t.Fatal(err)
	}
	var peers []*peer
	for range 300 {
		p, err := dial(a.server.Addr)
		if err != nil {
			break
		}
		peers = append(peers, p)
	}
	a.eventually("no descriptor is left", func() bool { return a.descriptors() >= 126 })
	for range 20 {
		if err := in.ask("CREATE (:Meanwhile)"); err != nil {
			t.Error(err)
		}
	}
	for _, p := range peers {
		_ = p.Close()
	}
	a.eventually("another comes in", func() bool {
		p, err := login(a.server.Addr)
		return err == nil && errors.Join(p.ask("MATCH (n) RETURN count(n)"), p.Close()) == nil
	})
	if !strings.Contains(a.server.Log(), "could not be accepted; the server goes on") {
		t.Errorf("the log says nothing:\n%s", a.server.Log())
	}
}

// TestTLS stalls and breaks handshakes beside clients that use TLS, or do not.
func TestTLS(t *testing.T) {
	cert, key := certificate(t)
	a := start(t, "--bolt-cert-file="+cert, "--bolt-key-file="+key, "--nobolt-require-tls")
	over := func(address string) (*peer, error) {
		nc, err := tls.DialWithDialer(&net.Dialer{Timeout: patience}, "tcp", address, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // it is our own
		if err != nil {
			return nil, err
		}
		p, err := wrap(nc)
		if err == nil {
			err = errors.Join(p.shake(), p.greet())
		}
		return p, err
	}
	hello := raw("16030100C8010000C40303" + strings.Repeat("00", 100))
	for name, do := range map[string]attack{
		"stalled handshakes": held(300, dial, func(_ context.Context, p *peer) error {
			_, err := p.Write(hello)
			return errors.Join(err, p.ends())
		}),
		"broken handshakes": each(4, dial, func(p *peer) error {
			if _, err := p.Write(raw("1603010005FFFFFFFFFF")); err != nil {
				return err
			}
			return p.ends()
		}),
		"huge records": each(4, dial, func(p *peer) error {
			if _, err := p.Write(append(raw("160301FFFF"), make([]byte, 0xFFFF)...)); err != nil {
				return err
			}
			return p.ends()
		}),
		"many handshakes": each(4, over, func(p *peer) error { return p.ask("RETURN 1") }),
		"half of a conversation": each(4, over, func(p *peer) error {
			_, err := p.Write([]byte{0})
			return err
		}),
	} {
		t.Run(name, func(t *testing.T) {
			b := a.in(t)
			b.withstand(do, bounds{growth: growthMost})
		})
	}
}

// wrap makes a peer of a connection.
func wrap(nc net.Conn) (*peer, error) {
	p := &peer{Conn: nc}
	p.reader()
	return p, nc.SetDeadline(time.Now().Add(patience))
}

// TestAbandonedTransaction has somebody begin to write and fall silent: those who want to
// write the same thing get through when the time for silence is over.
func TestAbandonedTransaction(t *testing.T) {
	a := start(t, "--transaction-idle-timeout-sec=1")
	first, err := login(a.server.Addr)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.ask("CREATE (:Wanted {n: 0})"); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	for _, m := range [][]byte{begin, run("MATCH (w:Wanted) SET w.n = 1"), pull(-1)} {
		if _, err := first.Write(chunk(m)); err != nil {
			t.Fatal(err)
		}
		if err := first.expect(success); err != nil {
			t.Fatal(err)
		}
	}
	a.eventually("another writes", func() bool {
		p, err := login(a.server.Addr)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = p.Close() }()
		return p.ask("MATCH (w:Wanted) SET w.n = 2") == nil
	})
	took := time.Since(begun)
	t.Logf("another wrote after %.2f s", took.Seconds())
	if took < 500*time.Millisecond || took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

// certificate writes a certificate and its key.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	if _, err := selfsigned.Write(cert, key, 1, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	return cert, key
}

// TestPasswordGuessing tries passwords of one user and of many, from another address
// than that of the clients that know theirs.
func TestPasswordGuessing(t *testing.T) {
	t.Setenv("MEMGRAPH_USER", "owner")
	t.Setenv("MEMGRAPH_PASSWORD", "correct horse battery staple")
	a := start(t)
	a.login = loginAs("owner", "correct horse battery staple")
	for name, user := range map[string]func(i int) string{
		"a stranger's":  func(int) string { return "stranger" },
		"many names'":   func(i int) string { return fmt.Sprintf("user%d", i) },
		"many together": func(i int) string { return fmt.Sprintf("user%d", i%100) },
	} {
		t.Run(name, func(t *testing.T) {
			var tries atomic.Int64
			workers := map[bool]int{true: 64, false: 4}[name == "many together"]
			a.in(t).withstand(each(workers, elsewhere, func(p *peer) error {
				n := int(tries.Add(1))
				if _, err := p.Write(append(chunk(hello()), chunk(logonAs(user(n), fmt.Sprintf("guess %d", n)))...)); err != nil {
					return err
				}
				return errors.Join(p.expect(success), p.expect(failure))
			}), bounds{growth: 2 * growthMost}) // a password is compared in 19 MiB
		})
	}
}

// elsewhere connects from another address.
func elsewhere(address string) (*peer, error) { return connectFrom("127.0.0.2", address) }

// TestPortScan opens and closes connections as fast as it can.
func TestPortScan(t *testing.T) {
	a := start(t)
	a.withstand(each(8, dial, func(p *peer) error {
		if tcp, ok := p.Conn.(*net.TCPConn); ok {
			return tcp.SetLinger(0) // the end comes as a reset
		}
		return fmt.Errorf("%T", p.Conn)
	}), bounds{growth: growthMost})
}
