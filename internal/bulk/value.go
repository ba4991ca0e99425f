package bulk

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"memgraphd/internal/storage/temporal"
)

// value converts a field to what is sent: nil, a text, an integer, a float, a boolean, the canonical text of a temporal
// value, the map of a point, or a list of these.
func (c *column) value(field, separator string) (any, error) {
	if !c.list {
		return c.one(field)
	}
	parts := strings.Split(field, separator)
	list := make([]any, len(parts))
	for i, part := range parts {
		v, err := c.one(part)
		if err != nil {
			return nil, fmt.Errorf("item %d: %w", i+1, err)
		}
		list[i] = v
	}
	return list, nil
}

func (c *column) one(field string) (any, error) {
	if c.kind == text {
		return field, nil
	}
	trimmed := strings.TrimSpace(field)
	switch c.kind {
	case text:
	case char:
		if utf8.RuneCountInString(field) != 1 {
			return nil, fmt.Errorf("%q is not one character", field)
		}
		return field, nil
	case int8s, int16s, int32s, int64s:
		return c.integer(trimmed)
	case floats:
		x, err := strconv.ParseFloat(trimmed, 64)
		if err != nil && !math.IsInf(x, 0) {
			return nil, fmt.Errorf("%q is not a number", field)
		}
		return x, nil
	case booleans:
		switch {
		case strings.EqualFold(trimmed, "true"):
			return true, nil
		case strings.EqualFold(trimmed, "false"):
			return false, nil
		}
		return nil, fmt.Errorf("%q is neither true nor false", field)
	case points:
		return pointOf(trimmed)
	case dates, localTimes, times, localDateTimes, dateTimes, durations:
		return c.temporal(trimmed)
	}
	return field, nil
}

// integer reads a number within the bounds of the column's type.
func (c *column) integer(field string) (any, error) {
	bits := map[kind]int{int8s: 8, int16s: 16, int32s: 32, int64s: 64}[c.kind]
	n, err := strconv.ParseInt(field, 10, bits)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return nil, fmt.Errorf("%s does not fit into %d bits", field, bits)
	case err != nil:
		return nil, fmt.Errorf("%q is not an integer", field)
	}
	return n, nil
}

func (c *column) temporal(field string) (any, error) {
	var v fmt.Stringer
	var err error
	switch c.kind {
	case dates:
		v, err = temporal.ParseDate(field)
	case localTimes:
		v, err = temporal.ParseLocalTime(field)
	case times:
		var offset int32
		if c.zone != nil {
			offset = c.zone.OffsetAt(0)
		}
		v, err = temporal.ParseTime(field, offset)
	case localDateTimes:
		v, err = temporal.ParseLocalDateTime(field)
	case dateTimes:
		v, err = temporal.ParseDateTime(field, c.zone)
	case durations:
		v, err = temporal.ParseDuration(field)
	case text, char, int8s, int16s, int32s, int64s, floats, booleans, points:
		return field, nil
	}
	if err != nil {
		return nil, err
	}
	return v.String(), nil
}

// pointOf reads a point as it is written in files: {latitude: 1.5, longitude: 2, crs: wgs-84}.
func pointOf(field string) (any, error) {
	inside, opened := strings.CutPrefix(field, "{")
	inside, closed := strings.CutSuffix(inside, "}")
	if !opened || !closed {
		return nil, fmt.Errorf("%q is not a point, as in {x: 1, y: 2}", field)
	}
	point := make(map[string]any)
	for part := range strings.SplitSeq(inside, ",") {
		key, value, _ := strings.Cut(part, ":")
		key, value = strings.Trim(strings.TrimSpace(key), `"'`), strings.Trim(strings.TrimSpace(value), `"'`)
		switch key {
		case "crs":
			point[key] = strings.ToLower(value)
			continue
		case "srid":
			n, err := strconv.ParseInt(value, 10, 32)
			if err != nil {
				return nil, fmt.Errorf("srid: %q is not an integer", value)
			}
			point[key] = n
			continue
		case "x", "y", "z", "longitude", "latitude", "height":
		default:
			return nil, fmt.Errorf("%q is nothing that a point has", key)
		}
		x, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %q is not a number", key, value)
		}
		point[key] = x
	}
	_, flat := point["x"]
	_, round := point["longitude"]
	if flat == round || flat && point["y"] == nil || round && point["latitude"] == nil {
		return nil, fmt.Errorf("%q has neither x and y nor longitude and latitude", field)
	}
	return point, nil
}
