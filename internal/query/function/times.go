package function

import (
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// localTimes is localtime() and its like.
func localTimes() *instant {
	time := boxed(value.LocalTime)
	return &instant{
		name: "localtime", of: LocalTime,
		parse: func(text string) (value.Value, error) { return time(temporal.ParseLocalTime(text)) },
		from: func(p *temporal.Parts, _ temporal.Reference) (value.Value, error) {
			return time(p.ToLocalTime())
		},
		choose: func(f *temporal.Fields, _ temporal.Reference) (value.Value, error) {
			return time(temporal.SelectLocalTime(f))
		},
		truncate: func(u temporal.Unit, p temporal.Parts, f *temporal.Fields, _ temporal.Reference) (value.Value, error) {
			return time(temporal.TruncateLocalTime(u, p, f))
		},
	}
}

// times is time() and its like.
func times() *instant {
	time := boxed(value.Time)
	return &instant{
		name: "time", of: Time,
		parse: func(text string) (value.Value, error) { return time(temporal.ParseTime(text, 0)) },
		from: func(p *temporal.Parts, r temporal.Reference) (value.Value, error) {
			return time(p.ToTime(r))
		},
		choose: func(f *temporal.Fields, r temporal.Reference) (value.Value, error) {
			return time(temporal.SelectTime(f, r))
		},
		truncate: func(u temporal.Unit, p temporal.Parts, f *temporal.Fields, r temporal.Reference) (value.Value, error) {
			return time(temporal.TruncateTime(u, p, f, r))
		},
	}
}
