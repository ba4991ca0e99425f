package exec

import (
	"testing"

	"memgraphd/test/snb"
)

// BenchmarkSocial measures the nine counts.
func BenchmarkSocial(b *testing.B) {
	d := loadSocial(b)
	for _, q := range snb.Counts() {
		b.Run(q.Name, func(b *testing.B) {
			_, p, err := d.prepare(q.Text)
			if err != nil {
				b.Fatal(err)
			}
			before, n := cpu(), 0
			for b.Loop() {
				n++
				if _, err := d.run(b.Context(), p); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpu()-before).Milliseconds())/float64(n), "cpu-ms/op")
		})
	}
}
