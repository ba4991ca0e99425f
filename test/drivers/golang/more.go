package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"
)

// values sends one of each plain value and gets it back.
func (d *drive) values(ctx context.Context) error {
	long := make([]any, 1000)
	for i := range long {
		long[i] = int64(i)
	}
	for name, sent := range map[string]any{
		"null": nil, "true": true, "false": false,
		"small": int64(-16), "int8": int64(-128), "int16": int64(-32768), "int32": int64(math.MinInt32), "int64": int64(math.MinInt64),
		"most": int64(math.MaxInt64), "float": 1.5, "infinity": math.Inf(-1),
		"empty": "", "text": "straße 🜚", "long text": strings.Repeat("x", 70_000),
		"bytes": []byte{0, 1, 255}, "long bytes": make([]byte, 70_000),
		"list": []any{int64(1), "two", []any{nil, true}}, "long list": long,
		"map":     map[string]any{"a": int64(1), "b": map[string]any{}},
		"point":   neo4j.Point2D{X: 1.5, Y: -2, SpatialRefId: 7203},
		"place":   neo4j.Point3D{X: 12.5, Y: 56.5, Z: 100, SpatialRefId: 4979},
		"days":    dbtype.Duration{Months: 14, Days: -3, Seconds: -5, Nanos: 7},
		"nothing": dbtype.Duration{},
	} {
		got, err := d.one(ctx, "RETURN $x", map[string]any{"x": sent})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if !reflect.DeepEqual(got, sent) {
			return wrong("%s: sent %v, got %v", name, sent, got)
		}
	}
	got, err := d.one(ctx, "RETURN $x", map[string]any{"x": math.NaN()})
	if f, ok := got.(float64); err != nil || !ok || !math.IsNaN(f) {
		return wrong("sent NaN, got %v, %v", got, err)
	}
	return nil
}

// instants sends one of each temporal value and compares what clocks show.
func (d *drive) instants(ctx context.Context) error {
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		return err
	}
	at := time.Date(2024, 7, 2, 12, 0, 1, 500_000_000, time.UTC)
	for name, sent := range map[string]any{
		"date":      dbtype.Date(time.Date(-44, 3, 15, 0, 0, 0, 0, time.UTC)),
		"time":      dbtype.Time(time.Date(0, 0, 0, 12, 0, 1, 5, time.FixedZone("Offset", -3600))),
		"local":     dbtype.LocalTime(time.Date(0, 0, 0, 23, 59, 59, 999_999_999, time.Local)),
		"localDate": dbtype.LocalDateTime(time.Date(2024, 1, 2, 3, 4, 5, 6, time.Local)),
		"offset":    at.In(time.FixedZone("Offset", 19_800)),
		"zone":      at.In(stockholm),
		"before":    time.Date(1900, 1, 1, 0, 0, 0, 0, time.FixedZone("Offset", 3600)),
	} {
		var got any
		got, err = d.one(ctx, "RETURN $x", map[string]any{"x": sent})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if show(got) != show(sent) {
			return wrong("%s: sent %s, got %s", name, show(sent), show(got))
		}
	}
	shown, err := d.one(ctx, "RETURN toString($x)", map[string]any{"x": at.In(stockholm)})
	if err == nil && !strings.HasPrefix(fmt.Sprint(shown), "2024-07-02T14:00:01.5") {
		err = wrong("the server takes the instant for %v", shown)
	}
	return err
}

// show renders a temporal value without the name of its location, which the driver makes up.
func show(v any) string {
	switch v := v.(type) {
	case time.Time:
		return v.Format("2006-01-02T15:04:05.999999999Z07:00")
	case dbtype.Date:
		return v.String()
	case dbtype.Time:
		return v.String()
	case dbtype.LocalTime:
		return v.String()
	case dbtype.LocalDateTime:
		return v.String()
	}
	return fmt.Sprintf("%T", v)
}

// graph reads nodes, relationships and a path, one way and against it.
func (d *drive) graph(ctx context.Context) error {
	result, err := neo4j.ExecuteQuery(ctx, d.DriverWithContext,
		"CREATE p = (a:Graph:Start {tag: $tag})-[r:GOES {way: 1.5}]->(b:Graph)<-[:COMES]-(c:Graph) RETURN a, r, p",
		map[string]any{"tag": d.tag}, neo4j.EagerResultTransformer)
	if err != nil {
		return err
	}
	values := result.Records[0].Values
	a, _ := values[0].(neo4j.Node)
	r, _ := values[1].(neo4j.Relationship)
	p, _ := values[2].(neo4j.Path)
	switch {
	case len(a.Labels) != 2 || a.Props["tag"] != d.tag || a.ElementId == "":
		return wrong("node %+v", a)
	case r.Type != "GOES" || r.Props["way"] != 1.5 || r.StartElementId != a.ElementId || r.EndElementId == "":
		return wrong("relationship %+v", r)
	case len(p.Nodes) != 3 || len(p.Relationships) != 2 || p.Relationships[1].StartElementId != p.Nodes[2].ElementId:
		return wrong("path %+v", p)
	}
	found, err := d.one(ctx, "MATCH (n) WHERE elementId(n) = $id RETURN n.tag", map[string]any{"id": a.ElementId})
	if err == nil && found != d.tag {
		err = wrong("the element id finds %v", found)
	}
	return err
}

// endless works until somebody ends it.
const endless = "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b WITH a, b WHERE a = -1 RETURN count(*)"

// cancel gives a query up and looks that the server does too.
func (d *drive) cancel(ctx context.Context) (err error) {
	session := d.NewSession(ctx, neo4j.SessionConfig{})
	defer func() { err = errors.Join(err, session.Close(ctx)) }()
	short, stop := context.WithTimeout(ctx, 200*time.Millisecond)
	defer stop()
	began := time.Now()
	result, err := session.Run(short, endless, nil)
	if err == nil {
		_, err = result.Consume(short)
	}
	if err == nil {
		return wrong("the query came to an end")
	}
	if d := time.Since(began); d > 3*time.Second {
		return wrong("the query was given up after %s", d)
	}
	return d.quiet(ctx)
}

// quiet waits until the server runs no endless query.
func (d *drive) quiet(ctx context.Context) error {
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		result, err := neo4j.ExecuteQuery(ctx, d.DriverWithContext, "SHOW TRANSACTIONS", nil, neo4j.EagerResultTransformer)
		if err != nil {
			return err
		}
		running := false
		for _, record := range result.Records {
			running = running || strings.Contains(fmt.Sprint(record.Values...), "UNWIND range(1, 1000000)")
		}
		if !running {
			return nil
		}
		if time.Since(began) > 2*time.Second {
			return wrong("the server still runs what was given up")
		}
	}
}

// timeLimit has the server end a transaction.
func (d *drive) timeLimit(ctx context.Context) (err error) {
	session := d.NewSession(ctx, neo4j.SessionConfig{})
	defer func() { err = errors.Join(err, session.Close(ctx)) }()
	result, err := session.Run(ctx, endless, nil, neo4j.WithTxTimeout(200*time.Millisecond))
	if err == nil {
		_, err = result.Consume(ctx)
	}
	if err = coded(err, "Neo.ClientError.Transaction.TransactionTimedOut"); err != nil {
		return err
	}
	return d.quiet(ctx)
}

// alone runs a statement that wants a transaction of its own.
func (d *drive) alone(ctx context.Context, text string) (err error) {
	session := d.NewSession(ctx, neo4j.SessionConfig{})
	defer func() { err = errors.Join(err, session.Close(ctx)) }()
	result, err := session.Run(ctx, text, nil)
	if err != nil {
		return err
	}
	_, err = result.Consume(ctx)
	return err
}

func (d *drive) errors(ctx context.Context) error {
	err := d.alone(ctx, "CREATE CONSTRAINT ON (n:Only) ASSERT n.tag IS UNIQUE")
	if err != nil && !strings.Contains(err.Error(), "xists") {
		return err
	}
	parameters := map[string]any{"tag": d.tag}
	if _, err = d.one(ctx, "CREATE (n:Only {tag: $tag}) RETURN n.tag", parameters); err != nil {
		return err
	}
	for text, code := range map[string]string{
		"RETRUN 1":                             "Neo.ClientError.Statement.SyntaxError",
		"RETURN x":                             "Neo.ClientError.Statement.SyntaxError",
		"RETURN $missing":                      "Neo.ClientError.Statement.ParameterMissing",
		"RETURN 1 / 0":                         "Neo.ClientError.Statement.ArithmeticError",
		"CREATE (n:Only {tag: $tag}) RETURN n": "Neo.ClientError.Schema.ConstraintValidationFailed",
		"CALL no.such.procedure()":             "Neo.ClientError.Procedure.ProcedureNotFound",
	} {
		_, err = d.one(ctx, text, parameters)
		if err = coded(err, code); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	_, err = neo4j.ExecuteQuery(ctx, d.DriverWithContext, "RETURN 1", nil, neo4j.EagerResultTransformer, neo4j.ExecuteQueryWithDatabase("other"))
	return coded(err, "Neo.ClientError.Database.DatabaseNotFound")
}

// unhelpful has a hint that cannot be followed.
const unhelpful = "USING INDEX :Nothing(x) MATCH (n:Nothing) WHERE n.x = 1 RETURN n"

func (d *drive) notifications(ctx context.Context) error {
	result, err := neo4j.ExecuteQuery(ctx, d.DriverWithContext, unhelpful, nil, neo4j.EagerResultTransformer)
	if err != nil {
		return err
	}
	if n := result.Summary.Notifications(); len(n) == 0 || n[0].Title() == "" || n[0].Description() == "" {
		return wrong("notifications %v", n)
	}
	return nil
}

func (d *drive) summary(ctx context.Context) error {
	result, err := neo4j.ExecuteQuery(ctx, d.DriverWithContext, "CREATE (:Summed {tag: $tag})-[:TO]->(:Summed)",
		map[string]any{"tag": d.tag}, neo4j.EagerResultTransformer)
	if err != nil {
		return err
	}
	s := result.Summary
	if c := s.Counters(); c.NodesCreated() != 2 || c.RelationshipsCreated() != 1 || !c.ContainsUpdates() {
		return wrong("counters %+v", c)
	}
	if s.StatementType() != neo4j.StatementTypeWriteOnly || s.Database().Name() == "" {
		return wrong("type %v, database %q", s.StatementType(), s.Database().Name())
	}
	for _, mode := range []string{"EXPLAIN", "PROFILE"} {
		result, err := neo4j.ExecuteQuery(ctx, d.DriverWithContext, mode+" MATCH (n:Summed) RETURN n", nil, neo4j.EagerResultTransformer)
		if err != nil {
			return err
		}
		if mode == "EXPLAIN" && result.Summary.Plan() == nil || mode == "PROFILE" && result.Summary.Profile() == nil {
			return wrong("no plan of %s", mode)
		}
	}
	return nil
}
