// Package client talks to a server over Bolt, for the commands that are clients of it.
//
// It is a thin layer over the Go driver: one connection, one session, statements as text, and rows as the
// driver's values. A statement runs by itself or, after Begin, in the open transaction. No statement is run
// twice: what failed is the user's to try again.
package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"
)

// Errors of transactions that were begun or ended out of turn.
var (
	ErrInTransaction = errors.New("a transaction is open already: COMMIT or ROLLBACK ends it")
	ErrNoTransaction = errors.New("no transaction is open: BEGIN begins one")
)

// Encryption says how a connection is protected.
type Encryption uint8

// The ways to connect.
const (
	Plain       Encryption = iota // not encrypted
	Verified                      // TLS with a certificate that the system's authorities vouch for
	Unauthentic                   // TLS with any certificate
)

// Options says where to connect and as whom.
type Options struct {
	Address    string // host:port
	User       string // "" for no authentication
	Password   string
	Encryption Encryption
	UserAgent  string
	Timeout    time.Duration // of connecting; 0 means 10 seconds
	Database   string        // "" for the user's home
}

// Client is one session with a server. It may be used by one goroutine at a time.
type Client struct {
	driver  neo4j.DriverWithContext
	session neo4j.SessionWithContext
	tx      neo4j.ExplicitTransaction // nil outside a transaction
	server  neo4j.ServerInfo

	database string
}

// Connect opens a connection and logs on.
func Connect(ctx context.Context, o Options) (*Client, error) {
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	scheme := "bolt"
	switch o.Encryption {
	case Plain:
	case Verified:
		scheme = "bolt+s"
	case Unauthentic:
		scheme = "bolt+ssc"
	}
	token := neo4j.NoAuth()
	if o.User != "" {
		token = neo4j.BasicAuth(o.User, o.Password, "")
	}
	driver, err := neo4j.NewDriverWithContext(scheme+"://"+o.Address, token, func(c *config.Config) {
		c.SocketConnectTimeout = o.Timeout
		c.MaxConnectionPoolSize = 1
		if o.UserAgent != "" {
			c.UserAgent = o.UserAgent
		}
	})
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", o.Address, err)
	}
	limited, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	server, err := driver.GetServerInfo(limited)
	if err != nil {
		return nil, errors.Join(explained(&o, reason(err)), driver.Close(ctx))
	}
	c := &Client{driver: driver, server: server}
	c.open(ctx, o.Database)
	return c, nil
}

// Database returns the name of the database that statements run on, "" for the user's home.
func (c *Client) Database() string { return c.database }

// Use has the statements to come run on another database, if there is one of the name.
func (c *Client) Use(ctx context.Context, database string) error {
	if c.tx != nil {
		return ErrInTransaction
	}
	// A session keeps the only connection until it is closed.
	if err := c.session.Close(ctx); err != nil {
		return err
	}
	before := c.database
	c.open(ctx, database)
	result, err := c.session.Run(ctx, "RETURN 1", nil)
	if err == nil {
		_, err = result.Consume(ctx)
	}
	if err != nil {
		err = errors.Join(err, c.session.Close(ctx))
		c.open(ctx, before)
	}
	return err
}

// open begins a session on a database.
func (c *Client) open(ctx context.Context, database string) {
	c.session, c.database = c.driver.NewSession(ctx, neo4j.SessionConfig{DatabaseName: database}), database
}

// reason is what is within the driver's own error of a connection that failed.
func reason(err error) error {
	if e := new(neo4j.ConnectivityError); errors.As(err, &e) && e.Inner != nil {
		return e.Inner
	}
	return err
}

// Server names the server and the version of Bolt that is spoken with it.
func (c *Client) Server() string {
	v := c.server.ProtocolVersion()
	return fmt.Sprintf("%s at %s, Bolt %d.%d", c.server.Agent(), c.server.Address(), v.Major, v.Minor)
}

// Rows is the result of a statement, read row by row.
type Rows struct {
	result  neo4j.ResultWithContext
	columns []string
}

// Run runs a statement, in the open transaction if there is one.
func (c *Client) Run(ctx context.Context, text string, params map[string]any) (*Rows, error) {
	var (
		result neo4j.ResultWithContext
		err    error
	)
	if c.tx != nil {
		result, err = c.tx.Run(ctx, text, params)
	} else {
		result, err = c.session.Run(ctx, text, params)
	}
	if err != nil {
		return nil, err
	}
	columns, err := result.Keys()
	if err != nil {
		return nil, err
	}
	return &Rows{result: result, columns: columns}, nil
}

// Columns returns the names of the columns.
func (r *Rows) Columns() []string { return r.columns }

// Next returns the next row, or nil after the last one.
func (r *Rows) Next(ctx context.Context) ([]any, error) {
	if !r.result.Next(ctx) {
		return nil, r.result.Err()
	}
	return r.result.Record().Values, nil
}

// Summary ends the result and returns what the server says about it.
func (r *Rows) Summary(ctx context.Context) (neo4j.ResultSummary, error) {
	return r.result.Consume(ctx)
}

// InTransaction reports whether a transaction is open.
func (c *Client) InTransaction() bool { return c.tx != nil }

// Begin opens a transaction.
func (c *Client) Begin(ctx context.Context) error {
	if c.tx != nil {
		return ErrInTransaction
	}
	tx, err := c.session.BeginTransaction(ctx)
	if err != nil {
		return err
	}
	c.tx = tx
	return nil
}

// Commit ends the transaction and keeps what it did.
func (c *Client) Commit(ctx context.Context) error {
	if c.tx == nil {
		return ErrNoTransaction
	}
	tx := c.tx
	c.tx = nil
	return errors.Join(tx.Commit(ctx), tx.Close(ctx))
}

// Rollback ends the transaction and undoes what it did.
func (c *Client) Rollback(ctx context.Context) error {
	if c.tx == nil {
		return ErrNoTransaction
	}
	tx := c.tx
	c.tx = nil
	return errors.Join(tx.Rollback(ctx), tx.Close(ctx))
}

// Close ends the session and the connection; an open transaction is rolled back.
func (c *Client) Close(ctx context.Context) error {
	return errors.Join(c.session.Close(ctx), c.driver.Close(ctx))
}
