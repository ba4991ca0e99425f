package snapshot_test

import (
	"encoding/hex"
	"flag"
	"os"
	"strings"
	"testing"

	"memgraphd/internal/durability/snapshot"
	"memgraphd/internal/durability/vfs"
	"memgraphd/internal/storage"
	"memgraphd/internal/storage/change"
	"memgraphd/internal/storage/graph"
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

var update = flag.Bool("update", false, "write the files of TestGolden")

// TestGolden holds the bytes of a file of each format, which every later version must read.
func TestGolden(t *testing.T) {
	zone, _ := temporal.StoredZone([]byte("Europe/Berlin"), 3600)
	for name, extra := range map[string][]value.Value{
		"format1": {value.List([]value.Value{value.Int(1), value.Null})},
		"format2": {
			value.Date(temporal.Date{Days: 19_724}),
			value.Time(temporal.Time{Nanos: 1, Offset: -3600}),
			value.LocalTime(temporal.LocalTime{Nanos: temporal.NanosPerDay - 1}),
			value.LocalDateTime(temporal.LocalDateTime{Seconds: -1, Nanos: 2}),
			value.DateTime(temporal.DateTime{Seconds: 3}),
			value.DateTime(temporal.DateTime{Seconds: 4, Nanos: 5, Zone: zone}),
			value.Duration(temporal.Duration{Months: 1, Days: 2, Seconds: 3, Nanos: 4}),
			value.Point(value.PointValue{SRID: value.WGS84, X: 1, Y: 2}),
			value.Point(value.PointValue{SRID: value.Cartesian3D, X: 1, Y: 2, Z: 3}),
		},
		"format3": {
			value.Enum(0, 1),
			value.List([]value.Value{value.Enum(1, 300), value.Date(temporal.Date{Days: 1})}),
		},
		"format4": {value.List([]value.Value{value.Int(1), value.Null})},
	} {
		t.Run(name, func(t *testing.T) {
			s := goldenStore(t, extra)
			fsys, path := newFS(t), "testdata/"+name+".hex"
			o := options(fsys, s)
			o.Workers = 1
			var written string
			if name == "format4" {
				written = must[snapshot.Info](t)(snapshot.Create(t.Context(), o)).Path
			} else {
				written = must[string](t)(snapshot.CreateFormer(t.Context(), o))
			}
			got := dump(read(t, fsys, written))
			if *update {
				must[bool](t)(true, os.WriteFile(path, []byte(got), 0o644))
			}
			want := string(must[[]byte](t)(os.ReadFile(path)))
			if got != want {
				t.Errorf("the file is\n%s", got)
			}
			data := must[[]byte](t)(hex.DecodeString(strings.ReplaceAll(strings.ReplaceAll(want, "\n", ""), " ", "")))
			must[bool](t)(true, vfs.WriteFileSync(fsys, "snapshots/old.snap", data))
			if a, b := textNow(must[*storage.Store](t)(load(t, fsys, "snapshots/old.snap"))), textNow(s); a != b {
				t.Errorf("read\n%s\nwant\n%s", a, b)
			}
		})
	}
}

// goldenStore holds something of everything, and some more values.
func goldenStore(t *testing.T, extra []value.Value) *storage.Store {
	t.Helper()
	s := storage.New(storage.Options{})
	t.Cleanup(func() { must[bool](t)(true, s.Close()) })
	label := must[graph.LabelID](t)(s.InternLabel("Person"))
	knows := must[graph.TypeID](t)(s.InternType("KNOWS"))
	key := must[graph.KeyID](t)(s.InternKey("key"))
	other := must[graph.KeyID](t)(s.InternKey("other"))
	tx := s.Begin(storage.TxOptions{})
	defer tx.Release()
	var before graph.NodeID
	plain := []value.Value{value.Int(-1), value.Float(1.5), value.True, value.String("text"), value.Bytes([]byte{0, 255})}
	for i, v := range append(plain, extra...) {
		n := must[graph.NodeID](t)(tx.CreateNode([]graph.LabelID{label}, []storage.Property{{Key: key, Value: v}}))
		if i > 0 {
			must[graph.Edge](t)(tx.CreateEdge(before, n, knows, []storage.Property{{Key: other, Value: v}}))
		}
		before = n
	}
	must[change.Index](t)(tx.Commit())
	return s
}

// dump writes bytes as lines of 32.
func dump(data []byte) string {
	var b strings.Builder
	for len(data) > 0 {
		n := min(32, len(data))
		b.WriteString(hex.EncodeToString(data[:n]) + "\n")
		data = data[n:]
	}
	return b.String()
}
