package bolt

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"memgraphd/internal/bolt/wire"
)

// exchange is the usual request and reply of a short query.
type exchange struct {
	request []byte
	reply   int // bytes
}

// learn finds out how long the reply to the messages is.
func learn(tb testing.TB, address string, lines ...string) exchange {
	tb.Helper()
	c := login(tb, address, wire.V54)
	defer c.hangUp()
	var e exchange
	for _, line := range lines {
		e.request = append(e.request, encodeLine(tb, line)...)
	}
	c.write(e.request)
	counted := &counter{Reader: c.Conn}
	c.in.Reset(counted)
	for range lines {
		for c.hear()[:3] == "REC" {
			continue
		}
	}
	e.reply = counted.n - c.in.Buffered()
	return e
}

type counter struct {
	io.Reader
	n int
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n += n
	return n, err
}

// load runs e on every connection for a while and returns exchanges per second.
func load(tb testing.TB, conns []net.Conn, e exchange, d time.Duration) float64 {
	tb.Helper()
	var stop atomic.Bool
	var total atomic.Int64
	var wg sync.WaitGroup
	begin := time.Now()
	for _, c := range conns {
		wg.Go(func() {
			reply := make([]byte, e.reply)
			n := int64(0)
			for ; !stop.Load(); n++ {
				if _, err := c.Write(e.request); err != nil {
					tb.Error(err)
					return
				}
				if _, err := io.ReadFull(c, reply); err != nil {
					tb.Error(err)
					return
				}
			}
			total.Add(n)
		})
	}
	time.Sleep(d)
	stop.Store(true)
	wg.Wait()
	return float64(total.Load()) / time.Since(begin).Seconds()
}

// echo answers every request of e with as many bytes as the server would, and does
// nothing else.
func echo(tb testing.TB, e exchange) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = nc.Close() }()
				in, out := make([]byte, len(e.request)), make([]byte, e.reply)
				for {
					if _, err := io.ReadFull(nc, in); err != nil {
						return
					}
					if _, err := nc.Write(out); err != nil {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

// BenchmarkBesideEcho measures RETURN 1 beside a bare echo of the same sizes, in turns.
// Run it with -benchtime=1x.
func BenchmarkBesideEcho(b *testing.B) {
	const rounds = 9
	_, _, address := startServer(b, nil)
	e := learn(b, address, `RUN "RETURN 1" {} {}`, `PULL {"n": 1000}`)
	bare := echo(b, e)
	for _, n := range []int{1, 12, 48} {
		b.Run(fmt.Sprintf("connections=%d", n), func(b *testing.B) {
			var bolt, plain []net.Conn
			for range n {
				bolt = append(bolt, login(b, address, wire.V54).Conn)
				plain = append(plain, dial(b, bare).Conn)
			}
			for _, c := range append(bolt, plain...) {
				if err := c.SetDeadline(time.Time{}); err != nil {
					b.Fatal(err)
				}
			}
			load(b, bolt, e, 50*time.Millisecond)
			for b.Loop() {
				var ratios, rates, echoes []float64
				for range rounds {
					rate, base := load(b, bolt, e, 200*time.Millisecond), load(b, plain, e, 200*time.Millisecond)
					ratios, rates, echoes = append(ratios, rate/base), append(rates, rate), append(echoes, base)
				}
				b.ReportMetric(median(ratios), "ratio")
				b.ReportMetric(median(rates), "bolt/s")
				b.ReportMetric(median(echoes), "echo/s")
			}
		})
	}
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// allocations returns what the server allocates for one exchange.
func allocations(tb testing.TB, address string, e exchange) float64 {
	tb.Helper()
	const exchanges = 2000
	c := login(tb, address, wire.V54)
	defer c.hangUp()
	reply := make([]byte, e.reply)
	ask := func() {
		c.write(e.request)
		if _, err := io.ReadFull(c.in, reply); err != nil {
			tb.Fatal(err)
		}
	}
	for range 10 {
		ask()
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range exchanges {
		ask()
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / exchanges
}

// TestExchangeAllocations holds the server to its budget: a short query allocates what
// the fake engine does for its result, and a record nothing.
func TestExchangeAllocations(t *testing.T) {
	_, _, address := startServer(t, nil)
	for _, c := range []struct {
		lines []string
		most  float64
	}{
		{[]string{`RUN "RETURN 1" {} {}`, `PULL {"n": 1000}`}, 1.9}, // the result; under the race detector pools forget
		{[]string{`RUN "ROWS 1" {} {}`, `PULL {"n": 1000}`}, 40},
		{[]string{`RUN "ROWS 1000" {} {}`, `PULL {"n": 1000}`}, 60}, // the fake makes its rows anew
	} {
		got := allocations(t, address, learn(t, address, c.lines...))
		t.Logf("%s: %.2f allocations", c.lines[0], got)
		if got > c.most {
			t.Errorf("%s: %.2f allocations, want at most %.1f", c.lines[0], got, c.most)
		}
	}
}
