package value

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// The coordinate reference systems of points, by their SRID.
const (
	WGS84       = 4326 // longitude, latitude in degrees
	WGS84Height = 4979 // and height in metres
	Cartesian   = 7203
	Cartesian3D = 9157
)

// PointValue is a place; Z counts only in the systems of three dimensions.
type PointValue struct {
	SRID    uint32
	X, Y, Z float64
}

// ThreeD reports whether p has a third coordinate.
func (p *PointValue) ThreeD() bool { return p.SRID == WGS84Height || p.SRID == Cartesian3D }

// Geographic reports whether the coordinates of p are degrees on the globe.
func (p *PointValue) Geographic() bool { return p.SRID == WGS84 || p.SRID == WGS84Height }

// System returns the name of the reference system of p.
func (p *PointValue) System() string {
	switch p.SRID {
	case WGS84:
		return "wgs-84"
	case WGS84Height:
		return "wgs-84-3d"
	case Cartesian:
		return "cartesian"
	case Cartesian3D:
		return "cartesian-3d"
	}
	return ""
}

// SystemNamed returns the SRID of the reference system with a name, which is read without
// regard to case.
func SystemNamed(name string) (srid uint32, ok bool) {
	switch strings.ToLower(name) {
	case "wgs-84", "wgs-84-2d":
		return WGS84, true
	case "wgs-84-3d":
		return WGS84Height, true
	case "cartesian", "cartesian-2d":
		return Cartesian, true
	case "cartesian-3d":
		return Cartesian3D, true
	}
	return 0, false
}

// ErrSystem reports a reference system that is not known.
var ErrSystem = errors.New("the known coordinate reference systems are 4326 (wgs-84), 4979 (wgs-84-3d), 7203 (cartesian) and 9157 (cartesian-3d)")

// Check reports a reference system that is not known, and degrees that are not on the globe.
func (p *PointValue) Check() error {
	switch {
	case p.System() == "":
		return fmt.Errorf("the SRID is %d; %w", p.SRID, ErrSystem)
	case !p.Geographic():
		return nil
	case !(math.Abs(p.X) <= 180):
		return fmt.Errorf("the longitude is %v; it must be between -180 and 180 degrees", p.X)
	case !(math.Abs(p.Y) <= 90):
		return fmt.Errorf("the latitude is %v; it must be between -90 and 90 degrees", p.Y)
	}
	return nil
}
