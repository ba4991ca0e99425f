// Package s3server starts a real S3-compatible server, versitygw, for tests: its folder is
// that of the test, and it ends with the test.
package s3server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Credentials and bucket of the server.
const (
	AccessKey = "memgraphd-test"
	SecretKey = "memgraphd-test-secret"
	Bucket    = "backups"
)

const (
	startMax = time.Minute
	program  = "github.com/versity/versitygw/cmd/versitygw"
)

// Server is a running server with one bucket, which is empty.
type Server struct {
	Endpoint string // URL
	Dir      string // the bucket's objects are files below it
}

// Start builds the server, starts it, and sets the environment of the test so that the
// product finds its credentials and endpoint. MEMGRAPHD_S3_BINARY names a server that is
// built already. The test is skipped where the server cannot be fetched.
func Start(t *testing.T) *Server {
	t.Helper()
	binary := build(t)
	root := t.TempDir()
	for _, dir := range []string{"data/" + Bucket, "meta"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	addr := freeAddress(t)
	s := &Server{Endpoint: "http://" + addr, Dir: filepath.Join(root, "data", Bucket)}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, binary, "--port", addr, "--access", AccessKey, "--secret", SecretKey, "--quiet",
		"posix", "--sidecar", filepath.Join(root, "meta"), filepath.Join(root, "data"))
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // it was killed
	})
	if err := answers(addr); err != nil {
		cancel()
		_ = cmd.Wait() // it was killed
		t.Fatalf("%v\n%s", err, output.String())
	}
	t.Setenv("AWS_ACCESS_KEY_ID", AccessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", SecretKey)
	t.Setenv("AWS_ENDPOINT_URL", s.Endpoint)
	t.Setenv("AWS_REGION", "us-east-1")
	return s
}

// build builds the server from s3.mod.
func build(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("MEMGRAPHD_S3_BINARY"); path != "" {
		return path
	}
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "versitygw")
	cmd := exec.Command("go", "build", "-modfile=s3.mod", "-o", path, program)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if text := string(out); err != nil && (strings.Contains(text, "dial tcp") || strings.Contains(text, "module lookup disabled")) {
		t.Skipf("the S3 server %s cannot be fetched from the module proxy: %s", program, text)
	}
	if err != nil {
		t.Fatalf("go build %s: %v\n%s", program, err, out)
	}
	return path
}

// moduleRoot finds the folder with s3.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "s3.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no folder above has the file s3.mod")
		}
		dir = up
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func answers(addr string) error {
	for end := time.Now().Add(startMax); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if c, err := net.Dial("tcp", addr); err == nil {
			return c.Close()
		}
	}
	return fmt.Errorf("the S3 server does not listen on %s after %v", addr, startMax)
}
