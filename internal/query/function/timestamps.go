package function

import (
	"math/big"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// timestamp is timestamp([temporal]) in microseconds, as in Memgraph: the begin of the
// statement or an instant since 1970-01-01 (at UTC where the type has no zone), a time of
// day since midnight, or a duration as its length.
func timestamp(c *Call, args []value.Value) (value.Value, error) {
	if len(args) == 0 {
		return value.Int(c.Now.UnixMicro()), nil
	}
	x := args[0]
	var d temporal.Duration
	switch {
	case x.Kind() == value.KindDuration:
		d = x.AsDuration()
	case x.IsInstant():
		p := PartsOf(x)
		d = temporal.Duration{Seconds: epochSeconds(&p), Nanos: int32(p.Time.Clock().Nanosecond)}
	default:
		return value.Null, wrongType("timestamp", "a temporal value", x)
	}
	if d.Months != 0 {
		return value.Null, failure.Argument("InvalidArgumentValue", "timestamp(): the duration %s has months, which have no fixed length", d)
	}
	total := big.NewInt(d.Days)
	total.Mul(total, big.NewInt(temporal.SecondsPerDay)).Add(total, big.NewInt(d.Seconds))
	total.Mul(total, big.NewInt(1e6)).Add(total, big.NewInt(int64(d.Nanos/1e3)))
	if !total.IsInt64() {
		return value.Null, overflow("timestamp")
	}
	return value.Int(total.Int64()), nil
}
