package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"memgraphd/test/pokec"
)

// engine is another graph database, by the way in which it is reached.
type engine interface {
	// open opens a client.
	open() (conversation, error)
	// load puts a graph into the empty engine; users and friends are files of it as CSV.
	load(g *pokec.Graph, users, friends string) error
}

// conversation is a client of an engine.
type conversation interface {
	// ask sends a statement and reads its whole answer.
	ask(text string, names []string, values ...int64) error
	close()
}

// engineOf returns the engine of an address: bolt:host:port, resp:host:port/graph of a Redis
// module, or run:program of an engine that lives in a process.
func (b *bench) engineOf(address string) (engine, error) {
	kind, rest, _ := strings.Cut(address, ":")
	switch kind {
	case "bolt":
		return boltEngine{rest}, nil
	case "resp":
		addr, graph, _ := strings.Cut(rest, "/")
		return respEngine{addr, graph}, nil
	case "run":
		e := &processEngine{command: strings.Fields(rest), data: filepath.Join(b.dir, "embedded")}
		return e, nil
	}
	return nil, fmt.Errorf("-engine %q: bolt:host:port, resp:host:port/graph or run:program", address)
}

// other asks another engine what pokec asks ours. What it refuses is said and passed over.
func (b *bench) other(ctx context.Context, g *pokec.Graph) error {
	e, err := b.engineOf(b.engine)
	if err != nil {
		return err
	}
	counts, err := numbers(b.clients)
	if err != nil {
		return err
	}
	dir := filepath.Join(b.dir, "files")
	if err = os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	users, friends := filepath.Join(dir, "users.csv"), filepath.Join(dir, "friends.csv")
	if err = writeCSV(users, g.WriteUsers); err != nil {
		return err
	}
	if err = writeCSV(friends, g.WriteFriends); err != nil {
		return err
	}
	took, err := timed(func() error { return e.load(g, users, friends) })
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	b.printf("\n%s, %s: loaded in %.1f s\n%-31s %5s %10s %10s %10s %10s\n", b.engine, g.Name, took.Seconds(), "query", "conns", "per second", "p50", "p99", "p99.9")
	for _, q := range pokec.Queries() {
		if q.Writes || !wants(b.which, q.Name) || ctx.Err() != nil {
			continue
		}
		if err := b.askOther(e, readingOf(g, q), counts); err != nil {
			b.printf("%-31s refused: %.150s\n", q.Name, strings.ReplaceAll(err.Error(), "\n", " "))
		}
	}
	return b.otherCounts(ctx, e)
}

// askOther measures one statement by each number of clients.
func (b *bench) askOther(e engine, q reading, counts []int) error {
	each := time.Duration(0) // of one client
	for _, clients := range counts {
		if each*time.Duration(clients)/2 > patience {
			continue
		}
		f, err := loop(clients, b.each, func(client int) (func(int) error, func(), error) {
			c, err := e.open()
			if err != nil {
				return nil, nil, err
			}
			return func(i int) error {
				if len(q.parameters) == 0 {
					return c.ask(q.text, nil)
				}
				return c.ask(q.text, q.parameters, q.draw(client, i)...)
			}, c.close, nil
		})
		if err != nil {
			return err
		}
		each = max(each, time.Duration(float64(clients)/f.perSecond*float64(time.Second)))
		b.printf("%-31s %5d %10.1f %10s %10s %10s\n", q.name, clients, f.perSecond, f.p50.Round(time.Microsecond), f.p99.Round(time.Microsecond), f.p999.Round(time.Microsecond))
	}
	return nil
}

const (
	// loadStep is how many users or friendships one statement creates.
	loadStep = 2_000
	// respMax bounds an answer of a Redis module.
	respMax = 1 << 30
)

// loadByStatements loads a graph with literals, which every engine understands.
func loadByStatements(c conversation, g *pokec.Graph, indexes ...string) error {
	for _, text := range indexes {
		if err := c.ask(text, nil); err != nil {
			return err
		}
	}
	var text strings.Builder
	for from := 0; from < g.Users; from += loadStep {
		text.Reset()
		for u := from; u < min(from+loadStep, g.Users); u++ {
			x := g.User(uint32(u))
			_, _ = fmt.Fprintf(&text, "%s{id: %d, age: %d, gender: '%s', public: %t, completion_percentage: %d, region: '%s', last_login: %d}",
				comma(u > from), x.ID, x.Age, x.Gender, x.Public, x.Completion, x.Region, x.LastLogin)
		}
		if err := c.ask("UNWIND ["+text.String()+"] AS r CREATE (u:User) SET u = r", nil); err != nil {
			return err
		}
	}
	text.Reset()
	n := 0
	give := func() error {
		err := c.ask("UNWIND ["+text.String()+"] AS r MATCH (a:User {id: r[0]}), (b:User {id: r[1]}) CREATE (a)-[:Friend]->(b)", nil)
		text.Reset()
		n = 0
		return err
	}
	for u := range uint32(g.Users) {
		for _, v := range g.Friends(u) {
			_, _ = fmt.Fprintf(&text, "%s[%d, %d]", comma(n > 0), u+1, v+1)
			if n++; n == loadStep {
				if err := give(); err != nil {
					return err
				}
			}
		}
	}
	if n == 0 {
		return nil
	}
	return give()
}

func comma(more bool) string {
	if more {
		return ", "
	}
	return ""
}

// boltEngine speaks Bolt: ours, Memgraph, Neo4j.
type boltEngine struct{ addr string }

func (e boltEngine) open() (conversation, error) {
	c, err := dialBolt(e.addr)
	if err != nil {
		return nil, err
	}
	return &boltConversation{c: c}, nil
}

func (e boltEngine) load(g *pokec.Graph, _, _ string) error {
	c, err := e.open()
	if err != nil {
		return err
	}
	defer c.close()
	if err = c.ask("CREATE INDEX ON :User(id)", nil); err == nil {
		return loadByStatements(c, g, "CREATE INDEX ON :User")
	}
	return loadByStatements(c, g, "CREATE INDEX FOR (u:User) ON (u.id)")
}

type boltConversation struct {
	c   *boltClient
	req []byte
}

func (c *boltConversation) ask(text string, names []string, values ...int64) error {
	c.req = request(c.req[:0], text, names, values...)
	err := c.c.exchange(c.req)
	if err != nil {
		return errors.Join(err, c.c.reset())
	}
	return nil
}

func (c *boltConversation) close() { _ = c.c.conn.Close() }

// respEngine speaks to a Redis server with a graph module.
type respEngine struct{ addr, graph string }

func (e respEngine) open() (conversation, error) {
	conn, err := net.Dial("tcp", e.addr)
	if err != nil {
		return nil, err
	}
	return &respConversation{conn: conn, in: bufio.NewReaderSize(conn, 64<<10), graph: e.graph}, nil
}

func (e respEngine) load(g *pokec.Graph, _, _ string) error {
	c, err := e.open()
	if err != nil {
		return err
	}
	defer c.close()
	return loadByStatements(c, g, "CREATE INDEX FOR (u:User) ON (u.id)")
}

type respConversation struct {
	conn  net.Conn
	in    *bufio.Reader
	graph string
	req   []byte
}

func (c *respConversation) close() { _ = c.conn.Close() }

func (c *respConversation) ask(text string, names []string, values ...int64) error {
	if len(names) > 0 {
		var head strings.Builder
		head.WriteString("CYPHER")
		for i, name := range names {
			_, _ = fmt.Fprintf(&head, " %s=%d", name, values[i])
		}
		text = head.String() + " " + text
	}
	words := []string{"GRAPH.QUERY", c.graph, text, "--compact"}
	c.req = fmt.Appendf(c.req[:0], "*%d\r\n", len(words))
	for _, w := range words {
		c.req = fmt.Appendf(c.req, "$%d\r\n%s\r\n", len(w), w)
	}
	if _, err := c.conn.Write(c.req); err != nil {
		return err
	}
	return c.read(1)
}

// read consumes so many values, and those within them.
func (c *respConversation) read(values int) error {
	var failed error
	for ; values > 0; values-- {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) < 3 {
			return fmt.Errorf("not a value of RESP: %q", line)
		}
		body := string(line[1 : len(line)-2])
		if line[0] == '-' {
			failed = errors.New(body)
			continue
		}
		if line[0] != '*' && line[0] != '$' {
			continue
		}
		n, err := strconv.Atoi(body)
		if err != nil || n > respMax {
			return fmt.Errorf("not a length of RESP: %q", body)
		}
		switch {
		case n < 0:
		case line[0] == '*':
			values += n
		default:
			if _, err = c.in.Discard(n + 2); err != nil {
				return err
			}
		}
	}
	return failed
}

// processEngine is a program that reads a JSON object a line and answers a line: "ok", or what
// is wrong. The first one names the files to load, or the directory of the social network, the others a text and
// its parameters, or the text of a count, whose "ok" is followed by the number.
type processEngine struct {
	command []string
	data    string
}

func (e *processEngine) load(_ *pokec.Graph, users, friends string) error {
	c, err := e.open()
	if err != nil {
		return err
	}
	defer c.close()
	return c.(*processConversation).send(map[string]any{"users": users, "friends": friends})
}

func (e *processEngine) open() (conversation, error) {
	if len(e.command) == 0 {
		return nil, errors.New("-engine run: which program?")
	}
	c := &processConversation{cmd: exec.Command(e.command[0], append(e.command[1:], e.data)...)}
	var err error
	if c.to, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.from = bufio.NewReader(out)
	c.cmd.Stderr = os.Stderr
	if err = c.cmd.Start(); err != nil {
		return nil, err
	}
	_ = c.ask("RETURN 1", nil) // it is open once it has answered, whatever that is
	return c, nil
}

type processConversation struct {
	cmd  *exec.Cmd
	to   io.WriteCloser
	from *bufio.Reader
}

func (c *processConversation) ask(text string, names []string, values ...int64) error {
	params := map[string]int64{}
	for i, name := range names {
		params[name] = values[i]
	}
	return c.send(map[string]any{"text": text, "params": params})
}

func (c *processConversation) send(message map[string]any) error {
	answer, err := c.exchange(message)
	if err == nil && answer != "ok" {
		err = errors.New(answer)
	}
	return err
}

func (c *processConversation) close() {
	_ = c.to.Close()
	_ = c.cmd.Wait()
}
