package inspect

import (
	"encoding/json"
	"math"
	"testing"

	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// TestValue writes every kind of value that can be stored.
func TestValue(t *testing.T) {
	for _, c := range []struct {
		v    value.Value
		want string
	}{
		{value.Null, `null`},
		{value.Bool(true), `true`},
		{value.Int(math.MinInt64), `-9223372036854775808`},
		{value.Float(1.5), `1.5`},
		{value.Float(2), `2.0`},
		{value.Float(1e300), `1e+300`},
		{value.Float(math.NaN()), `{"float":"NaN"}`},
		{value.Float(math.Inf(1)), `{"float":"Infinity"}`},
		{value.Float(math.Inf(-1)), `{"float":"-Infinity"}`},
		{value.String("a\"\x00ä"), `"a\"\u0000ä"`},
		{value.Bytes([]byte{1, 2}), `{"bytes":"AQI="}`},
		{value.List([]value.Value{value.Int(1), value.Null, value.List(nil)}), `[1,null,[]]`},
		{value.Map([]value.Entry{{Key: "b", Value: value.Int(1)}, {Key: "a", Value: value.String("")}}), `{"a":"","b":1}`},
		{value.Date(temporal.Date{Days: 1}), `{"date":"1970-01-02"}`},
		{value.LocalTime(temporal.LocalTime{Nanos: 1e9}), `{"local time":"00:00:01"}`},
		{value.Duration(temporal.Duration{Days: 3}), `{"duration":"P3D"}`},
		{value.Point(value.PointValue{SRID: value.Cartesian3D, X: 1, Y: 2.5, Z: 3}), `{"point":{"coordinates":[1.0,2.5,3.0],"srid":9157}}`},
		{value.Enum(3, 4), `{"enum":{"enum":3,"member":4}}`},
	} {
		got, err := json.Marshal(Value{c.v})
		if err != nil || string(got) != c.want {
			t.Errorf("%v: %s, want %s (%v)", c.v.Kind(), got, c.want, err)
		}
	}
}
