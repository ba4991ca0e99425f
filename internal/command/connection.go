package command

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/spf13/cobra"

	"memgraphd/internal/client"
	"memgraphd/internal/durability/vfs"
)

// Connection says which server a command talks to; its flags have mgconsole's names where it
// has them.
type Connection struct {
	host     string
	port     int
	user     string
	password string
	secret   string // file with the password
	ssl      bool
	trustAny bool
	database string
	address  string // URI, of cypher-shell
}

// Add declares the flags.
func (f *Connection) Add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.host, "host", "127.0.0.1", "server's address")
	flags.IntVar(&f.port, "port", 7687, "server's port")
	flags.StringVarP(&f.user, "username", "u", "", "user to log on as; empty for none")
	flags.StringVarP(&f.password, "password", "p", "", "the user's password")
	flags.StringVar(&f.secret, "password-file", "", "file whose first line is the user's password, which others can read from the command line otherwise")
	flags.BoolVar(&f.ssl, "use-ssl", false, "encrypt the connection and verify the server's certificate")
	flags.BoolVar(&f.trustAny, "ssl-trust-any", false, "with --use-ssl, take any certificate")
}

// AddShort declares the flags that only a shell has, with cypher-shell's names.
func (f *Connection) AddShort(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&f.database, "database", "d", "", "database to run statements on; empty for the user's home")
	flags.StringVarP(&f.address, "address", "a", "", "server's address as a URI: bolt://host:port, with +s to verify its certificate, +ssc to take any")
}

// uri takes the address apart that is given as a URI, instead of --host, --port and --use-ssl.
func (f *Connection) uri() error {
	if f.address == "" {
		return nil
	}
	text := f.address
	if !strings.Contains(text, "://") {
		text = "bolt://" + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return Usage(fmt.Errorf("--address: %w", err))
	}
	scheme, suffix, _ := strings.Cut(u.Scheme, "+")
	known := scheme == "bolt" || scheme == "neo4j"
	switch {
	case known && suffix == "":
	case known && suffix == "s":
		f.ssl = true
	case known && suffix == "ssc":
		f.ssl, f.trustAny = true, true
	default:
		return Usage(fmt.Errorf("--address: %s is no scheme that is spoken here: bolt, bolt+s, bolt+ssc, and neo4j, which is the same here", u.Scheme))
	}
	if f.host = u.Hostname(); f.host == "" {
		return Usage(fmt.Errorf("--address: %s names no host", f.address))
	}
	if port := u.Port(); port != "" {
		if f.port, err = strconv.Atoi(port); err != nil {
			return Usage(fmt.Errorf("--address: %w", err))
		}
	}
	return nil
}

// passwordFileMax bounds the file with the password.
const passwordFileMax = 4096

// Options says how to connect.
func (f *Connection) Options(fsys vfs.FS, agent string) (client.Options, error) {
	if err := f.uri(); err != nil {
		return client.Options{}, err
	}
	o := client.Options{
		Address: net.JoinHostPort(f.host, strconv.Itoa(f.port)), User: f.user, Password: f.password, UserAgent: agent,
		Database: f.database,
	}
	switch {
	case f.ssl && f.trustAny:
		o.Encryption = client.Unauthentic
	case f.ssl:
		o.Encryption = client.Verified
	}
	if f.secret == "" {
		return o, nil
	}
	if f.password != "" || f.user == "" {
		return o, Usage(errors.New("--password-file goes with --username, and not with --password"))
	}
	data, err := vfs.ReadFile(fsys, f.secret, passwordFileMax)
	if err != nil {
		return o, fmt.Errorf("--password-file: %w", err)
	}
	line, _, _ := strings.Cut(string(data), "\n")
	if o.Password = strings.TrimSuffix(line, "\r"); o.Password == "" {
		return o, fmt.Errorf("--password-file: the first line of %s is empty", f.secret)
	}
	return o, nil
}

// Connect opens a connection. The caller closes it.
func (f *Connection) Connect(ctx context.Context, fsys vfs.FS, agent string) (*client.Client, error) {
	o, err := f.Options(fsys, agent)
	if err != nil {
		return nil, err
	}
	return client.Connect(ctx, o)
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
