// Package browser has the JavaScript driver talk to the built server from a page of a real
// browser. It needs Chromium and npm, and says so where they are missing.
package browser

import (
	"bytes"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"memgraphd/test/harness"
	"memgraphd/test/selfsigned"
)

// driverVersion is the neo4j-driver that the page loads.
const driverVersion = "6.3.0"

// chromium returns the path of the browser.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("there is no Chromium here: apt-get install chromium")
	return ""
}

// driver returns the JavaScript driver for browsers, which npm fetches once.
func driver(t *testing.T) []byte {
	t.Helper()
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("there is no npm here, which fetches the driver")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(cache, "memgraphd-test", "neo4j-driver-"+driverVersion)
	file := filepath.Join(dir, "node_modules", "neo4j-driver", "lib", "browser", "neo4j-web.min.js")
	if _, err = os.Stat(file); err != nil {
		if err = os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		c := exec.CommandContext(t.Context(), npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", dir, "neo4j-driver@"+driverVersion)
		if out, e := c.CombinedOutput(); e != nil {
			t.Skipf("npm cannot fetch the driver: %v\n%s", e, out)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestBrowser(t *testing.T) {
	browser, script := chromium(t), driver(t)
	page, err := os.ReadFile("testdata/page.html")
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/neo4j.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write(script)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(page) })
	site := httptest.NewServer(mux)
	t.Cleanup(site.Close)
	secure := httptest.NewTLSServer(mux)
	t.Cleanup(secure.Close)

	binary, err := harness.Binary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	plain, encrypted := serve(t, binary), serve(t, binary, certificate(t)...)
	const drawn = "drawn 5 nodes, 6 relationships, 5000 rows"
	w := openWindow(t, browser)
	for _, c := range []struct{ what, site, server, want string }{
		{"bolt", site.URL, "bolt://" + plain.Addr, drawn},
		{"neo4j", site.URL, "neo4j://" + plain.Addr, drawn},
		{"bolt+s", secure.URL, "bolt+s://" + encrypted.Addr, drawn},
		{"neo4j+s", secure.URL, "neo4j+s://" + encrypted.Addr, drawn},
		{"a page from elsewhere", strings.Replace(site.URL, "127.0.0.1", "page.test", 1), "bolt://" + plain.Addr, "failed: ServiceUnavailable"},
	} {
		t.Run(c.what, func(t *testing.T) {
			address := c.site + "/?server=" + url.QueryEscape(c.server)
			if strings.Contains(address, "page.test") {
				w = openWindow(t, mapped(t, browser))
			}
			title, err := w.show(address, "connecting")
			if err != nil || !strings.HasPrefix(title, c.want) {
				t.Fatalf("%s, %v", title, err)
			}
			shot, err := w.picture()
			if err != nil {
				t.Fatal(err)
			}
			if c.want == drawn {
				judge(t, shot)
			}
			if path := os.Getenv("MEMGRAPHD_SCREENSHOT"); path != "" && c.what == "bolt" {
				if err := os.WriteFile(path, shot, 0o644); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// mapped returns a program that starts the browser with a name for this machine that is
// not one of its own.
func mapped(t *testing.T, browser string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "browser")
	script := "#!/bin/sh\nexec " + browser + " --host-resolver-rules='MAP page.test 127.0.0.1' \"$@\"\n"
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// judge looks for the discs of the nodes and the lines between them in the picture.
func judge(t *testing.T, shot []byte) {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	discs, lines := 0, 0
	area := picture.Bounds()
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			r, g, b, _ := picture.At(x, y).RGBA()
			switch [3]uint32{r >> 8, g >> 8, b >> 8} {
			case [3]uint32{0x2a, 0x7d, 0xe1}:
				discs++
			case [3]uint32{0x88, 0x88, 0xaa}:
				lines++
			}
		}
	}
	if discs < 5*2000 || lines < 500 {
		t.Errorf("%d points of nodes and %d of lines are to be seen", discs, lines)
	}
}

// serve starts a server with a small graph.
func serve(t *testing.T, binary string, flags ...string) *harness.Server {
	t.Helper()
	// The graph is made over plain TCP, so both are let in.
	s, err := harness.Start(binary, t.TempDir(), append(flags, "--nobolt-require-tls")...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if e := s.Stop(); e != nil {
			t.Error(e)
		}
	})
	d, err := s.Driver()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close(t.Context()) }()
	for _, text := range []string{
		"UNWIND ['Ada', 'Bo', 'Cyn', 'Dee', 'Eli'] AS name CREATE (:Person {name: name})",
		"UNWIND [['Ada', 'Bo', 2001], ['Ada', 'Cyn', 2003], ['Bo', 'Cyn', 2007], ['Cyn', 'Dee', 2011], ['Dee', 'Eli', 2013], ['Eli', 'Ada', 2017]] AS k " +
			"MATCH (a:Person {name: k[0]}), (b:Person {name: k[1]}) CREATE (a)-[:KNOWS {since: k[2]}]->(b)",
	} {
		if _, err := harness.Query(t.Context(), d, text, nil); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// certificate returns the flags of a server that encrypts.
func certificate(t *testing.T) []string {
	t.Helper()
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	if _, err := selfsigned.Write(cert, key, 1, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	return []string{"--bolt-cert-file=" + cert, "--bolt-key-file=" + key}
}
