package client

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"syscall"
	"testing"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// TestExplained has the flags of the commands in what a failed connection says.
func TestExplained(t *testing.T) {
	t.Parallel()
	refusal := func(text string) error {
		return &neo4j.Neo4jError{Code: "Neo.ClientError.Security.Unauthorized", Msg: text}
	}
	for _, test := range []struct {
		err  error
		o    Options
		want string
	}{
		{fmt.Errorf("dial: %w", syscall.ECONNREFUSED), Options{}, "no server listens at db:7687; --host and --port choose another"},
		{
			refusal("TLSRequired: use TLS"),
			Options{},
			"db:7687 refuses the connection: TLSRequired: use TLS; here this is --use-ssl, and --ssl-trust-any beside it",
		},
		{
			refusal("AuthenticationRequired: log in"),
			Options{},
			"db:7687 refuses the connection: AuthenticationRequired: log in; here these are --username and --password-file, or --password",
		},
		{refusal("ConnectionLimit: full"), Options{}, "db:7687 refuses the connection: ConnectionLimit: full"},
		{&net.DNSError{Name: "db", IsNotFound: true}, Options{}, "there is no host with the name db"},
		{
			&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}},
			Options{Encryption: Verified},
			"connect to db:7687: tls: failed to verify certificate: x509: certificate signed by unknown authority; the environment variable " +
				"SSL_CERT_FILE names a file with the authorities to trust, and --ssl-trust-any takes any certificate",
		},
		{
			errors.New("server responded HTTP. Make sure"),
			Options{},
			"db:7687 answers in HTTP and not in Bolt: it is another port of the server, such as that for metrics, or another program; " +
				"--host and --port choose another",
		},
		{
			syscall.ECONNRESET,
			Options{Encryption: Verified},
			"connect to db:7687: connection reset by peer; it seems to have no TLS: connect without --use-ssl, or give the server " +
				"--bolt-cert-file and --bolt-key-file",
		},
		{
			errors.New("read tcp 127.0.0.1:1->127.0.0.1:2: read: connection reset by peer"),
			Options{Encryption: Unauthentic},
			"connect to db:7687: read tcp 127.0.0.1:1->127.0.0.1:2: read: connection reset by peer; it seems to have no TLS: connect without " +
				"--use-ssl, or give the server --bolt-cert-file and --bolt-key-file",
		},
		{syscall.ECONNRESET, Options{}, "connect to db:7687: connection reset by peer"},
	} {
		test.o.Address = "db:7687"
		err := explained(&test.o, test.err)
		if err.Error() != test.want {
			t.Errorf("%v:\n%s\nwant\n%s", test.err, err, test.want)
		}
		if refused := errors.Is(test.err, syscall.ECONNREFUSED); errors.Is(err, ErrNoServer) != refused {
			t.Errorf("%v: ErrNoServer is %v", test.err, !refused)
		}
	}
}
