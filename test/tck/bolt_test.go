package tck

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"

	"memgraphd/test/harness"
)

// overBolt is a built server, asked through the Go driver.
type overBolt struct {
	driver neo4j.DriverWithContext
	pool   servers
	// dirty tells that a scenario has run since the graph was emptied.
	dirty bool
}

// servers are the servers that scenarios take turns on.
type servers chan *overBolt

// startServers starts n servers that end with the test.
func startServers(t *testing.T, n int) servers {
	t.Helper()
	time.Local = time.UTC // where the driver keeps what has no zone
	binary, err := harness.Binary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	pool := make(servers, n)
	for i := range n {
		pool <- startServer(t, binary, filepath.Join(t.TempDir(), strconv.Itoa(i)))
	}
	return pool
}

func startServer(t *testing.T, binary, dir string) *overBolt {
	t.Helper()
	s, err := harness.Start(binary, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if stopped := s.Stop(); stopped != nil {
			t.Errorf("the server did not stop well: %v\n%s", stopped, s.Log())
		}
	})
	d, err := s.Driver()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close(context.Background()) })
	return &overBolt{driver: d}
}

// take returns a server with an empty graph. It is to be closed.
func (s servers) take(t *testing.T) *overBolt {
	t.Helper()
	db := <-s
	db.pool = s
	if db.dirty {
		if _, err := db.run(t.Context(), "MATCH (n) DETACH DELETE n", nil); err != nil {
			db.close(t)
			t.Fatal(err)
		}
	}
	db.dirty = true
	return db
}

// close gives the server back.
func (o *overBolt) close(*testing.T) { o.pool <- o }

func (o *overBolt) run(ctx context.Context, text string, params map[string]any) (*rows, error) {
	session := o.driver.NewSession(ctx, neo4j.SessionConfig{})
	defer func() { _ = session.Close(ctx) }()
	r, err := session.Run(ctx, text, params)
	if err != nil {
		return nil, err
	}
	out := &rows{}
	if out.columns, err = r.Keys(); err != nil {
		return nil, err
	}
	if len(out.columns) == 0 {
		out.columns = nil
	}
	for r.Next(ctx) {
		row := make([]any, len(out.columns))
		for i, v := range r.Record().Values {
			if row[i], err = driverValue(v); err != nil {
				return nil, err
			}
		}
		out.rows = append(out.rows, row)
	}
	if err = r.Err(); err != nil {
		return nil, err
	}
	return out, nil
}

// fault reads the type of an error out of its code, and the detail out of the beginning of
// its message.
func (*overBolt) fault(err error) (fault, bool) {
	var sent *neo4j.Neo4jError
	if !errors.As(err, &sent) {
		return fault{}, false
	}
	detail, _, _ := strings.Cut(sent.Msg, ":")
	kind := sent.Code[strings.LastIndexByte(sent.Code, '.')+1:]
	f := fault{kinds: []string{kind}, detail: detail}
	switch kind {
	case "ConstraintValidationFailed":
		f.kinds = append(f.kinds, "ConstraintVerificationFailed")
	case "ProcedureNotFound":
		f.kinds = []string{"ProcedureError"}
	}
	return f, true
}

// driverValue turns a value of the driver into one that is compared.
func driverValue(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, int64, float64, string:
		return v, nil
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			var err error
			if out[i], err = driverValue(x); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		return driverProps(v)
	case dbtype.Node:
		return driverNode(v)
	case dbtype.Relationship:
		return driverRelationship(v)
	case dbtype.Path:
		return driverPath(v)
	}
	return driverTemporal(v)
}

func driverProps(props map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for key, x := range props {
		v, err := driverValue(x)
		if err != nil {
			return nil, err
		}
		out[key] = v
	}
	return out, nil
}

func driverNode(n dbtype.Node) (*node, error) {
	props, err := driverProps(n.Props)
	return &node{labels: n.Labels, props: props}, err
}

func driverRelationship(r dbtype.Relationship) (*relationship, error) {
	props, err := driverProps(r.Props)
	return &relationship{kind: r.Type, props: props}, err
}

// driverPath walks a path: the driver lists each of its nodes once, the first one first.
func driverPath(p dbtype.Path) (*path, error) {
	nodes := map[string]*node{}
	for _, x := range p.Nodes {
		n, err := driverNode(x)
		if err != nil {
			return nil, err
		}
		nodes[x.ElementId] = n
	}
	at := p.Nodes[0].ElementId
	out := &path{nodes: []*node{nodes[at]}}
	for _, x := range p.Relationships {
		r, err := driverRelationship(x)
		if err != nil {
			return nil, err
		}
		forward := x.StartElementId == at
		if at = x.EndElementId; !forward {
			at = x.StartElementId
		}
		out.nodes = append(out.nodes, nodes[at])
		out.rels = append(out.rels, r)
		out.forward = append(out.forward, forward)
	}
	return out, nil
}
