package function

import (
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// localDateTimes is localdatetime() and its like.
func localDateTimes() *instant {
	local := boxed(value.LocalDateTime)
	return &instant{
		name: "localdatetime", of: LocalDateTime,
		parse: func(text string) (value.Value, error) { return local(temporal.ParseLocalDateTime(text)) },
		from: func(p *temporal.Parts, _ temporal.Reference) (value.Value, error) {
			return local(p.ToLocalDateTime())
		},
		choose: func(f *temporal.Fields, _ temporal.Reference) (value.Value, error) {
			return local(temporal.SelectLocalDateTime(f))
		},
		truncate: func(u temporal.Unit, p temporal.Parts, f *temporal.Fields, _ temporal.Reference) (value.Value, error) {
			return local(temporal.TruncateLocalDateTime(u, p, f))
		},
	}
}

// dateTimes is datetime() and its like.
func dateTimes() *instant {
	zoned := boxed(value.DateTime)
	return &instant{
		name: "datetime", of: DateTime,
		parse: func(text string) (value.Value, error) { return zoned(temporal.ParseDateTime(text, nil)) },
		from: func(p *temporal.Parts, r temporal.Reference) (value.Value, error) {
			return zoned(p.ToDateTime(r))
		},
		choose: func(f *temporal.Fields, r temporal.Reference) (value.Value, error) {
			return zoned(temporal.SelectDateTime(f, r))
		},
		truncate: func(u temporal.Unit, p temporal.Parts, f *temporal.Fields, r temporal.Reference) (value.Value, error) {
			return zoned(temporal.TruncateDateTime(u, p, f, r))
		},
	}
}

// epochFunctions make instants of a number of seconds or milliseconds since 1970.
func epochFunctions() []Function {
	const seconds, millis = "datetime.fromepoch", "datetime.fromepochmillis"
	zoned := boxed(value.DateTime)
	return []Function{
		{
			Name: seconds, MinArgs: 2, MaxArgs: 2, Args: []Type{Integer}, Result: DateTime, NullIn: true,
			Eval: func(_ *Call, args []value.Value) (value.Value, error) {
				s, err := argInt(seconds, args[0])
				if err != nil {
					return value.Null, err
				}
				n, err := argInt(seconds, args[1])
				if err != nil {
					return value.Null, err
				}
				y, err := zoned(temporal.FromEpoch(s, n))
				return y, unfit(seconds, err)
			},
		},
		{
			Name: millis, MinArgs: 1, MaxArgs: 1, Args: []Type{Integer}, Result: DateTime, NullIn: true,
			Eval: func(_ *Call, args []value.Value) (value.Value, error) {
				n, err := argInt(millis, args[0])
				if err != nil {
					return value.Null, err
				}
				y, err := zoned(temporal.FromEpochMillis(n))
				return y, unfit(millis, err)
			},
		},
	}
}
