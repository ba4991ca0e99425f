package object_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"memgraphd/internal/durability/object"
	"memgraphd/test/s3server"
)

func openBucket(t *testing.T, location, endpoint string) object.Store {
	t.Helper()
	s := must[object.Store](t)(object.Open(t.Context(), location, object.Options{Endpoint: endpoint}))
	t.Cleanup(func() { check(t, s.Close()) })
	return s
}

// TestBucket runs against a real server.
func TestBucket(t *testing.T) {
	server := s3server.Start(t)
	t.Run("contract", func(t *testing.T) {
		const location = "s3://" + s3server.Bucket + "/some/prefix"
		s := openBucket(t, location, "")
		contract(t, s, func() object.Store { return openBucket(t, location, "") })
		check(t, s.Delete(t.Context(), "a/b"))
		_, err := s.Stat(t.Context(), "a/b")
		wantErr(t, err, object.ErrNotFound)
	})
	t.Run("parts", func(t *testing.T) { testParts(t) })
	t.Run("first wins", func(t *testing.T) { testFirstWins(t, "") })
	t.Run("sealed", func(t *testing.T) { testSealedInBucket(t, server.Dir) })
	t.Run("lost answers", func(t *testing.T) { testLostAnswers(t, server.Endpoint) })
	t.Run("conditions ignored", func(t *testing.T) { testConditionsIgnored(t, server.Endpoint, http.StatusOK) })
	t.Run("conditions unknown", func(t *testing.T) { testConditionsIgnored(t, server.Endpoint, http.StatusNotImplemented) })
	t.Run("broken downloads", func(t *testing.T) { testBrokenDownloads(t, server.Endpoint) })
	t.Run("refusals", func(t *testing.T) { testRefusals(t) })
}

// testParts puts an object that is larger than a part, and one whose source fails late.
func testParts(t *testing.T) {
	t.Helper()
	s := openBucket(t, "s3://"+s3server.Bucket+"/parts", "")
	data := make([]byte, 40<<20)
	r := rand.NewChaCha8([32]byte{1})
	must[int](t)(r.Read(data))
	for name, size := range map[string]int64{"known": int64(len(data)), "unknown": -1} {
		check(t, s.Put(t.Context(), name, size, bytes.NewReader(data)))
		got, err := get(t.Context(), s, name, 17<<20)
		check(t, err)
		if got != string(data[17<<20:]) {
			t.Errorf("%s: %d bytes", name, len(got))
		}
		wantErr(t, s.Put(t.Context(), name, size, bytes.NewReader(data)), object.ErrExists)
	}
	failing := errors.New("the source fails")
	late := io.MultiReader(bytes.NewReader(data), &failingReader{failing})
	wantErr(t, s.Put(t.Context(), "late", -1, late), failing)
	_, err := s.Stat(t.Context(), "late")
	wantErr(t, err, object.ErrNotFound)
	if s.Put(t.Context(), "late", int64(len(data))+1, bytes.NewReader(data)) == nil {
		t.Error("a wrong size is no error")
	}
	oneIsFirst(t, 3, func(int) error { return s.Put(context.Background(), "race", -1, bytes.NewReader(data)) })
}

type failingReader struct{ err error }

func (r *failingReader) Read([]byte) (int, error) { return 0, r.err }

// testFirstWins lets several put one name at the same time.
func testFirstWins(t *testing.T, endpoint string) {
	t.Helper()
	stores := make([]object.Store, 8)
	for i := range stores {
		stores[i] = openBucket(t, "s3://"+s3server.Bucket+"/race", endpoint)
	}
	oneIsFirst(t, len(stores), func(i int) error { return object.PutJSON(context.Background(), stores[i], "claim.json", i) })
}

// oneIsFirst puts the same name so many times at the same time: one of them makes it, and the others are told.
func oneIsFirst(t *testing.T, count int, put func(i int) error) {
	t.Helper()
	var wins atomic.Int64
	var group sync.WaitGroup
	for i := range count {
		group.Go(func() {
			switch err := put(i); {
			case err == nil:
				wins.Add(1)
			case !errors.Is(err, object.ErrExists):
				t.Error(err)
			}
		})
	}
	group.Wait()
	if wins.Load() != 1 {
		t.Errorf("%d of %d were first", wins.Load(), count)
	}
}

// testSealedInBucket damages an object in the folder of the server.
func testSealedInBucket(t *testing.T, dir string) {
	t.Helper()
	s := openBucket(t, "s3://"+s3server.Bucket, "")
	data := bytes.Repeat([]byte("data "), 100_000)
	sealed := must[object.Sealed](t)(object.Seal(t.Context(), s, "log/x", piece(data), bytes.NewReader(data), object.SealOptions{}))
	_, again, err := object.Verify(t.Context(), s, "log/x", object.Keys{})
	check(t, err)
	if again != sealed {
		t.Errorf("%+v, want %+v", again, sealed)
	}
	path := filepath.Join(dir, "log", "x")
	stored := must[[]byte](t)(os.ReadFile(path))
	stored[len(stored)/2] ^= 1
	check(t, os.WriteFile(path, stored, 0o600))
	_, _, err = object.Verify(t.Context(), s, "log/x", object.Keys{})
	wantErr(t, err, object.ErrDamaged)
}

// proxy stands between the product and the server.
type proxy struct {
	*httputil.ReverseProxy
	before func(w http.ResponseWriter, r *http.Request) bool // true: it was answered
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p.before == nil || !p.before(w, r) {
		p.ReverseProxy.ServeHTTP(w, r)
	}
}

func newProxy(t *testing.T, endpoint string) (p *proxy, url2 string) {
	t.Helper()
	u := must[*url.URL](t)(url.Parse(endpoint))
	p = &proxy{ReverseProxy: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(u)
		r.Out.Host = r.In.Host // it is signed
	}}}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	return p, server.URL
}

// testLostAnswers loses the answer to the first request that makes each object.
func testLostAnswers(t *testing.T, endpoint string) {
	t.Helper()
	p, at := newProxy(t, endpoint)
	var mu sync.Mutex
	lost := map[string]bool{}
	p.ModifyResponse = func(r *http.Response) error {
		key := r.Request.Method + r.Request.URL.Path + r.Request.URL.Query().Get("partNumber")
		mu.Lock()
		defer mu.Unlock()
		if r.Request.Method == http.MethodGet || r.Request.Method == http.MethodHead || r.StatusCode != http.StatusOK || lost[key] {
			return nil
		}
		lost[key] = true
		return errors.New("the answer is lost") // 502
	}
	s := openBucket(t, "s3://"+s3server.Bucket+"/lost", at)
	data := bytes.Repeat([]byte("0123456789"), 2_000_000)
	for _, name := range []string{"one", "two", "three"} {
		put(t, s, name, name)
	}
	check(t, s.Put(t.Context(), "big", -1, bytes.NewReader(data)))
	got, err := get(t.Context(), s, "big", 0)
	check(t, err)
	if got != string(data) || len(lost) < 5 {
		t.Errorf("%d bytes, %d answers were lost", len(got), len(lost))
	}
	wantErr(t, s.Put(t.Context(), "one", 1, strings.NewReader("x")), object.ErrExists)
}

// testConditionsIgnored stands for a server that does not keep to If-None-Match.
func testConditionsIgnored(t *testing.T, endpoint string, status int) {
	t.Helper()
	p, at := newProxy(t, endpoint)
	if status == http.StatusOK {
		p.ModifyResponse = func(r *http.Response) error {
			if r.StatusCode == http.StatusPreconditionFailed {
				r.StatusCode = status
			}
			return nil
		}
	} else {
		p.before = func(w http.ResponseWriter, r *http.Request) bool {
			if r.Header.Get("If-None-Match") == "" {
				return false
			}
			w.WriteHeader(status)
			return true
		}
	}
	s := openBucket(t, "s3://"+s3server.Bucket+"/ignored"+strconv.Itoa(status), at)
	for range 2 {
		for _, name := range []string{"one", "two"} {
			if err := s.Put(t.Context(), name, -1, strings.NewReader(name)); err != nil {
				wantErr(t, err, object.ErrExists)
			}
			wantErr(t, s.Put(t.Context(), name, -1, strings.NewReader("another")), object.ErrExists)
			if got, err := get(t.Context(), s, name, 0); got != name || err != nil {
				t.Errorf("%q, %v", got, err)
			}
		}
	}
	check(t, s.Put(t.Context(), "big", -1, bytes.NewReader(make([]byte, 17<<20))))
}

// testBrokenDownloads breaks each connection after some bytes.
func testBrokenDownloads(t *testing.T, endpoint string) {
	t.Helper()
	p, at := newProxy(t, endpoint)
	data := bytes.Repeat([]byte("0123456789"), 300_000)
	s := openBucket(t, "s3://"+s3server.Bucket+"/broken", at)
	check(t, s.Put(t.Context(), "x", -1, bytes.NewReader(data)))
	var requests atomic.Int64
	p.ModifyResponse = func(r *http.Response) error {
		requests.Add(1)
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(io.LimitReader(r.Body, 1_000_000), &failingReader{errors.New("broken")}), r.Body}
		return nil
	}
	got, err := get(t.Context(), s, "x", 5)
	check(t, err)
	if got != string(data[5:]) || requests.Load() < 3 {
		t.Errorf("%d bytes with %d requests", len(got), requests.Load())
	}
}

// testRefusals looks at what is said about a wrong key and a bucket that is not there.
func testRefusals(t *testing.T) {
	t.Helper()
	missing := openBucket(t, "s3://nobody-has-made-this", "")
	if err := object.PutJSON(t.Context(), missing, "x", 1); err == nil || !strings.Contains(err.Error(), "nobody-has-made-this") {
		t.Error(err)
	}
	if err := missing.List(t.Context(), "", func(object.Info) error { return nil }); err == nil || !strings.Contains(err.Error(), "make it") {
		t.Error(err)
	}
	t.Setenv("AWS_SECRET_ACCESS_KEY", "wrong-and-secret")
	denied := openBucket(t, "s3://"+s3server.Bucket, "")
	err := object.PutJSON(t.Context(), denied, "x", 1)
	if err == nil || !strings.Contains(err.Error(), "AWS_SECRET_ACCESS_KEY") || strings.Contains(err.Error(), "wrong-and-secret") {
		t.Error(err)
	}
}
