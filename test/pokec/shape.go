package pokec

import "fmt"

// Shape is the size of a graph.
type Shape struct {
	Name          string
	Users         int
	Relationships int
}

// Small returns the shape of the small cut.
func Small() Shape { return Shape{"small", 10_000, 121_716} }

// Medium returns the shape of the medium cut.
func Medium() Shape { return Shape{"medium", 100_000, 1_768_515} }

// Large returns the shape of the whole network.
func Large() Shape { return Shape{"large", 1_632_803, 30_622_564} }

// ShapeOf returns the shape of a name.
func ShapeOf(name string) (Shape, error) {
	for _, s := range []Shape{Small(), Medium(), Large()} {
		if s.Name == name {
			return s, nil
		}
	}
	return Shape{}, fmt.Errorf("there is no graph %q: small, medium or large", name)
}
