package command

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/spf13/cobra"

	"memgraphd/internal/client"
)

// Connection says which server a command talks to; its flags have mgconsole's names where it
// has them.
type Connection struct {
	host     string
	port     int
	user     string
	password string
	ssl      bool
	trustAny bool
}

// Add declares the flags.
func (f *Connection) Add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.host, "host", "127.0.0.1", "server's address")
	flags.IntVar(&f.port, "port", 7687, "server's port")
	flags.StringVar(&f.user, "username", "", "user to log on as; empty for none")
	flags.StringVar(&f.password, "password", "", "the user's password")
	flags.BoolVar(&f.ssl, "use-ssl", false, "encrypt the connection and verify the server's certificate")
	flags.BoolVar(&f.trustAny, "ssl-trust-any", false, "with --use-ssl, take any certificate")
}

// Options says how to connect.
func (f *Connection) Options(agent string) client.Options {
	o := client.Options{
		Address: net.JoinHostPort(f.host, strconv.Itoa(f.port)), User: f.user, Password: f.password, UserAgent: agent,
	}
	switch {
	case f.ssl && f.trustAny:
		o.Encryption = client.Unauthentic
	case f.ssl:
		o.Encryption = client.Verified
	}
	return o
}

// Connect opens a connection. The caller closes it.
func (f *Connection) Connect(ctx context.Context, agent string) (*client.Client, error) {
	return Connect(ctx, f.Options(agent))
}

// Connect opens a connection, and says what to do where there is no server. The caller closes it.
func Connect(ctx context.Context, o client.Options) (*client.Client, error) {
	c, err := client.Connect(ctx, o)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return nil, fmt.Errorf("no server listens at %s; --host and --port choose another", o.Address)
	}
	return c, err
}

// longest is more than a command over Bolt takes: the driver heeds the end of a context
// only where it has a deadline.
const longest = 1000 * time.Hour

// untilEnded returns what interruptible does, with a deadline.
func untilEnded(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := interruptible(ctx)
	ctx, cancel := context.WithTimeout(ctx, longest)
	return ctx, func() {
		cancel()
		stop()
	}
}

// answered is what the server says about a statement that failed, without the code, which is
// for programs; other errors stay as they are.
func answered(err error) error {
	if e, ok := errors.AsType[*neo4j.Neo4jError](err); ok {
		return errors.New(e.Msg)
	}
	return err
}
