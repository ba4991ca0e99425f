package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// ErrNoServer is matched by the error of Connect where nothing listens.
var ErrNoServer = errors.New("no server listens there")

// ConnectError says why there is no connection, and what to do about it.
type ConnectError struct {
	Address string
	Reason  string
	Err     error
}

// Error says where and why.
func (e *ConnectError) Error() string { return e.Reason }

// Unwrap returns the cause.
func (e *ConnectError) Unwrap() error { return e.Err }

// Is tells whether the cause is that nothing listens.
func (e *ConnectError) Is(target error) bool {
	return target == ErrNoServer && errors.Is(e.Err, syscall.ECONNREFUSED)
}

// explained turns what stands in the way of a connection into what to do about it.
func explained(o *Options, err error) error {
	return &ConnectError{Address: o.Address, Reason: explanation(o, err), Err: err}
}

func explanation(o *Options, err error) string {
	if errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Sprintf("no server listens at %s; --host and --port choose another", o.Address)
	}
	if answer, ok := errors.AsType[*neo4j.Neo4jError](err); ok {
		return fmt.Sprintf("%s refuses the connection: %s%s", o.Address, answer.Msg, flagFor(answer.Msg))
	}
	text := fmt.Sprintf("connect to %s: %v", o.Address, err)
	if unknown, ok := errors.AsType[*net.DNSError](err); ok && unknown.IsNotFound {
		return "there is no host with the name " + unknown.Name
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return text + "; the environment variable SSL_CERT_FILE names a file with the authorities to trust, and --ssl-trust-any takes any certificate"
	}
	switch {
	case strings.Contains(err.Error(), "responded HTTP"):
		return fmt.Sprintf("%s answers in HTTP and not in Bolt: it is another port of the server, such as that for metrics, or another program; "+
			"--host and --port choose another", o.Address)
	case o.Encryption != Plain && noTLS(err):
		return text + "; it seems to have no TLS: connect without --use-ssl, or give the server --bolt-cert-file and --bolt-key-file"
	case errors.Is(err, context.DeadlineExceeded):
		return text + "; nothing answers there in time: look at --host, --port and firewalls in between"
	}
	return text
}

// noTLS reports whether the far end gave up when it was asked for TLS. Of some failures the driver keeps the text alone.
func noTLS(err error) bool {
	var record tls.RecordHeaderError
	text := err.Error()
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF) || errors.As(err, &record) ||
		strings.HasSuffix(text, syscall.ECONNRESET.Error()) || strings.HasSuffix(text, ": EOF")
}

// flagFor is the flag that an answer of the server asks for.
func flagFor(answer string) string {
	switch name, _, _ := strings.Cut(answer, ":"); name {
	case "TLSRequired":
		return "; here this is --use-ssl, and --ssl-trust-any beside it"
	case "AuthenticationRequired":
		return "; here these are --username and --password-file, or --password"
	}
	return ""
}
