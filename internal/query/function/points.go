package function

import (
	"math"
	"strings"

	"memgraphd/internal/query/failure"
	"memgraphd/internal/spelling"
	"memgraphd/internal/storage/value"
)

// pointFunctions are the functions of points.
func pointFunctions() []Function {
	return []Function{
		{Name: "point", MinArgs: 1, MaxArgs: 1, Args: []Type{Map}, Result: Point, NullIn: true, Eval: eval1(point)},
		{Name: "point.distance", MinArgs: 2, MaxArgs: 2, Args: []Type{Point}, Result: Float, NullIn: true, Eval: pointDistance},
		{Name: "point.withinBBox", MinArgs: 3, MaxArgs: 3, Args: []Type{Point}, Result: Boolean, NullIn: true, Eval: withinBox},
	}
}

// place collects what a map says about a point.
type place struct {
	coordinates [3]float64
	names       [3]string // by which the coordinates are given; empty: not given
	crs, srid   value.Value
}

// axes are the names of the coordinates, on a plane and on the globe.
var axes = [3][2]string{{"x", "longitude"}, {"y", "latitude"}, {"z", "height"}}

// point makes a point of a map of coordinates. A null among its values makes it null.
func point(_ *Call, x value.Value) (value.Value, error) {
	if x.Kind() != value.KindMap {
		return value.Null, wrongType("point", "a map", x)
	}
	for _, e := range x.AsMap() {
		if e.Value.IsNull() {
			return value.Null, nil
		}
	}
	var p place
	for i, names := range axes {
		if err := p.read(x, i, names); err != nil {
			return value.Null, err
		}
	}
	p.crs, _ = x.Field("crs")
	p.srid, _ = x.Field("srid")
	system, err := p.system()
	if err != nil {
		return value.Null, err
	}
	out := value.PointValue{SRID: system, X: p.coordinates[0], Y: p.coordinates[1], Z: p.coordinates[2]}
	if err := p.fits(&out); err != nil {
		return value.Null, err
	}
	return value.Point(out), nil
}

func badPoint(format string, args ...any) *failure.Error {
	return failure.Argument("InvalidPoint", "point(): "+format, args...)
}

// read takes one coordinate from the map, by one of its names.
func (p *place) read(from value.Value, axis int, names [2]string) error {
	for _, name := range names {
		x, ok := from.Field(name)
		if !ok {
			continue
		}
		if p.names[axis] != "" {
			return badPoint("%s and %s are given, which are the same coordinate", p.names[axis], name)
		}
		if !x.IsNumber() {
			return badPoint("%s must be a number, not a value of type %s", name, x.Kind())
		}
		p.names[axis], p.coordinates[axis] = name, x.Number()
	}
	return nil
}

// system returns the reference system that the map names, or the one that follows from its
// coordinates.
func (p *place) system() (uint32, error) {
	onGlobe, has := p.names[0] == axes[0][1], p.names[0] != "" && p.names[1] != ""
	if !has || onGlobe != (p.names[1] == axes[1][1]) {
		return 0, badPoint("the map must have x and y, or longitude and latitude").
			WithHint("point({x: 1, y: 2}), point({longitude: 12.5, latitude: 55.7})")
	}
	switch {
	case p.crs.IsNull() && p.srid.IsNull():
		return p.implied(onGlobe), nil
	case !p.crs.IsNull() && !p.srid.IsNull():
		return 0, badPoint("crs and srid are given, which say the same").WithHint("leave one of them out")
	case p.crs.IsNull():
		if p.srid.Kind() != value.KindInt {
			return 0, badPoint("srid must be an integer, not a value of type %s", p.srid.Kind())
		}
		out := value.PointValue{SRID: uint32(p.srid.AsInt())}
		if int64(out.SRID) != p.srid.AsInt() || out.System() == "" {
			return 0, badPoint("there is no coordinate reference system %d", p.srid.AsInt()).WithHint("%s", value.ErrSystem)
		}
		return out.SRID, nil
	}
	if p.crs.Kind() != value.KindString {
		return 0, badPoint("crs must be a string, not a value of type %s", p.crs.Kind())
	}
	srid, ok := value.SystemNamed(p.crs.AsString())
	if !ok {
		return 0, badPoint("there is no coordinate reference system %.40q", p.crs.AsString()).WithHint("%s", value.ErrSystem)
	}
	return srid, nil
}

// implied returns the reference system of coordinates that come without one.
func (p *place) implied(onGlobe bool) uint32 {
	switch high := p.names[2] != ""; {
	case onGlobe && high:
		return value.WGS84Height
	case onGlobe:
		return value.WGS84
	case high:
		return value.Cartesian3D
	}
	return value.Cartesian
}

// fits reports coordinates that the reference system of out does not have.
func (p *place) fits(out *value.PointValue) error {
	high := p.names[2] != ""
	switch {
	case p.names[0] == axes[0][1] && !out.Geographic():
		return badPoint("longitude and latitude are given, but %s is a plane", out.System()).
			WithHint("name the coordinates x and y, or leave crs and srid out")
	case out.ThreeD() && !high:
		return badPoint("%s needs three coordinates, but two are given", out.System()).WithHint("add z or height, or leave crs and srid out")
	case high && !out.ThreeD():
		return badPoint("%s has two coordinates, but three are given", out.System()).
			WithHint("leave %s out, or crs and srid", p.names[2])
	}
	if err := out.Check(); err != nil {
		return badPoint("%s", err)
	}
	return nil
}

// argPoint reads a point.
func argPoint(name string, x value.Value) (*value.PointValue, error) {
	if x.Kind() != value.KindPoint {
		return nil, wrongType(name, "a point", x)
	}
	return x.AsPoint(), nil
}

// pointDistance is null between points of different reference systems.
func pointDistance(_ *Call, args []value.Value) (value.Value, error) {
	a, err := argPoint("point.distance", args[0])
	if err != nil {
		return value.Null, err
	}
	b, err := argPoint("point.distance", args[1])
	if err != nil || a.SRID != b.SRID {
		return value.Null, err
	}
	return value.Float(distance(a, b)), nil
}

// earthRadius is the radius in metres of the sphere that stands for the earth.
const earthRadius = 6_378_140

// distance returns how far two points of the same reference system are apart: on a plane
// and in space in its unit, on the globe in metres along the sphere, at the mean height of
// the two, and with their difference in height.
func distance(a, b *value.PointValue) float64 {
	if !a.Geographic() {
		return math.Hypot(math.Hypot(a.X-b.X, a.Y-b.Y), a.Z-b.Z)
	}
	const degree = math.Pi / 180
	up, across := math.Sin((b.Y-a.Y)*degree/2), math.Sin((b.X-a.X)*degree/2)
	h := up*up + math.Cos(a.Y*degree)*math.Cos(b.Y*degree)*across*across
	angle := 2 * math.Atan2(math.Sqrt(h), math.Sqrt(max(0, 1-h)))
	return math.Hypot((earthRadius+(a.Z+b.Z)/2)*angle, a.Z-b.Z)
}

// withinBox is null between points of different reference systems.
func withinBox(_ *Call, args []value.Value) (value.Value, error) {
	var points [3]*value.PointValue
	for i := range points {
		p, err := argPoint("point.withinBBox", args[i])
		if err != nil {
			return value.Null, err
		}
		points[i] = p
	}
	p, least, most := points[0], points[1], points[2]
	if p.SRID != least.SRID || p.SRID != most.SRID {
		return value.Null, nil
	}
	return value.Bool(inBox(p, least, most)), nil
}

// inBox reports whether p lies in the box of its reference system between two corners, or
// on its border. On the globe a box whose western edge lies east of its eastern one crosses
// the 180th meridian.
func inBox(p, least, most *value.PointValue) bool {
	between := p.X >= least.X && p.X <= most.X
	if p.Geographic() && least.X > most.X {
		between = p.X >= least.X || p.X <= most.X
	}
	return between && p.Y >= least.Y && p.Y <= most.Y && (!p.ThreeD() || p.Z >= least.Z && p.Z <= most.Z)
}

// pointFieldType returns the type of a field of points, of which not every one may have it.
func pointFieldType(name string) (Type, bool) {
	name = strings.ToLower(name)
	switch name {
	case "crs":
		return String, true
	case "srid":
		return Integer, true
	}
	for _, names := range axes {
		if name == names[0] || name == names[1] {
			return Float, true
		}
	}
	return 0, false
}

// PointField reads a field of a point, whose name is found without regard to case.
func PointField(p *value.PointValue, name string) (value.Value, error) {
	key := strings.ToLower(name)
	switch key {
	case "x":
		return value.Float(p.X), nil
	case "y":
		return value.Float(p.Y), nil
	case "crs":
		return value.String(p.System()), nil
	case "srid":
		return value.Int(int64(p.SRID)), nil
	}
	for i, names := range axes {
		switch {
		case key != names[0] && key != names[1], i == 2 && !p.ThreeD(), key == names[1] && !p.Geographic():
		default:
			return value.Float([...]float64{p.X, p.Y, p.Z}[i]), nil
		}
	}
	return value.Null, noPointField(p, name)
}

func noPointField(p *value.PointValue, name string) *failure.Error {
	err := failure.Argument("UnknownField", "a %s point has no field `%.40s`", p.System(), name)
	names := pointFields(p)
	if like := spelling.Nearest(name, names); like != "" {
		return err.WithHint("did you mean `%s`?", like)
	}
	return err.WithHint("it has %s", strings.Join(names, ", "))
}

// pointFields lists the fields of p.
func pointFields(p *value.PointValue) []string {
	dimensions := 2
	if p.ThreeD() {
		dimensions = 3
	}
	var fields []string
	for i := range 2 {
		if i == 1 && !p.Geographic() {
			break
		}
		for _, names := range axes[:dimensions] {
			fields = append(fields, names[i])
		}
	}
	return append(fields, "crs", "srid")
}

// pointText writes p as a call that makes it.
func pointText(p *value.PointValue) string {
	text := "point({x: " + FormatFloat(p.X) + ", y: " + FormatFloat(p.Y)
	if p.ThreeD() {
		text += ", z: " + FormatFloat(p.Z)
	}
	return text + ", crs: '" + p.System() + "'})"
}
