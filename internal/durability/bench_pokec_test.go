package durability_test

import (
	"testing"

	"memgraphd/internal/storage"
	"memgraphd/test/pokec"
)

// BenchmarkPokecSnapshot is BenchmarkSnapshot of graphs of Pokec's shape: users with seven
// properties, 1.8 and 30.6 million relationships.
func BenchmarkPokecSnapshot(b *testing.B) {
	for _, shape := range []pokec.Shape{pokec.Medium(), pokec.Large()} {
		b.Run(shape.Name, func(b *testing.B) {
			s := storage.New(storage.Options{})
			check(b, pokec.Generate(shape, 1).Fill(b.Context(), s))
			benchSnapshot(b, s, shape.Users+shape.Relationships)
			check(b, s.Close())
		})
	}
}
