package attack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"memgraphd/test/harness"
)

// length is how long an attack lasts. MEMGRAPHD_ATTACK sets another than the short one.
func length() time.Duration {
	if d, err := time.ParseDuration(os.Getenv("MEMGRAPHD_ATTACK")); err == nil {
		return d
	}
	return 100 * time.Millisecond
}

// What an attack may do at most.
const (
	memoryLimitMiB = 400             // --memory-limit of the server
	peakMost       = 560 << 20       // of resident memory: the limit, the program, and garbage
	growthMost     = 160 << 20       // before the login, where nothing large may be kept at all
	pauseMost      = 2 * time.Second // p99 of the other clients; a machine that does much else is slow
)

// built builds the server once.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "attack")
	if err != nil {
		return "", err
	}
	return harness.Binary(dir)
})

// arena is a server that is attacked, and the means to look at it.
type arena struct {
	t       *testing.T
	server  *harness.Server
	metrics string
	login   func(address string) (*peer, error) // of those who mean well
}

// start runs a server with a memory limit and further flags until the end of the test.
func start(t *testing.T, flags ...string) *arena {
	t.Helper()
	return startUnder(t, nil, flags...)
}

func startUnder(t *testing.T, wrapper []string, flags ...string) *arena {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err = l.Close(); err != nil {
		t.Fatal(err)
	}
	flags = append([]string{fmt.Sprintf("--memory-limit=%d", memoryLimitMiB), fmt.Sprintf("--metrics-port=%d", port), "--log-level=WARNING"}, flags...)
	s, err := harness.StartUnder(wrapper, path, t.TempDir(), flags...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Errorf("the server did not stop in order: %v\n%s", err, s.Log())
		}
		if strings.Contains(s.Log(), "failed by a bug") {
			t.Errorf("a panic:\n%s", s.Log())
		}
	})
	return &arena{t: t, server: s, metrics: fmt.Sprintf("http://127.0.0.1:%d/metrics", port), login: login}
}

// in returns the arena for a part of the test.
func (a *arena) in(t *testing.T) *arena {
	t.Helper()
	b := *a
	b.t = t
	return &b
}

// resident returns the resident memory of the server in bytes.
func (a *arena) resident() int64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", a.server.PID()))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(data))
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// descriptors returns how many files and sockets the server has open.
func (a *arena) descriptors() int {
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", a.server.PID()))
	if err != nil {
		return -1
	}
	return len(entries)
}

// metric returns a number of the server's port for metrics.
func (a *arena) metric(name string) int {
	a.t.Helper()
	answer, err := http.Get(a.metrics)
	if err != nil {
		a.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(body), "\n") {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			n, err := strconv.ParseFloat(rest, 64)
			if err != nil {
				a.t.Fatal(err)
			}
			return int(n)
		}
	}
	a.t.Fatalf("there is no metric %s", name)
	return 0
}

// others are clients that mean well: some run a query again and again, and one logs in
// again and again.
type others struct {
	a       *arena
	stop    atomic.Bool
	working sync.WaitGroup

	mu      sync.Mutex
	queries []time.Duration
	logins  []time.Duration
	errs    []error
}

const clients = 3

// begin lets the others begin.
func (a *arena) begin() *others {
	o := &others{a: a}
	for range clients {
		p, err := a.login(a.server.Addr)
		if err != nil {
			a.t.Fatal(err)
		}
		o.working.Go(func() {
			defer func() { _ = p.Close() }()
			for !o.stop.Load() {
				_ = p.SetDeadline(time.Now().Add(patience))
				o.note(&o.queries, func() error { return p.ask("RETURN 1") })
				time.Sleep(time.Millisecond)
			}
		})
	}
	o.working.Go(func() {
		for !o.stop.Load() {
			o.note(&o.logins, func() error {
				p, err := a.login(a.server.Addr)
				if err != nil {
					return err
				}
				return p.Close()
			})
			time.Sleep(5 * time.Millisecond)
		}
	})
	return o
}

func (o *others) note(to *[]time.Duration, do func() error) {
	begin := time.Now()
	err := do()
	o.mu.Lock()
	defer o.mu.Unlock()
	*to = append(*to, time.Since(begin))
	if err != nil {
		o.errs = append(o.errs, err)
		o.stop.Store(o.stop.Load() || gone(err))
	}
}

func (o *others) end() {
	o.stop.Store(true)
	o.working.Wait()
	if len(o.errs) > 0 {
		o.a.t.Errorf("the other clients met %d errors: %v", len(o.errs), errors.Join(o.errs[:min(len(o.errs), 3)]...))
	}
}

// p99 returns the time that one in a hundred passes.
func p99(all []time.Duration) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)*99/100]
}

// attack is what an attacker does until the end of ctx; it returns how often.
type attack func(ctx context.Context, a *arena) (times int, err error)

// bounds are what the server may take and what the others may notice.
type bounds struct {
	growth int64 // of resident memory; 0: up to the peak
	pause  time.Duration
}

// withstand runs an attack beside the others, and checks what they noticed, what memory
// the server took, and that nothing is left afterwards.
func (a *arena) withstand(do attack, b bounds) {
	a.t.Helper()
	if b.pause == 0 {
		b.pause = pauseMost
	}
	files, routines := a.descriptors(), a.metric("go_goroutines")
	before := a.resident()
	o := a.begin()
	var peak atomic.Int64
	sampling, stop := context.WithCancel(context.Background())
	var sampler sync.WaitGroup
	sampler.Go(func() {
		for sampling.Err() == nil {
			peak.Store(max(peak.Load(), a.resident()))
			time.Sleep(5 * time.Millisecond)
		}
	})
	ctx, cancel := context.WithTimeout(context.Background(), length())
	begun := time.Now()
	times, err := do(ctx, a)
	took := time.Since(begun)
	cancel()
	o.end()
	stop()
	sampler.Wait()
	if err != nil {
		a.t.Error(err)
	}
	a.t.Logf("%7d times in %5.1f s; memory %3d -> %3d MiB; others: %6d queries, p99 %8s, max %8s; %4d logins, p99 %8s",
		times, took.Seconds(), before>>20, peak.Load()>>20, len(o.queries), p99(o.queries).Round(time.Microsecond),
		slices.Max(append(o.queries, 0)).Round(time.Microsecond), len(o.logins), p99(o.logins).Round(time.Microsecond))
	if peak.Load() > peakMost || b.growth > 0 && peak.Load()-before > b.growth {
		a.t.Errorf("the server grew from %d to %d MiB", before>>20, peak.Load()>>20)
	}
	if p := p99(o.queries); p > b.pause {
		a.t.Errorf("one query in a hundred of the other clients took more than %s", p)
	}
	if len(o.queries) == 0 || len(o.logins) == 0 {
		a.t.Error("the other clients did nothing")
	}
	// What may be there since: the segment of the log, which is open twice, and the connection that asks for the figures.
	a.eventually("everything of the attack is gone", func() bool {
		return a.descriptors() <= files+3 && a.metric("go_goroutines") <= routines+3
	})
}

func (a *arena) eventually(what string, holds func() bool) {
	a.t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			a.t.Fatalf("%s: not within %s; %d descriptors, %d goroutines", what, patience, a.descriptors(), a.metric("go_goroutines"))
		}
	}
}

// each repeats one exchange on new connections by several attackers until ctx ends. What
// the server does to the attacker is no error; that it does not end the exchange is.
func each(workers int, open func(address string) (*peer, error), do func(p *peer) error) attack {
	return func(ctx context.Context, a *arena) (int, error) {
		var times atomic.Int64
		var failed atomic.Pointer[error]
		var attackers sync.WaitGroup
		for range workers {
			attackers.Go(func() {
				for ctx.Err() == nil && failed.Load() == nil {
					p, err := open(a.server.Addr)
					if err == nil {
						err = do(p)
						_ = p.Close()
					}
					if err != nil && !gone(err) {
						failed.Store(&err)
					}
					times.Add(1)
				}
			})
		}
		attackers.Wait()
		if err := failed.Load(); err != nil {
			return int(times.Load()), *err
		}
		return int(times.Load()), nil
	}
}

// held opens many connections that are held until ctx ends.
func held(count int, open func(address string) (*peer, error), do func(ctx context.Context, p *peer) error) attack {
	return func(ctx context.Context, a *arena) (int, error) {
		var attackers sync.WaitGroup
		var peers []*peer
		defer func() {
			for _, p := range peers {
				_ = p.Close()
			}
			attackers.Wait()
		}()
		for range count {
			p, err := open(a.server.Addr)
			if err != nil {
				return len(peers), err
			}
			peers = append(peers, p)
			attackers.Go(func() { _ = do(ctx, p) })
		}
		<-ctx.Done()
		return len(peers), nil
	}
}
