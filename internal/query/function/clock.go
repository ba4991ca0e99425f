package function

import (
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// reading says which of the three clocks of a statement is read.
type reading uint8

// The clocks: at which time the statement began, its transaction began, and now.
const (
	atStatement reading = iota
	atTransaction
	atOnce
)

// clock makes the Eval of date.statement([zone]) and its like.
func (k *instant) clock(name string, r reading) func(*Call, []value.Value) (value.Value, error) {
	return func(c *Call, args []value.Value) (value.Value, error) {
		zone := c.Zone
		if len(args) > 0 {
			x := args[0]
			if x.Kind() == value.KindMap {
				if !isZone(x) {
					return value.Null, failure.Argument("InvalidArgumentValue", "%s() expects a time zone, or a map with a timezone and nothing else", name)
				}
				x = x.AsMap()[0].Value
			}
			var err error
			if zone, err = zoneOf(name, x); err != nil {
				return value.Null, err
			}
		}
		return k.now(c, name, r, zone)
	}
}

// now reads a clock, as it is seen from zone.
func (k *instant) now(c *Call, name string, r reading, zone *temporal.Zone) (value.Value, error) {
	at := c.Now
	switch {
	case r == atTransaction && !c.Began.IsZero():
		at = c.Began
	case r == atOnce && c.Clock != nil:
		at = c.Clock()
	}
	t, err := temporal.FromEpoch(at.Unix(), int64(at.Nanosecond()))
	if err == nil {
		t, err = t.In(zone)
	}
	if err != nil {
		return value.Null, unfit(name, err)
	}
	p := t.Parts()
	y, err := k.from(&p, c.reference())
	return y, unfit(name, err)
}

// zoneOf returns the time zone that is called x.
func zoneOf(name string, x value.Value) (*temporal.Zone, error) {
	if x.Kind() != value.KindString {
		return nil, wrongType(name, "a time zone as a string", x)
	}
	zone, err := temporal.LookupZone(x.AsString())
	return zone, unfit(name, err)
}
