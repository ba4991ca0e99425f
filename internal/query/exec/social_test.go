package exec

import (
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"memgraphd/test/snb"
)

type diskFiles struct{}

func (diskFiles) Open(name string) (io.ReadCloser, error) { return os.Open(name) }

// loadSocial builds the social network; it skips the test where the data are absent.
func loadSocial(tb testing.TB) *database {
	tb.Helper()
	dir, ok := snb.Dir("../../..")
	if !ok {
		tb.Skip("the data are not here")
	}
	d := newDatabase(tb)
	d.files = diskFiles{}
	begin := time.Now()
	for _, text := range snb.Indexes() {
		d.must(tb, text)
	}
	for _, text := range snb.Load(dir) {
		at := time.Now()
		d.must(tb, text)
		if took := time.Since(at); took > time.Second {
			tb.Logf("%v %s", took, text[strings.LastIndex(text, "/"):])
		}
	}
	tb.Logf("loaded in %v", time.Since(begin))
	if n, e := d.store.NodeCount(), d.store.EdgeCount(); n != snb.Nodes || e != snb.Relationships {
		tb.Fatalf("%d nodes and %d relationships", n, e)
	}
	return d
}

// TestSocial finds the nine answers on the social network.
func TestSocial(t *testing.T) {
	if testing.Short() || raceDetector {
		t.Skip("long")
	}
	d := loadSocial(t)
	for _, q := range snb.Counts() {
		_, p, err := d.prepare(q.Text)
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		out, err := d.run(t.Context(), p)
		took := time.Since(begin)
		if err != nil {
			t.Fatalf("%s: %v", q.Name, err)
		}
		t.Logf("%s %s in %v", q.Name, out.rows[0][0], took)
		if want := strconv.FormatInt(q.Answer, 10); out.rows[0][0] != want {
			t.Errorf("%s: %s, want %s\n%s", q.Name, out.rows[0][0], want, strings.Join(p.Tree().Lines(), "\n"))
		}
		if testing.Verbose() {
			t.Log("\n" + strings.Join(p.Tree().Lines(), "\n"))
		}
	}
}
