// Package drivers runs the official drivers, many versions of each, against the built
// server: by every scheme, through everything that applications do with them.
package drivers

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"memgraphd/test/harness"
	"memgraphd/test/selfsigned"
)

// version is one of a driver, and the Bolt that it has to get.
type version struct{ driver, bolt string }

func goVersions() []version {
	return []version{
		{"5.17.0", "5.4"},
		{"5.18.0", "5.4"},
		{"5.19.0", "5.4"},
		{"5.20.0", "5.4"},
		{"5.21.0", "5.4"},
		{"5.22.0", "5.4"},
		{"5.23.0", "5.6"},
		{"5.24.0", "5.6"},
		{"5.25.0", "5.6"},
		{"5.26.0", "5.7"},
		{"5.27.0", "5.7"},
		{"5.28.4", "5.8"},
	}
}

func npmVersions() []version {
	return []version{
		{"4.3.5", "4.3"},
		{"4.4.11", "4.4"},
		{"5.0.1", "5.0"},
		{"5.15.0", "5.4"},
		{"5.26.0", "5.7"},
		{"5.28.3", "5.8"},
		{"6.0.1", "6.0"},
		{"6.3.0", "6.0"},
	}
}

// schemes are the ways to connect; +s trusts the authority of the test.
func schemes() []string {
	return []string{"bolt", "neo4j", "bolt+s", "neo4j+s", "bolt+ssc", "neo4j+ssc"}
}

// driveMax bounds one drive by one scheme.
const driveMax = 3 * time.Minute

// wanted skips unless the matrix was asked for: it takes minutes and needs the network.
func wanted(t *testing.T) string {
	t.Helper()
	if os.Getenv("MEMGRAPHD_DRIVERS") == "" {
		t.Skip("make drivers runs it: it downloads drivers and takes minutes")
	}
	root, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(root, "memgraphd-drivers")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestGoDriver drives with the Go driver.
func TestGoDriver(t *testing.T) {
	cache := wanted(t)
	server, authority := start(t)
	for _, v := range goVersions() {
		t.Run(v.driver, func(t *testing.T) {
			program := buildGo(t, cache, v.driver)
			for _, scheme := range schemes() {
				drive(t, v.bolt, []string{"SSL_CERT_FILE=" + authority}, program, scheme+"://"+server, "go-"+v.driver+"-"+scheme)
			}
		})
	}
}

// buildGo builds the program against one version of the driver, outside of this module.
func buildGo(t *testing.T, cache, version string) string {
	t.Helper()
	dir := filepath.Join(cache, "go-"+version)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"main.go", "more.go", "users.go"} {
		text, err := os.ReadFile(filepath.Join("golang", name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	module := "module drive\n\ngo 1.24\n\nrequire github.com/neo4j/neo4j-go-driver/v5 v" + version + "\n"
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(module), 0o600); err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", "drive", ".")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		if strings.Contains(string(out), "dial tcp") || strings.Contains(string(out), "no such host") {
			t.Skipf("the driver cannot be had here: %s", out)
		}
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(dir, "drive")
}

// TestJavaScript drives with the npm package neo4j-driver.
func TestJavaScript(t *testing.T) {
	cache := wanted(t)
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is missing", tool)
		}
	}
	server, authority := start(t)
	for _, v := range npmVersions() {
		t.Run(v.driver, func(t *testing.T) {
			module := install(t, cache, v.driver)
			for _, scheme := range schemes() {
				drive(t, v.bolt, []string{"NODE_EXTRA_CA_CERTS=" + authority}, "node",
					filepath.Join("javascript", "drive.cjs"), module, scheme+"://"+server, "js-"+v.driver+"-"+scheme)
			}
		})
	}
}

// install installs one version of the driver and returns its directory.
func install(t *testing.T, cache, version string) string {
	t.Helper()
	dir := filepath.Join(cache, "npm-"+version)
	module := filepath.Join(dir, "node_modules", "neo4j-driver")
	if _, err := os.Stat(filepath.Join(module, "package.json")); err == nil {
		return module
	}
	get := exec.CommandContext(t.Context(), "npm", "install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts",
		"neo4j-driver@"+version, "neo4j-driver-bolt-connection@"+version, "neo4j-driver-core@"+version) // else an older one would take newer parts
	if out, err := get.CombinedOutput(); err != nil {
		t.Skipf("the driver cannot be had here: %v\n%s", err, out)
	}
	return module
}

// drive runs a program and takes its lines for results.
func drive(t *testing.T, bolt string, env []string, command ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), driveMax)
	defer cancel()
	program := exec.CommandContext(ctx, command[0], command[1:]...)
	program.Env = append(os.Environ(), "DRIVE_USER="+first, "DRIVE_OTHER="+second, "DRIVE_PASSWORD="+password)
	program.Env = append(program.Env, env...)
	out, err := program.CombinedOutput()
	tag := command[len(command)-1]
	works := 0
	for line := range strings.Lines(string(out)) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "ok":
			works++
		case "version":
			if rest != bolt {
				t.Errorf("%s: it speaks Bolt %s instead of %s", tag, rest, bolt)
			}
		case "FAIL":
			t.Errorf("%s: %.300s", tag, rest)
		}
	}
	if err != nil || works == 0 {
		t.Errorf("%s: %v after %d pieces of work\n%.300s", tag, err, works, out)
		return
	}
	t.Logf("%s: Bolt %s, %d pieces of work", tag, bolt, works)
}

// The users of the drivers, who have the same password; the first one may do everything.
const first, second, password = "ann", "bob", "wonderland-7"

// start starts a server with users that takes plain connections and TLS, and returns its
// address and the file of the authority that vouches for it.
func start(t *testing.T) (address, authority string) {
	t.Helper()
	dir := t.TempDir()
	certificate, key := certify(t, dir)
	binary, err := harness.Binary(dir)
	if err != nil {
		t.Fatal(err)
	}
	server, err := harness.Start(binary, filepath.Join(dir, "data"),
		"--bolt-cert-file="+certificate, "--bolt-key-file="+key, "--bolt-require-tls=false")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	for _, step := range []struct{ as, user string }{{"", first}, {first, second}} {
		create(t, "bolt://localhost:"+server.Port(), step.as, step.user)
	}
	return "localhost:" + server.Port(), certificate
}

// create makes a user.
func create(t *testing.T, uri, as, user string) {
	t.Helper()
	d, err := neo4j.NewDriverWithContext(uri, neo4j.BasicAuth(as, password, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close(t.Context()) }()
	s := d.NewSession(t.Context(), neo4j.SessionConfig{})
	defer func() { _ = s.Close(t.Context()) }()
	r, err := s.Run(t.Context(), "CREATE USER "+user+" IDENTIFIED BY '"+password+"'", nil)
	if err == nil {
		_, err = r.Consume(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// certify makes a certificate for this machine that vouches for itself.
func certify(t *testing.T, dir string) (certificate, key string) {
	t.Helper()
	certificate, key = filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key")
	if _, err := selfsigned.Write(certificate, key, 1, time.Now().Add(24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	return certificate, key
}
