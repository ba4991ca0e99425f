package e2e

import (
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"

	"memgraphd/test/harness"
)

// sent are temporal values and points as the driver has them, extremes among them.
func sent(t *testing.T) map[string]any {
	t.Helper()
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2024, 7, 2, 12, 0, 1, 500_000_001, time.UTC)
	clock := func(nanos int, zone *time.Location) time.Time {
		return time.Date(0, 0, 0, 0, 0, nanos/1e9, nanos%1e9, zone)
	}
	return map[string]any{
		"date":           dbtype.Date(time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)),
		"first date":     dbtype.Date(time.Date(-999_999_999, 1, 1, 0, 0, 0, 0, time.UTC)),
		"last date":      dbtype.Date(time.Date(999_999_999, 12, 31, 0, 0, 0, 0, time.UTC)),
		"time":           dbtype.Time(clock(43_201_500_000_000, time.FixedZone("Offset", 3600))),
		"west time":      dbtype.Time(clock(0, time.FixedZone("Offset", -64_800))),
		"local time":     dbtype.LocalTime(clock(86_399_999_999_999, time.Local)),
		"local datetime": dbtype.LocalDateTime(time.Date(2024, 1, 2, 3, 4, 5, 6, time.Local)),
		"first datetime": dbtype.LocalDateTime(time.Date(-999_999_999, 1, 1, 0, 0, 0, 0, time.UTC)),
		"datetime":       at.In(time.FixedZone("Offset", 19_800)),
		"UTC":            at.In(time.FixedZone("Offset", 0)),
		"east":           at.In(time.FixedZone("Offset", 64_800)),
		"zone":           at.In(stockholm),
		"old zone":       time.Date(1850, 1, 1, 0, 0, 0, 0, time.UTC).In(stockholm), // an offset with seconds
		"duration":       dbtype.Duration{Months: 14, Days: -3, Seconds: -5, Nanos: 7},
		"long duration":  dbtype.Duration{Months: math.MaxInt64, Days: math.MinInt64, Seconds: math.MaxInt64, Nanos: 999_999_999},
		"point":          dbtype.Point2D{X: 1.5, Y: math.Inf(-1), SpatialRefId: 7203},
		"place":          dbtype.Point2D{X: -180, Y: 90, SpatialRefId: 4326},
		"space":          dbtype.Point3D{X: 1, Y: 2, Z: -3, SpatialRefId: 9157},
		"tower":          dbtype.Point3D{X: 12.5, Y: 56.5, Z: 100, SpatialRefId: 4979},
	}
}

// shown writes a value so that what the driver made of it can be compared with what it was given.
func shown(v any) string {
	switch v := v.(type) {
	case time.Time:
		return fmt.Sprintf("%T %s %s", v, v.Format("2006-01-02T15:04:05.999999999Z07:00:00"), v.Location())
	case dbtype.Date, dbtype.Time, dbtype.LocalTime, dbtype.LocalDateTime:
		return fmt.Sprintf("%T %s", v, v)
	}
	return fmt.Sprintf("%T %+v", v, v)
}

// older returns a driver that speaks Bolt 4.4: what it proposes besides is taken out on the way.
func older(t *testing.T, s *harness.Server) neo4j.DriverWithContext {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			from, closed := l.Accept()
			if closed != nil {
				return
			}
			go speakOlder(from, s.Addr)
		}
	}()
	d, err := neo4j.NewDriverWithContext("bolt://"+l.Addr().String(), neo4j.NoAuth())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = d.Close(context.Background())
		_ = l.Close()
	})
	info, err := d.GetServerInfo(t.Context())
	if err != nil || info.ProtocolVersion().Major != 4 || info.ProtocolVersion().Minor != 4 {
		t.Fatalf("%v: %v", info, err)
	}
	return d
}

func speakOlder(from net.Conn, to string) {
	defer func() { _ = from.Close() }()
	server, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	var hands [20]byte
	if _, err = io.ReadFull(from, hands[:]); err != nil {
		return
	}
	copy(hands[4:], make([]byte, 16))
	hands[6], hands[7] = 4, 4
	if _, err = server.Write(hands[:]); err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(server, from)
		_ = server.Close()
	}()
	_, _ = io.Copy(from, server)
}

// TestInstants sends temporal values and points, stores them, and finds them again after kill -9, out of the log and
// out of a snapshot.
func TestInstants(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s, d := start(t, dir)
	values := sent(t)
	for _, driver := range []neo4j.DriverWithContext{d, older(t, s)} {
		session := open(t, driver, neo4j.SessionConfig{})
		for name, v := range values {
			if got := one(t, in(session), "RETURN $x", map[string]any{"x": v}); shown(got) != shown(v) {
				t.Errorf("%s: sent %s, got %s", name, shown(v), shown(got))
			}
		}
		list := []any{values["duration"], values["zone"], values["point"]}
		got, _ := one(t, in(session), "RETURN {list: $x} AS m", map[string]any{"x": list}).(map[string]any)
		if fmt.Sprint(got["list"]) != fmt.Sprint(list) {
			t.Errorf("sent %v, got %v", list, got)
		}
	}
	session := open(t, d, neo4j.SessionConfig{})
	query(t, d, "CREATE INDEX ON :Value(value)")
	for name, v := range values {
		consume(t, in(session), "CREATE (:Value {name: $name, value: $x, list: [$x, $x]})-[:T {value: $x}]->()", map[string]any{"name": name, "x": v})
	}
	checkInstants(t, d, values)
	s.Kill()
	s, d = start(t, dir)
	checkInstants(t, d, values)
	query(t, d, "CREATE SNAPSHOT")
	s.Kill()
	s, d = start(t, dir)
	checkInstants(t, d, values)
	checkInstants(t, older(t, s), values)
	out, errs, code := shell(t, s, "MATCH (n:Value) WHERE n.name IN ['date', 'duration', 'zone', 'space'] RETURN n.value ORDER BY n.name;", "--output-format=csv")
	want := "2024-02-29\nP1Y2M-3DT-4.999999993S\n\"point({srid:9157, x:1.0, y:2.0, z:-3.0})\"\n2024-07-02T14:00:01.500000001+02:00[Europe/Stockholm]"
	if code != 0 || !strings.Contains(out, want) {
		t.Errorf("code %d, %s\n%s", code, out, errs)
	}
}

// checkInstants reads what is stored, and finds it by the index.
func checkInstants(t *testing.T, d neo4j.DriverWithContext, values map[string]any) {
	t.Helper()
	session := open(t, d, neo4j.SessionConfig{})
	for name, v := range values {
		params := map[string]any{"name": name, "x": v}
		got := one(t, in(session), "MATCH (n:Value {name: $name})-[r:T]->() RETURN [n.value, r.value] + n.list", params)
		if want := []any{v, v, v, v}; !reflect.DeepEqual(texts(got), texts(want)) {
			t.Errorf("%s: stored %v, got %v", name, texts(want), texts(got))
		}
		if got := one(t, in(session), "MATCH (n:Value {value: $x}) RETURN collect(n.name)", params); !reflect.DeepEqual(got, []any{name}) {
			t.Errorf("%s: the index finds %v", name, got)
		}
	}
	between := map[string]any{
		"from": dbtype.Date(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)), "to": values["last date"],
	}
	got := one(t, in(session), "MATCH (n:Value) WHERE $from <= n.value < $to RETURN collect(n.name)", between)
	if !reflect.DeepEqual(got, []any{"date"}) {
		t.Errorf("the index finds %v between two dates", got)
	}
}

func texts(list any) []string {
	elements, _ := list.([]any)
	out := make([]string, 0, len(elements))
	for _, v := range elements {
		out = append(out, shown(v))
	}
	return out
}

// TestInstantsRefused sends points that there cannot be.
func TestInstantsRefused(t *testing.T) {
	t.Parallel()
	_, d := start(t, filepath.Join(t.TempDir(), "data"))
	session := open(t, d, neo4j.SessionConfig{})
	err := attempt(t.Context(), in(session), "RETURN $where", map[string]any{
		"where": map[string]any{"at": []any{dbtype.Point2D{X: 1, Y: 91, SpatialRefId: 4326}}},
	})
	wantFailure(t, err, "Neo.ClientError.Statement.TypeError",
		"InvalidParameterValue: $where.at[0]: the Point cannot be read: the latitude is 91; it must be between -90 and 90 degrees")
	err = attempt(t.Context(), in(session), "RETURN $x", map[string]any{"x": dbtype.Point3D{SpatialRefId: 7203}})
	wantFailure(t, err, "Neo.ClientError.Statement.TypeError", "$x: the Point cannot be read: it has 3 coordinates")
	err = attempt(t.Context(), in(session), "RETURN point({longitude: 200, latitude: 0})", nil)
	wantFailure(t, err, "Neo.ClientError.Statement.ArgumentError", "InvalidPoint: point(): the longitude is 200")
	if n := one(t, in(session), "RETURN 1", nil); n != int64(1) {
		t.Error(n)
	}
}
