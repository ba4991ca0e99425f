package bolt

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/db"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"

	"memgraphd/internal/bolt/wire"
)

// TestDriver runs the official Go driver against the server, which offers one version at
// a time.
func TestDriver(t *testing.T) {
	for _, v := range wire.Supported() {
		if v == wire.V60 || v == wire.V41 {
			continue // the driver does not know them
		}
		for _, scheme := range []string{"bolt", "neo4j"} {
			t.Run(scheme+" "+v.String(), func(t *testing.T) {
				t.Parallel()
				_, engine, address := startServer(t, func(o *Options) { o.Versions = []wire.Version{v} })
				driver, err := neo4j.NewDriverWithContext(scheme+"://"+address, neo4j.BasicAuth("neo4j", "secret", ""))
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				defer closing(ctx, t, driver)
				if err = driver.VerifyConnectivity(ctx); err != nil {
					t.Fatal(err)
				}
				info, err := driver.GetServerInfo(ctx)
				if err != nil || info.ProtocolVersion() != (db.ProtocolVersion{Major: int(v.Major), Minor: int(v.Minor)}) {
					t.Fatalf("%v, %v", info, err)
				}
				driveValues(ctx, t, driver)
				driveGraph(ctx, t, driver, v)
				driveTransactions(ctx, t, driver, engine)
				driveErrors(ctx, t, driver)
			})
		}
	}
}

func closing(ctx context.Context, t *testing.T, c interface{ Close(context.Context) error }) {
	t.Helper()
	if err := c.Close(ctx); err != nil {
		t.Error(err)
	}
}

func driveValues(ctx context.Context, t *testing.T, driver neo4j.DriverWithContext) {
	t.Helper()
	parameters := map[string]any{
		"null": nil, "yes": true, "int": int64(-1 << 63), "float": 1.5, "text": strings.Repeat("straße", 20_000),
		"bytes": make([]byte, 300), "list": []any{int64(1), "two", []any{}}, "map": map[string]any{"a": int64(1)},
	}
	for i := range 40 {
		parameters[fmt.Sprint("p", i)] = int64(1) << i
	}
	maps.Copy(parameters, driverInstants(t))
	result, err := neo4j.ExecuteQuery(ctx, driver, "ECHO", parameters, neo4j.EagerResultTransformer)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := result.Records[0].Values[0].(map[string]any)
	for name, sent := range parameters {
		if !sameForDriver(sent, got[name]) {
			t.Errorf("%s: sent %v, got %v", name, sent, got[name])
		}
	}
	if len(got) != len(parameters) {
		t.Errorf("sent %d parameters, got %d", len(parameters), len(got))
	}
	session := driver.NewSession(ctx, neo4j.SessionConfig{FetchSize: 7})
	defer closing(ctx, t, session)
	rows, err := session.Run(ctx, "ROWS 1000", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range int64(1000) {
		if !rows.Next(ctx) || rows.Record().Values[0] != i {
			t.Fatalf("row %d: %v, %v", i, rows.Record(), rows.Err())
		}
	}
	if _, err := rows.Consume(ctx); err != nil {
		t.Fatal(err)
	}
}

// driverInstants returns temporal values and points as the driver has them.
func driverInstants(t *testing.T) map[string]any {
	t.Helper()
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2024, 7, 2, 12, 0, 1, 500_000_000, time.UTC)
	return map[string]any{
		"date":           dbtype.Date(time.Date(-44, 3, 15, 0, 0, 0, 0, time.UTC)),
		"time":           dbtype.Time(time.Date(0, 0, 0, 12, 0, 1, 5, time.FixedZone("Offset", -3600))),
		"localTime":      dbtype.LocalTime(time.Date(0, 0, 0, 23, 59, 59, 999_999_999, time.Local)),
		"localDateTime":  dbtype.LocalDateTime(time.Date(2024, 1, 2, 3, 4, 5, 6, time.Local)),
		"dateTime":       at.In(time.FixedZone("Offset", 19_800)),
		"zonedDateTime":  at.In(stockholm),
		"duration":       dbtype.Duration{Months: 14, Days: -3, Seconds: -5, Nanos: 7},
		"point":          dbtype.Point2D{X: 1.5, Y: -2, SpatialRefId: 7203},
		"place":          dbtype.Point3D{X: 12.5, Y: 56.5, Z: 100, SpatialRefId: 4979},
		"instantsInList": []any{dbtype.Duration{Months: 1}, dbtype.Point2D{SpatialRefId: 4326}},
	}
}

// sameForDriver reports whether what was sent came back. Instants are compared with what
// clocks show, because the driver makes locations of its own.
func sameForDriver(sent, got any) bool {
	show := func(t time.Time) string { return t.Format("2006-01-02T15:04:05.999999999Z07:00") }
	switch sent := sent.(type) {
	case time.Time:
		at, ok := got.(time.Time)
		name := sent.Location().String()
		return ok && show(at) == show(sent) && (name == "Offset" || at.Location().String() == name)
	case dbtype.Date:
		at, ok := got.(dbtype.Date)
		return ok && at.String() == sent.String()
	case dbtype.Time:
		at, ok := got.(dbtype.Time)
		return ok && at.String() == sent.String()
	case dbtype.LocalTime:
		at, ok := got.(dbtype.LocalTime)
		return ok && at.String() == sent.String()
	case dbtype.LocalDateTime:
		at, ok := got.(dbtype.LocalDateTime)
		return ok && at.String() == sent.String()
	}
	return reflect.DeepEqual(sent, got)
}

func driveGraph(ctx context.Context, t *testing.T, driver neo4j.DriverWithContext, v wire.Version) {
	t.Helper()
	result, err := neo4j.ExecuteQuery(ctx, driver, "GRAPH", nil, neo4j.EagerResultTransformer)
	if err != nil {
		t.Fatal(err)
	}
	values := result.Records[0].Values
	n, _ := values[0].(neo4j.Node)
	r, _ := values[1].(neo4j.Relationship)
	p, _ := values[2].(neo4j.Path)
	if n.ElementId != "300" || len(n.Labels) != 2 || n.Props["k"] != int64(3000) {
		t.Errorf("%+v", n)
	}
	id := "7"
	if v.AtLeast(wire.V50) {
		id = "7:2"
	}
	if r.ElementId != id || r.StartElementId != "0" || r.EndElementId != "1" || r.Type != "T" || r.Props["w"] != 0.5 {
		t.Errorf("%+v", r)
	}
	if len(p.Nodes) != 2 || len(p.Relationships) != 2 || p.Nodes[1].ElementId != "1" ||
		p.Relationships[1].StartElementId != "0" || p.Relationships[1].EndElementId != "1" {
		t.Errorf("%+v", p)
	}
	if result, err = neo4j.ExecuteQuery(ctx, driver, "WRITE", nil, neo4j.EagerResultTransformer); err != nil {
		t.Fatal(err)
	}
	s := result.Summary
	if c := s.Counters(); c.NodesCreated() != 1 || c.PropertiesSet() != 2 || !c.ContainsUpdates() {
		t.Errorf("%+v", c)
	}
	if s.StatementType() != neo4j.StatementTypeWriteOnly || s.Database().Name() != "memgraph" || len(s.Notifications()) != 2 {
		t.Errorf("%+v", s)
	}
	if result, err = neo4j.ExecuteQuery(ctx, driver, "PROFILE", nil, neo4j.EagerResultTransformer); err != nil {
		t.Fatal(err)
	}
	if p := result.Summary.Profile(); p.Operator() != "ProduceResults" || p.DbHits() != 5 || len(p.Children()) != 1 {
		t.Errorf("%+v", p)
	}
}

func driveTransactions(ctx context.Context, t *testing.T, driver neo4j.DriverWithContext, engine *fakeEngine) {
	t.Helper()
	session := driver.NewSession(ctx, neo4j.SessionConfig{DatabaseName: "neo4j", AccessMode: neo4j.AccessModeRead})
	defer closing(ctx, t, session)
	tx, err := session.BeginTransaction(ctx, neo4j.WithTxTimeout(5*time.Second), neo4j.WithTxMetadata(map[string]any{"app": "x"}))
	if err != nil {
		t.Fatal(err)
	}
	if o := engine.last.Load(); o.Timeout != 5*time.Second || !o.ReadOnly || o.Database != "memgraph" {
		t.Errorf("%+v", o)
	}
	first, err := tx.Run(ctx, "ROWS 2000", nil)
	if err != nil {
		t.Fatal(err)
	}
	second, err := tx.Run(ctx, "ROWS 3", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range int64(2000) {
		if !first.Next(ctx) || first.Record().Values[0] != i {
			t.Fatalf("row %d: %v", i, first.Err())
		}
	}
	if _, err = second.Consume(ctx); err != nil {
		t.Fatal(err)
	}
	if err = tx.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	if marks := neo4j.BookmarksToRawValues(session.LastBookmarks()); len(marks) != 1 || !strings.HasPrefix(marks[0], "mark:") {
		t.Errorf("%v", marks)
	}
	tx, err = session.BeginTransaction(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if o := engine.last.Load(); len(o.Bookmarks) != 1 {
		t.Errorf("%+v", o)
	}
	if _, err := tx.Run(ctx, "ROWS 5000", nil); err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
}

func driveErrors(ctx context.Context, t *testing.T, driver neo4j.DriverWithContext) {
	t.Helper()
	session := driver.NewSession(ctx, neo4j.SessionConfig{})
	defer closing(ctx, t, session)
	tries := 0
	_, err := session.ExecuteWrite(ctx, func(tx neo4j.ManagedTransaction) (any, error) {
		if tries++; tries < 2 {
			_, err := tx.Run(ctx, "FAIL Neo.TransientError.Transaction.Outdated", nil)
			return nil, err
		}
		result, err := tx.Run(ctx, "RETURN 1", nil)
		if err != nil {
			return nil, err
		}
		return result.Single(ctx)
	})
	if err != nil || tries != 2 {
		t.Errorf("%d tries: %v", tries, err)
	}
	var failure *neo4j.Neo4jError
	_, err = neo4j.ExecuteQuery(ctx, driver, "nonsense", nil, neo4j.EagerResultTransformer)
	if !errors.As(err, &failure) || failure.Code != "Neo.ClientError.Statement.SyntaxError" {
		t.Error(err)
	}
	_, err = neo4j.ExecuteQuery(ctx, driver, "RETURN 1", nil, neo4j.EagerResultTransformer, neo4j.ExecuteQueryWithDatabase("other"))
	if !errors.As(err, &failure) || failure.Code != "Neo.ClientError.Database.DatabaseNotFound" {
		t.Error(err)
	}
	_, err = neo4j.ExecuteQuery(ctx, driver, "ECHO", map[string]any{"x": neo4j.Point2D{SpatialRefId: 1}}, neo4j.EagerResultTransformer)
	if !errors.As(err, &failure) || failure.Code != "Neo.ClientError.Statement.TypeError" {
		t.Error(err)
	}
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if _, err := session.Run(short, "WAIT", nil); err == nil {
		t.Error("a query that waits did not end with its context")
	}
	if _, err := neo4j.ExecuteQuery(ctx, driver, "RETURN 1", nil, neo4j.EagerResultTransformer); err != nil {
		t.Error(err)
	}
}
