// Package certificate holds the certificate that connections are encrypted with: read from its files at the start and
// whenever somebody asks, and watched for its end.
package certificate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"memgraphd/internal/config"
	"memgraphd/internal/durability/vfs"
)

const (
	pemFileMax = 1 << 20
	// expirySoon is how long before the end of the certificate the log says so.
	expirySoon = 30 * 24 * time.Hour
	// expiryEvery is how often it is looked at.
	expiryEvery = 24 * time.Hour
)

// Holder holds what connections are encrypted with. What it has stays in force until other files were
// read without a mistake; open connections keep what they began with.
type Holder struct {
	now     func() time.Time
	log     *zap.Logger
	current atomic.Pointer[state]

	mu    sync.Mutex // held while files are read
	files config.TLS // guarded by mu
}

// state is what the files held when they were read.
type state struct {
	config  *tls.Config
	expires time.Time
	file    string
}

// Open reads the files that the flags name; without them there is no TLS.
func Open(files config.TLS, now func() time.Time, log *zap.Logger) (*Holder, error) {
	c := &Holder{files: files, now: now, log: log}
	if !files.On() {
		return c, nil
	}
	return c, c.Reload()
}

// Config returns what holds for a new connection, nil for no TLS.
func (c *Holder) Config() *tls.Config {
	if s := c.current.Load(); s != nil {
		return s.config
	}
	return nil
}

// ErrNone answers RELOAD BOLT_SERVER TLS.
var ErrNone = errors.New("TLS is not set up: start the server with --bolt-cert-file and --bolt-key-file")

// Reload reads the files anew.
func (c *Holder) Reload() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.files.On() {
		return ErrNone
	}
	return c.useLocked(c.files)
}

// Replace takes other files. Whether there is TLS at all, only a start decides: clients rely on it.
func (c *Holder) Replace(files config.TLS) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if files.On() != c.files.On() {
		return errors.New("TLS is turned on and off by a restart")
	}
	return c.useLocked(files)
}

// useLocked reads files and puts them in force; after an error, the former ones still are.
func (c *Holder) useLocked(files config.TLS) error {
	next, err := read(files)
	if err != nil {
		return err
	}
	c.files = files
	c.current.Store(next)
	if !c.warn(next) {
		c.log.Info("connections are encrypted with the certificate of --bolt-cert-file", next.fields()...)
	}
	return nil
}

func (s *state) fields() []zap.Field {
	return []zap.Field{zap.String("file", s.file), zap.String("until", s.expires.UTC().Format(time.RFC3339))}
}

// warn tells of a certificate that has ended or soon will. It reports whether it has.
func (c *Holder) warn(s *state) bool {
	switch left := s.expires.Sub(c.now()); {
	case left < 0:
		c.log.Warn("the certificate of --bolt-cert-file has expired: clients that verify it do not connect", s.fields()...)
	case left < expirySoon:
		c.log.Warn("the certificate of --bolt-cert-file expires soon; put a new one in its place and send SIGHUP", s.fields()...)
	default:
		return false
	}
	return true
}

// Watch looks at the certificate again and again, until ctx ends.
func (c *Holder) Watch(ctx context.Context) {
	again := time.NewTicker(expiryEvery)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			if s := c.current.Load(); s != nil {
				c.warn(s)
			}
		case <-ctx.Done():
			return
		}
	}
}

// Expires returns when the certificate in force ends; the zero time without one.
func (c *Holder) Expires() time.Time {
	if s := c.current.Load(); s != nil {
		return s.expires
	}
	return time.Time{}
}

// read reads the files and checks that they belong together.
func read(files config.TLS) (*state, error) {
	certificate, err := readPEM("--bolt-cert-file", files.CertFile)
	if err != nil {
		return nil, err
	}
	key, err := readPEM("--bolt-key-file", files.KeyFile)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return nil, fmt.Errorf("--bolt-cert-file=%s and --bolt-key-file=%s: %w", files.CertFile, files.KeyFile, err)
	}
	rules := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}
	if files.ClientCAFile != "" {
		authorities, err := readPEM("--bolt-client-ca-file", files.ClientCAFile)
		if err != nil {
			return nil, err
		}
		rules.ClientCAs = x509.NewCertPool()
		if !rules.ClientCAs.AppendCertsFromPEM(authorities) {
			return nil, fmt.Errorf("--bolt-client-ca-file: %s holds no certificate in PEM", files.ClientCAFile)
		}
		rules.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return &state{config: rules, expires: pair.Leaf.NotAfter, file: files.CertFile}, nil
}

func readPEM(flag, name string) ([]byte, error) {
	data, err := vfs.ReadFile(vfs.OS(), name, pemFileMax)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: there is no file %s", flag, name)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%s: %s may not be read by the user of the server", flag, name)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	return data, nil
}
