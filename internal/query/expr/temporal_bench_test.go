package expr_test

import (
	"testing"

	"memgraphd/internal/query/batch"
)

// BenchmarkTemporal computes columns of temporal values.
func BenchmarkTemporal(b *testing.B) {
	for _, text := range []string{
		"date({year: 2000 + i, month: 7})",
		"date() + duration({days: i})",
		"date() - duration('P1D') * i",
		"(date() + duration({days: i})).month",
		"datetime() + duration({hours: i}) < datetime('2030-01-01T00:00[Europe/Stockholm]')",
		"duration.between(date('2000-01-01'), date() + duration({days: i}))",
		"date.truncate('month', date() + duration({days: i}))",
		"toString(localdatetime() + duration({minutes: i}))",
		"datetime({year: 2000 + i, timezone: 'Europe/Stockholm'}).offset",
	} {
		b.Run(text, func(b *testing.B) {
			t := newBench(b)
			e := t.compile(b, text)
			var out batch.Vector
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				for i := range t.batches {
					if err := e.Eval(t.c, &t.batches[i], &out); err != nil {
						b.Fatal(err)
					}
					t.c.Recycle()
				}
			}
			perRow(b)
		})
	}
}
