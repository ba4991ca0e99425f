package function

import (
	"memgraphd/internal/storage/temporal"
	"memgraphd/internal/storage/value"
)

// dates is date() and its like.
func dates() *instant {
	date := boxed(value.Date)
	return &instant{
		name: "date", of: Date,
		parse: func(text string) (value.Value, error) { return date(temporal.ParseDate(text)) },
		from: func(p *temporal.Parts, _ temporal.Reference) (value.Value, error) {
			return date(p.ToDate())
		},
		choose: func(f *temporal.Fields, _ temporal.Reference) (value.Value, error) {
			return date(temporal.SelectDate(f))
		},
		truncate: func(u temporal.Unit, p temporal.Parts, f *temporal.Fields, _ temporal.Reference) (value.Value, error) {
			return date(temporal.TruncateDate(u, p, f))
		},
	}
}
