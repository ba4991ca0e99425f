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
			for b.Loop() {
				if _, err := d.run(b.Context(), p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
