package bulk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	errRefused   = errors.New("the row is not liked")
	errTransient = errors.New("another transaction was faster")
	errCut       = errors.New("the connection broke")
)

// graph is a server that keeps what it is sent.
type graph struct {
	mu    sync.Mutex
	next  int64
	runs  int
	nodes map[int64]string
	edges []string
	// fail is asked before each statement, and again with true when it has been done; nil: nothing fails.
	fail func(run int, done bool) error
}

func (g *graph) Run(_ context.Context, text string, params map[string]any) (Result, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.runs++
	if g.fail != nil {
		if err := g.fail(g.runs, false); err != nil {
			return Result{}, err
		}
	}
	rows, _ := params["rows"].([]any)
	if strings.Contains(fmt.Sprint(rows), "poison") {
		return Result{}, errRefused
	}
	var r Result
	if strings.Contains(text, "MATCH (a)") {
		for _, row := range rows {
			ends, _ := row.([]any)
			from, _ := ends[0].(int64)
			to, _ := ends[1].(int64)
			g.edges = append(g.edges, fmt.Sprint(g.nodes[from], "->", g.nodes[to], ends[2:]))
		}
		r.Relationships = int64(len(rows))
	} else {
		ids := make([]any, len(rows))
		for i, row := range rows {
			g.next += 7
			ids[i] = g.next
			g.nodes[g.next] = fmt.Sprint(row)
		}
		r.Row = []any{ids}
	}
	if g.fail != nil {
		if err := g.fail(g.runs, true); err != nil {
			return Result{}, err
		}
	}
	return r, nil
}

func (g *graph) Refused(err error) bool   { return !errors.Is(err, errCut) }
func (g *graph) Transient(err error) bool { return errors.Is(err, errTransient) }

// options import the files of a map into a graph over two connections.
func options(g *graph, files map[string]string) Options {
	return Options{
		Nodes:         []Input{{Labels: []string{"N"}, Files: []string{"n"}}},
		Relationships: []Input{{Type: "T", Files: []string{"r"}}},
		Open: func(name string) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(files[name])), nil
		},
		Servers: []Server{g, g}, BatchRows: 3,
		Sleep: func(context.Context, time.Duration) error { return nil },
	}
}

func newGraph() *graph { return &graph{nodes: make(map[int64]string)} }

// TestOtherDelimiter reads headers whose delimiter is another one than was said.
func TestOtherDelimiter(t *testing.T) {
	for header, want := range map[string]string{"id;name": "semicolon", ":START_ID\t:END_ID": "tab", "a|b": "pipe"} {
		_, err := parseHeader([]string{header})
		if err == nil || !strings.HasSuffix(err.Error(), "; --delimiter="+want) {
			t.Errorf("%q: %v", header, err)
		}
	}
	for _, fields := range [][]string{{"name"}, {"a;b", "c"}, {"born:datetime{timezone:Europe/Stockholm}"}} {
		if _, err := parseHeader(fields); err != nil {
			t.Errorf("%q: %v", fields, err)
		}
	}
}

// TestBadRows imports rows some of which nobody wants: the others arrive, and those are told.
func TestBadRows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var nodes, edges, wantNodes, wantEdges, wantBad []string
		nodes, edges = []string{"id:ID,x"}, []string{":START_ID,:END_ID,x"}
		good := map[int]bool{}
		for i := range rapid.IntRange(0, 20).Draw(t, "nodes") {
			switch rapid.SampledFrom([]string{"good", "good", "good", "poison", "short"}).Draw(t, "node") {
			case "good":
				nodes = append(nodes, fmt.Sprintf("%d,x%d", i, i))
				wantNodes = append(wantNodes, fmt.Sprintf("[%d x%d]", i, i))
				good[i] = true
			case "poison":
				nodes = append(nodes, fmt.Sprintf("%d,poison", i))
				wantBad = append(wantBad, fmt.Sprintf("n:%d", len(nodes)))
			case "short":
				nodes = append(nodes, "1")
				wantBad = append(wantBad, fmt.Sprintf("n:%d", len(nodes)))
			}
		}
		for range rapid.IntRange(0, 20).Draw(t, "edges") {
			a, b := rapid.IntRange(0, 21).Draw(t, "from"), rapid.IntRange(0, 21).Draw(t, "to")
			edges = append(edges, fmt.Sprintf("%d,%d,e", a, b))
			if good[a] && good[b] {
				wantEdges = append(wantEdges, fmt.Sprintf("[%d x%d]->[%d x%d][e]", a, a, b, b))
			} else {
				wantBad = append(wantBad, fmt.Sprintf("r:%d", len(edges)))
			}
		}
		g := newGraph()
		met := rapid.IntRange(0, 9).Draw(t, "conflict")
		g.fail = func(run int, done bool) error {
			if met > 0 && run%(met+1) == 0 && !done {
				return errTransient
			}
			return nil
		}
		o := options(g, map[string]string{"n": strings.Join(nodes, "\n"), "r": strings.Join(edges, "\r\n")})
		var bad []string
		o.BadMax, o.Bad = -1, func(r BadRow) error {
			bad = append(bad, fmt.Sprintf("%s:%d", r.File, r.Line))
			return nil
		}
		report, err := Run(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		var made []string
		for _, n := range g.nodes {
			made = append(made, n)
		}
		for _, list := range [][]string{made, wantNodes, g.edges, wantEdges, bad, wantBad} {
			slices.Sort(list)
		}
		want := Report{Nodes: int64(len(wantNodes)), Relationships: int64(len(wantEdges)), BadRows: int64(len(wantBad))}
		if !slices.Equal(made, wantNodes) || !slices.Equal(g.edges, wantEdges) || !slices.Equal(bad, wantBad) || report != want {
			t.Fatalf("nodes %v, relationships %v, bad %v, %+v\nwant %v, %v, %v, %+v", made, g.edges, bad, report, wantNodes, wantEdges, wantBad, want)
		}
	})
}

// TestImportEndsAnywhere ends an import at any statement: by a bad row, by a broken connection before or after the work is done.
func TestImportEndsAnywhere(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"n": "id:ID,x\n1,a\n2,b\n3,c\n4,d\n5,e\n",
		"r": ":START_ID,:END_ID,x\n1,2,a\n2,3,b\n3,4,c\n4,5,d\n",
	}
	for run := 1; run <= 4; run++ {
		for _, done := range []bool{false, true} {
			g := newGraph()
			g.fail = func(r int, d bool) error {
				if r == run && d == done {
					return errCut
				}
				return nil
			}
			report, err := Run(context.Background(), options(g, files))
			if !errors.Is(err, ErrUnsure) || report.Nodes+report.Relationships >= 9 {
				t.Errorf("statement %d: %v, %+v", run, err, report)
			}
		}
	}
	g := newGraph()
	files["n"] = "id:ID,x\n1,a\n1,b\n"
	_, err := Run(context.Background(), options(g, files))
	if row := new(RowError); !errors.As(err, &row) || row.Row.Line != 3 || err.Error() != "n, line 3: an earlier node has the id 1" {
		t.Errorf("a duplicate: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, options(newGraph(), files)); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

// FuzzCSV reads any text as nodes: whatever is in it ends in the graph or in an error.
func FuzzCSV(f *testing.F) {
	f.Add("id:ID,x:int[],:LABEL\n1,2;3,A;B\n", "a:ID(g){id-type:long},p:point\n7,\"{x: 1, y: 2}\"\n")
	f.Add("d:datetime{timezone:Europe/Stockholm},:IGNORE\n2020-01-01T00:00,x\n", "x:boolean\ntrue\n\"\n")
	f.Fuzz(func(t *testing.T, nodes, edges string) {
		g := newGraph()
		o := options(g, map[string]string{"n": nodes, "r": edges})
		bad := int64(0)
		o.BadMax, o.Bad = -1, func(BadRow) error { bad++; return nil }
		report, err := Run(context.Background(), o)
		if int64(len(g.nodes)) != report.Nodes || int64(len(g.edges)) != report.Relationships || bad != report.BadRows {
			t.Errorf("%d nodes, %d relationships, %d bad: %+v, %v", len(g.nodes), len(g.edges), bad, report, err)
		}
	})
}

// FuzzJSON reads any text as JSON.
func FuzzJSON(f *testing.F) {
	f.Add(`{"type":"node","id":"1","labels":["A"],"properties":{"x":[1,2.5]}}{"type":"relationship","label":"T","start":{"id":"1"},"end":{"id":"1"}}`)
	f.Add(`{"nodes":[{"id":1}],"rels":[{"start":1,"end":1,"label":"T"}]}`)
	f.Add(`[{"a":{"b":12345678901234567890}},3,null]`)
	f.Fuzz(func(t *testing.T, text string) {
		g := newGraph()
		o := options(g, map[string]string{"j": text})
		o.Nodes, o.Relationships, o.JSON = nil, nil, []string{"j"}
		o.BadMax, o.Bad = -1, func(BadRow) error { return nil }
		report, err := Run(context.Background(), o)
		if int64(len(g.nodes)) != report.Nodes || int64(len(g.edges)) != report.Relationships {
			t.Errorf("%d nodes, %d relationships: %+v, %v", len(g.nodes), len(g.edges), report, err)
		}
	})
}
